"""People's hands on our labels: which are ours to remove, and whether a person's decision is in force.

Pure. Rebuilt from the forge's own record of label events whenever the labels are not as we left them, so a lost
database loses nothing. What an override sets and how it is told stand in `plan` and `comment`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
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
class Left:
    """How we left the issue: what the store remembers between runs."""

    labels: frozenset[str] = frozenset()
    """Managed labels that were on the issue when the last run ended."""
    known: bool = True
    """Whether a run has ended before; False on a new issue and after the database was lost."""
    overridden: bool = False
    confirmed: bool = False
    """A person confirmed the contested verdict, still the same now, by removing its label."""
    judged_until: datetime = LONG_AGO
    """Label events up to this moment have been judged and are over."""


@dataclass(frozen=True, slots=True)
class Hands:
    """What people did, judged."""

    intervention: Intervention | None
    removable: frozenset[str]
    confirmed: bool
    judged_until: datetime


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
    present = _present(scene)
    left = scene.left
    if present == left.labels and not scene.words and not left.overridden:
        return Hands(None, present, left.confirmed, left.judged_until)
    names = {name.casefold() for name in scene.managed}
    events = [e for e in scene.events() if e.label.casefold() in names]
    in_force = _latest(scene, events)
    confirmed = _confirmed(scene, events, present)
    if in_force is None or _agrees(in_force, present, scene.desired):
        judged = max([left.judged_until, *(e.at for e in events), *(w.origin.at for w in scene.words)])
        return Hands(None, present, confirmed, judged)
    removable = present if in_force.kind == "command" else frozenset[str]()
    return Hands(in_force, removable, confirmed, left.judged_until)


def _present(scene: Scene) -> frozenset[str]:
    """Managed labels on the issue, in the catalogue's spelling."""
    observed = {name.casefold() for name in scene.observed}
    return frozenset(name for name in scene.managed if name.casefold() in observed)


def _latest(scene: Scene, events: Sequence[LabelEvent]) -> Intervention | None:
    """The last decision of the team since automatic labelling was last handed back."""
    after = max(
        [
            scene.left.judged_until,
            *(w.origin.at for w in scene.words if isinstance(w, Resume)),
            *(e.at for e in events if not e.added and e.label.casefold() == OVERRIDDEN),
        ]
    )
    found = [
        Intervention("command", w.label, w.origin.person, w.origin.login, w.origin.at, comment=w.origin.comment)
        for w in scene.words
        if isinstance(w, Override) and w.origin.at > after
    ]
    found += [
        Intervention("hand", e.label, e.actor.id, e.actor.login, e.at, added=e.added)
        for e in events
        if e.actor and e.at > after and _is_by_team(scene, e)
    ]
    return max(found, key=lambda i: i.at, default=None)


def _agrees(decision: Intervention, present: frozenset[str], desired: frozenset[str]) -> bool:
    """Whether the decision and the verdict have come to the same labels, which ends an override."""
    decided = frozenset({decision.label}) if decision.kind == "command" else present - {OVERRIDDEN}
    return decided == desired


def _is_by_team(scene: Scene, event: LabelEvent) -> bool:
    """A person who may decide changed a verdict label. Removing `scope:contested` decides nothing."""
    if event.actor is None or event.actor.id in scene.us:
        return False
    if event.label.casefold() in (OVERRIDDEN, CONTESTED):
        return False
    return scene.role(event.actor) >= Role.TRIAGE


def _confirmed(scene: Scene, events: Iterable[LabelEvent], present: frozenset[str]) -> bool:
    """Whether a person who may decide has confirmed the verdict by taking `scope:contested` off.

    Putting it back on takes the confirmation back.
    """
    left = scene.left
    last = max((e for e in events if e.label.casefold() == CONTESTED), key=lambda e: e.at, default=None)
    if last is None or last.added != (CONTESTED in present) or last.actor is None or last.actor.id in scene.us:
        return left.confirmed
    if last.added:
        return left.confirmed and scene.role(last.actor) < Role.TRIAGE
    if left.known and CONTESTED not in left.labels:
        return left.confirmed
    return left.confirmed or scene.role(last.actor) >= Role.TRIAGE
