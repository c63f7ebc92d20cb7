"""From answers to what the issue should carry: the verdict, people's hands, the labels, what the comment says. Pure.

The clock, the forge and the database stay outside; label events and roles are asked through the scene's functions.
What is held back of it, and the comment's text, are `draft`'s.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import scope
from webhook import comment
from webhook.answers import Answers
from webhook.commands import CONTESTED, OVERRIDDEN, Commands, Problem, Refusal
from webhook.hands import LONG_AGO, Hands, Intervention, Judged, Left, Scene, judge
from webhook.issue import LabelEvent, Person, Role
from webhook.plan import Reaction, Why
from webhook.reconcile.observe import Observation
from webhook.reconcile.read import Reading
from webhook.store import IssueRecord, Override, PolicyStamp, StoredVerdict


@dataclass(frozen=True, slots=True)
class Conclusion:
    """What follows from the answers for this issue."""

    answers: Answers
    verdict: StoredVerdict
    changed: bool
    """Whether the verdict is another one than the last run's."""
    labels: tuple[str, ...]
    """What the verdict alone sets."""
    hands: Hands
    wanted: Mapping[str, Why]
    """What the issue should carry, people's decisions counted in."""
    reactions: Mapping[int, Reaction]
    """How comments with commands are acknowledged."""
    page: comment.Page
    """What the comment says."""
    pins: Mapping[str, str]
    """What the numbers in commands mean."""
    fresh: bool
    """Whether the verdict changed, or the team has spoken or taken a word back since the last run."""


def conclude(  # noqa: PLR0913  # all that a conclusion rests on, and nothing that can be fetched from within
    policy: scope.Policy,
    seen: Observation,
    reading: Reading,
    record: IssueRecord,
    *,
    events: Callable[[], Sequence[LabelEvent]],
    role: Callable[[Person], Role],
    now: datetime,
) -> Conclusion:
    """Decide what the issue should carry."""
    report = reading.answers.report()
    verdict = scope.assess(policy, report)
    explanation = scope.explain(policy, report, verdict)
    stored, changed = _stored(policy, verdict, record.verdict, now)
    labels = scope.labels_for(policy, verdict)
    confirmed_before = record.confirmed == stored.key
    scene = Scene(
        observed=seen.issue.labels,
        managed=frozenset(policy.labels),
        desired=frozenset(labels) - ({CONTESTED} if confirmed_before else set()),
        left=Left(
            labels=frozenset(record.left_labels),
            known=record.verdict is not None,
            overridden=record.override is not None,
            confirmed=confirmed_before,
            judged=Judged(record.judged_until or LONG_AGO, record.judged_event, record.judged_comment),
        ),
        words=reading.commands.hands,
        us=seen.us,
        events=events,
        role=role,
    )
    hands = judge(scene)
    if hands.confirmed:
        labels = tuple(name for name in labels if name != CONTESTED)
    refused = _refusals(reading.commands, hands, record)
    page = comment.Page(
        policy=policy,
        explanation=explanation,
        labels=labels,
        answers=reading.answers,
        forge=seen.issue.ref.forge,
        verdict_policy=_stamp(stored),
        refused=tuple(_refused(refusal) for refusal in refused),
        paused=_paused(hands.intervention),
        confirmed=hands.confirmed,
        help_wanted=reading.commands.help_wanted,
    )
    return Conclusion(
        reading.answers,
        stored,
        changed,
        labels,
        hands,
        wanted=_wanted(labels, hands.intervention, seen, policy),
        reactions=_reactions(reading.commands, refused),
        page=page,
        pins=reading.commands.pins,
        fresh=changed or hands.resumed or not _same(hands.intervention, record.override),
    )


def _stored(
    policy: scope.Policy, verdict: scope.Verdict, before: StoredVerdict | None, now: datetime
) -> tuple[StoredVerdict, bool]:
    """The verdict to remember, with the policy under which it last changed; and whether it changed now."""
    fresh = StoredVerdict.of(verdict, PolicyStamp(policy.id, policy.version, policy.digest), now)
    if before == fresh:
        return before, False
    return fresh, True


def _stamp(verdict: StoredVerdict) -> comment.PolicyStamp:
    stamp = verdict.policy or PolicyStamp("", "", "")
    return comment.PolicyStamp(stamp.id, stamp.version, stamp.digest)


def _refusals(said: Commands, hands: Hands, record: IssueRecord) -> tuple[Refusal, ...]:
    """Commands that did nothing, those among them that came too late.

    An edited command that is over had its day if we acknowledged it once, or if nothing is remembered of the issue.
    """
    known = record.verdict is not None
    late = [word for word in hands.belated if known and (word.origin.comment, "+1") not in record.acknowledged]
    return (*said.refused, *(Refusal(Problem.TOO_LATE, word.origin) for word in late))


def _reactions(said: Commands, refused: Sequence[Refusal]) -> Mapping[int, Reaction]:
    """A comment in which every command was understood and permitted gets a thumb, another one a puzzled face."""
    wrong = {refusal.origin.comment for refusal in refused}
    answers: dict[int, Reaction] = {one: "confused" if one in wrong else "+1" for one in said.obeyed | wrong}
    return dict(sorted(answers.items()))


def _same(now: Intervention | None, before: Override | None) -> bool:
    """Whether the same decision is in force as after the last run, or none as before."""
    return (None if now is None else override(now)) == before


def _refused(refusal: Refusal) -> comment.Refused:
    return comment.Refused(refusal.problem.value, refusal.origin.login, refusal.origin.line, refusal.nearest)


def _paused(intervention: Intervention | None) -> comment.Paused | None:
    if intervention is None:
        return None
    how: Literal["command", "added", "removed"] = "added" if intervention.added else "removed"
    if intervention.kind == "command":
        how = "command"
    return comment.Paused(how, intervention.label, intervention.login, intervention.at.date())


def _wanted(
    labels: tuple[str, ...], intervention: Intervention | None, seen: Observation, policy: scope.Policy
) -> Mapping[str, Why]:
    if intervention is None:
        return {name: "contested" if name == CONTESTED else "verdict" for name in labels}
    if intervention.kind == "command":
        return {intervention.label: "override", OVERRIDDEN: "override"}
    present = {name.casefold() for name in seen.issue.labels}
    kept: dict[str, Why] = {name: "person" for name in policy.labels if name.casefold() in present}
    return {**kept, OVERRIDDEN: "override"}


def override(intervention: Intervention) -> Override:
    """A person's decision as it is remembered: without their name."""
    return Override(
        kind=intervention.kind,
        by=intervention.person,
        at=intervention.at,
        label=intervention.label,
        added=intervention.added,
        comment=intervention.comment,
    )
