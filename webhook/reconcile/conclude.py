"""From answers to what the issue should carry: the verdict, people's hands, the labels, the comment's text. Pure.

The clock, the forge and the database stay outside; label events and roles are asked through the scene's functions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

import scope
from webhook import comment
from webhook.answers import Answers
from webhook.commands import CONTESTED, OVERRIDDEN, Refusal
from webhook.hands import LONG_AGO, Hands, Intervention, Left, Scene, judge
from webhook.issue import LabelEvent, Person, Role
from webhook.plan import Desired, Plan, Why
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
    desired: Desired
    body: str
    """The comment's text."""


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
            judged_until=record.judged_until or LONG_AGO,
        ),
        words=reading.commands.hands,
        us=seen.us,
        events=events,
        role=role,
    )
    hands = judge(scene)
    if hands.confirmed:
        labels = tuple(name for name in labels if name != CONTESTED)
    page = comment.Page(
        policy=policy,
        explanation=explanation,
        labels=labels,
        answers=reading.answers,
        forge=seen.issue.ref.forge,
        verdict_policy=_stamp(stored),
        refused=tuple(_refused(refusal) for refusal in reading.commands.refused),
        paused=_paused(hands.intervention),
        confirmed=hands.confirmed,
    )
    body = comment.render(page)
    desired = Desired(_desired(labels, hands.intervention, seen, policy), comment.digest(body))
    return Conclusion(reading.answers, stored, changed, labels, hands, desired, body)


def _stored(
    policy: scope.Policy, verdict: scope.Verdict, before: StoredVerdict | None, now: datetime
) -> tuple[StoredVerdict, bool]:
    """The verdict to remember, with the policy under which it last changed; and whether it changed now."""
    fresh = StoredVerdict(
        outcome=verdict.outcome.value,
        standing=verdict.standing.value,
        codes=verdict.codes,
        missing=verdict.missing,
        presumptions=verdict.presumptions,
        contested=verdict.contested,
        policy=PolicyStamp(policy.id, policy.version, policy.digest),
        changed_at=now,
    )
    if before == fresh:
        return before, False
    return fresh, True


def _stamp(verdict: StoredVerdict) -> comment.PolicyStamp:
    stamp = verdict.policy or PolicyStamp("", "", "")
    return comment.PolicyStamp(stamp.id, stamp.version, stamp.digest)


def _refused(refusal: Refusal) -> comment.Refused:
    return comment.Refused(refusal.problem.value, refusal.origin.login, refusal.origin.line, refusal.nearest)


def _paused(intervention: Intervention | None) -> comment.Paused | None:
    if intervention is None:
        return None
    how: Literal["command", "added", "removed"] = "added" if intervention.added else "removed"
    if intervention.kind == "command":
        how = "command"
    return comment.Paused(how, intervention.label, intervention.login, intervention.at.date())


def _desired(
    labels: tuple[str, ...], intervention: Intervention | None, seen: Observation, policy: scope.Policy
) -> Mapping[str, Why]:
    if intervention is None:
        return {name: "contested" if name == CONTESTED else "verdict" for name in labels}
    if intervention.kind == "command":
        return {intervention.label: "override", OVERRIDDEN: "override"}
    present = {name.casefold() for name in seen.issue.labels}
    kept: dict[str, Why] = {name: "person" for name in policy.labels if name.casefold() in present}
    return {**kept, OVERRIDDEN: "override"}


def remember(before: IssueRecord, made: Conclusion, seen: Observation, slip: Plan, policy: scope.Policy) -> IssueRecord:
    """What the store keeps of the issue after this run, the comment's own columns aside."""
    intervention = made.hands.intervention
    here = {name.casefold() for name in seen.issue.labels} - {name.casefold() for name in slip.remove}
    here |= {name.casefold() for name in slip.add}
    return replace(
        before,
        closed_at=None if seen.issue.open else (before.closed_at or seen.issue.updated_at),
        verdict=made.verdict,
        desired=made.labels,
        answers=made.answers,
        left_labels=tuple(name for name in policy.labels if name.casefold() in here),
        override=None if intervention is None else _override(intervention),
        confirmed=made.verdict.key if made.hands.confirmed else None,
        judged_until=made.hands.judged_until,
        policy_digest=policy.digest,
    )


def ours(made: Conclusion, record: IssueRecord) -> frozenset[str]:
    """Managed labels on the issue that are ours after this run; while a person's hand holds, only our notice of it."""
    left = frozenset(record.left_labels)
    by_hand = made.hands.intervention is not None and made.hands.intervention.kind == "hand"
    return left & {OVERRIDDEN} if by_hand else left


def _override(intervention: Intervention) -> Override:
    return Override(
        kind=intervention.kind,
        by=intervention.person,
        at=intervention.at,
        label=intervention.label,
        added=intervention.added,
        comment=intervention.comment,
    )
