"""People's hands on our labels: which are ours to remove, and whether a person's decision is in force.

Pure. Rebuilt from the forge's own record of label events whenever the labels are not as we left them, so a lost
database loses nothing. What an override sets and how it is told stand in `plan` and `comment`; what follows when a
machine keeps reversing a label, in `reconcile.flaps`.

What has been judged is over. Events and comments are counted by the forge's own numbers, which rise: GitHub's times
are whole seconds, and a change in the second of one already judged must not be taken for judged. Between an event and
a command only the time can tell; where it is the same, the command counts as the later one.

A command counts from when its comment was written. So an edit (a typo in the reason) never brings an override back
that has ended; who edits an old comment into a command that is over already is told to give a new one (`belated`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from webhook.commands import CONTESTED, OVERRIDDEN, Override, Resume
from webhook.issue import LabelEvent, Person, Role

LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Intervention:
    """A person's decision that is in force: automatic labelling pauses."""

    kind: Literal["command", "hand"]
    label: str
    """The label set by command; the label changed last by hand."""
    person: int
    login: str
    at: datetime
    comment: int | None = None
    added: bool = True
    """Changed by hand: whether the label was added or removed."""


@dataclass(frozen=True, slots=True)
class Judged:
    """How far people's doings have been judged and are over."""

    until: datetime = LONG_AGO
    """Everything up to this moment; moved only where the forge gives its events no number, or a label was deleted."""
    event: int | None = None
    """Label events up to this number."""
    comment: int | None = None
    """Override and resume commands in comments up to this number."""

    def holds(self, one: LabelEvent | Override | Resume) -> bool:
        """Whether it has been judged."""
        if isinstance(one, LabelEvent):
            at, number, last = one.at, one.id, self.event
        else:
            at, number, last = one.origin.at, one.origin.comment, self.comment
        return at <= self.until or (number is not None and last is not None and number <= last)

    def with_all(self, events: Iterable[LabelEvent], words: Iterable[Override | Resume]) -> Judged:
        """The same after all of these have been judged."""
        events = list(events)
        return Judged(
            until=max([self.until, *(e.at for e in events if e.id is None)]),
            event=max([self.event or 0, *(e.id for e in events if e.id is not None)]) or None,
            comment=max([self.comment or 0, *(w.origin.comment for w in words)]) or None,
        )


@dataclass(frozen=True, slots=True)
class Left:
    """How we left the issue: what the store remembers between runs."""

    labels: frozenset[str] = frozenset()
    """Managed labels that were on the issue when the last run ended."""
    known: bool = True
    """Whether a run has ended before; False on a new issue and after the database was lost."""
    overridden: bool = False
    confirmed: bool = False
    """A person confirmed the contested verdict, still the same now, by removing its label."""
    judged: Judged = Judged()


@dataclass(frozen=True, slots=True)
class Hands:
    """What people did, judged."""

    intervention: Intervention | None
    removable: frozenset[str]
    confirmed: bool
    judged: Judged
    by_others: frozenset[str] = frozenset()
    """Managed labels whose last change was made by somebody else; looked at only where something is not as left."""
    resumed: bool = False
    """A resume that no run has judged before."""
    belated: tuple[Override | Resume, ...] = ()
    """Commands in edited comments that are over: either they had their day, or they were late when they came."""


@dataclass(frozen=True, slots=True)
class Scene:
    """What the judgement looks at. `events` and `role` cost a request each and are asked only when needed."""

    observed: frozenset[str]
    """All labels on the issue."""
    managed: frozenset[str]
    """All names of the policy's catalogue."""
    desired: frozenset[str]
    """What the verdict alone would set."""
    left: Left
    words: Sequence[Override | Resume]
    """Override and resume commands, oldest first."""
    us: frozenset[int]
    events: Callable[[], Sequence[LabelEvent]]
    role: Callable[[Person], Role]


