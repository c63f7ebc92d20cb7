"""What the store keeps of an issue after a run, and which of the labels on it are ours then. Pure."""

from __future__ import annotations

from dataclasses import replace

import scope
from webhook.commands import OVERRIDDEN
from webhook.hands import LONG_AGO
from webhook.plan import Plan
from webhook.reconcile.conclude import Conclusion, override
from webhook.reconcile.observe import Observation
from webhook.store import IssueRecord


def remember(before: IssueRecord, made: Conclusion, seen: Observation, slip: Plan, policy: scope.Policy) -> IssueRecord:
    """What the store keeps of the issue after this run, the comment's own columns aside."""
    intervention = made.hands.intervention
    here = {name.casefold() for name in seen.issue.labels} - {name.casefold() for name in slip.remove}
    here |= {name.casefold() for name in slip.add}
    judged = made.hands.judged
    return replace(
        before,
        closed_at=None if seen.issue.open else (before.closed_at or seen.issue.updated_at),
        verdict=made.verdict,
        desired=made.labels,
        answers=made.answers,
        left_labels=tuple(name for name in policy.labels if name.casefold() in here),
        override=None if intervention is None else override(intervention),
        confirmed=made.verdict.key if made.hands.confirmed else None,
        judged_until=None if judged.until == LONG_AGO else judged.until,
        judged_event=judged.event,
        judged_comment=judged.comment,
        acknowledged=_acknowledged(before, seen, slip),
        policy_digest=policy.digest,
        pins=made.pins,
    )


def _acknowledged(before: IssueRecord, seen: Observation, slip: Plan) -> frozenset[tuple[int, str]]:
    """The reactions we gave to comments that are still there."""
    there = {one.id for one in seen.comments}
    given = before.acknowledged | {(one.comment, one.reaction) for one in slip.reactions}
    return frozenset((one, reaction) for one, reaction in given if one in there)


def ours(made: Conclusion, record: IssueRecord) -> frozenset[str]:
    """Managed labels on the issue that are ours after this run; while a person's hand holds, only our notice of it."""
    left = frozenset(record.left_labels)
    by_hand = made.hands.intervention is not None and made.hands.intervention.kind == "hand"
    return left & {OVERRIDDEN} if by_hand else left