def judge(scene: Scene) -> Hands:
    """Decide whose labels they are. Reads events only where something is not as we left it."""
    present, left = _present(scene), scene.left
    fresh = [word for word in scene.words if not left.judged.holds(word)]
    if present == left.labels and not fresh and not left.overridden:
        return Hands(None, present, left.confirmed, left.judged, belated=_edited(scene.words))
    names = {name.casefold() for name in scene.managed}
    events = sorted((e for e in scene.events() if e.label.casefold() in names), key=lambda e: (e.at, e.id or 0))
    decision = next(reversed(_decisions(scene, events, fresh)), None)
    in_force = None if decision is None or _agrees(decision, present, scene.desired) else decision
    by_hand = in_force is not None and in_force.kind == "hand"
    return Hands(
        in_force,
        removable=frozenset() if by_hand else present,
        confirmed=_confirmed(scene, events, present),
        judged=left.judged if in_force is not None else left.judged.with_all(events, scene.words),
        by_others=_by_others(scene, events),
        resumed=any(isinstance(word, Resume) for word in fresh),
        belated=_edited(word for word in scene.words if word.origin.comment not in _effective(decision, fresh)),
    )


def _present(scene: Scene) -> frozenset[str]:
    """Managed labels on the issue, in the catalogue's spelling."""
    observed = {name.casefold() for name in scene.observed}
    return frozenset(name for name in scene.managed if name.casefold() in observed)


def _decisions(
    scene: Scene, events: Sequence[LabelEvent], words: Sequence[Override | Resume]
) -> Sequence[Intervention]:
    """The team's decisions since automatic labelling was last handed back, in their order."""
    new = [event for event in events if not scene.left.judged.holds(event)]
    ends = [i for i, e in enumerate(new) if not e.added and e.label.casefold() == OVERRIDDEN]
    ended_at = new[ends[-1]].at if ends else LONG_AGO
    resumes = [i for i, word in enumerate(words) if isinstance(word, Resume)]
    resumed_at = words[resumes[-1]].origin.at if resumes else LONG_AGO
    by_hand = [
        Intervention("hand", e.label, e.actor.id, e.actor.login, e.at, added=e.added)
        for e in new[ends[-1] + 1 if ends else 0 :]
        if e.actor and e.at > resumed_at and _is_by_team(scene, e)
    ]
    by_word = [
        Intervention("command", w.label, w.origin.person, w.origin.login, w.origin.at, comment=w.origin.comment)
        for w in words[resumes[-1] + 1 if resumes else 0 :]
        if isinstance(w, Override) and w.origin.at >= ended_at
    ]
    return sorted(by_hand + by_word, key=lambda decision: decision.at)


def _effective(decision: Intervention | None, fresh: Iterable[Override | Resume]) -> Collection[int | None]:
    """Comments whose command has an effect now: the last decision, or what hands back where there is none after it."""
    if decision is not None:
        return (decision.comment,)
    return {word.origin.comment for word in fresh if isinstance(word, Resume)}


def _edited(words: Iterable[Override | Resume]) -> tuple[Override | Resume, ...]:
    return tuple(word for word in words if word.origin.edited)


def _by_others(scene: Scene, events: Iterable[LabelEvent]) -> frozenset[str]:
    last = {event.label.casefold(): event for event in events}
    ours = {name for name, event in last.items() if event.actor is not None and event.actor.id in scene.us}
    return frozenset(name for name in scene.managed if name.casefold() in last.keys() - ours)


def _agrees(decision: Intervention, present: frozenset[str], desired: frozenset[str]) -> bool:
    """Whether the decision and the verdict have come to the same labels, which ends an override."""
    decided = frozenset({decision.label}) if decision.kind == "command" else present - {OVERRIDDEN}
    return decided == desired


def _is_by_team(scene: Scene, event: LabelEvent) -> bool:
    """A person who may decide, and no machine, changed a verdict label. Removing `scope:contested` decides nothing."""
    if event.actor is None or event.actor.id in scene.us:
        return False
    if event.actor.bot or event.label.casefold() in (OVERRIDDEN, CONTESTED):
        return False
    return scene.role(event.actor) >= Role.TRIAGE


def _confirmed(scene: Scene, events: Sequence[LabelEvent], present: frozenset[str]) -> bool:
    """Whether a person who may decide has confirmed the verdict by taking `scope:contested` off.

    Putting it back on takes the confirmation back.
    """
    left = scene.left
    last = next((e for e in reversed(events) if e.label.casefold() == CONTESTED), None)
    if last is None or last.added != (CONTESTED in present) or last.actor is None or last.actor.id in scene.us:
        return left.confirmed
    if last.added:
        return left.confirmed and scene.role(last.actor) < Role.TRIAGE
    if left.known and CONTESTED not in left.labels:
        return left.confirmed
    return left.confirmed or scene.role(last.actor) >= Role.TRIAGE
