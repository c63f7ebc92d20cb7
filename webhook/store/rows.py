"""Database rows <-> nouns: what a claim and a record look like as columns. No queries."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, TypeAlias

from sqlalchemy import Row

from webhook.answers import restore
from webhook.issue import ForgeKind, IssueRef
from webhook.store.nouns import Claim, IssueRecord, Lane, Override, PolicyStamp, StoredVerdict

_VERDICT = ("outcome", "standing", "codes", "missing", "presumptions", "contested")
_OVERRIDE = ("kind", "by", "at", "label", "added", "comment")
AnyRow: TypeAlias = Row[*tuple[Any, ...]]


def claim(row: AnyRow, tracker: AnyRow, ledger: Collection[str]) -> Claim:
    """The claim that a freshly leased issue row stands for."""
    return Claim(
        ref=IssueRef(ForgeKind(tracker.forge), tracker.project, row.number),
        row=row.id,
        tracker_row=row.tracker_id,
        owner=row.lease_owner,
        token=row.lease_token,
        generation=row.generation,
        attempt=row.attempts + 1,
        crashes=row.crashes,
        last_reason=row.last_error or "",
        lane=Lane(row.lane),
        claimed_at=row.claimed_at,
        waiting_since=row.first_marked_at or row.claimed_at,
        event=row.last_event or "",
        delivery=row.last_delivery or "",
        first=row.done_generation == 0,
        record=record(row),
        ledger=frozenset(ledger),
        changed_at=row.told_changed_at,
    )


def record(row: AnyRow) -> IssueRecord:
    """What an issue row remembers."""
    return IssueRecord(
        closed_at=row.closed_at,
        comment_id=row.comment_id,
        comment_digest=row.comment_digest or "",
        comment_deleted=row.comment_deleted,
        comment_restored=row.comment_restored,
        verdict=_verdict(row),
        desired=row.desired or (),
        answers=None if row.answers is None else restore(row.answers),
        override=_override(row),
        left_labels=row.left_labels or (),
        confirmed=row.confirmed,
        judged_until=row.judged_until,
        judged_event=row.judged_event,
        judged_comment=row.judged_comment,
        policy_digest=row.policy_digest or "",
        acknowledged=frozenset((comment, reaction) for comment, reaction in row.acknowledged or ()),
        flaps={label: tuple(map(datetime.fromisoformat, times)) for label, times in (row.flaps or {}).items()},
        flapping=row.flapping,
        pins=row.pins or {},
    )


def columns(record: IssueRecord) -> dict[str, Any]:
    """The columns that hold a record."""
    answers = record.answers
    return {
        "closed_at": record.closed_at,
        "comment_id": record.comment_id,
        "comment_digest": record.comment_digest,
        "comment_deleted": record.comment_deleted,
        "comment_restored": record.comment_restored,
        "desired": record.desired,
        "form": answers.form if answers else None,
        "answers": answers.stored() if answers else None,
        "answers_digest": answers.digest() if answers else None,
        "left_labels": record.left_labels,
        "confirmed": record.confirmed,
        "judged_until": record.judged_until,
        "judged_event": record.judged_event,
        "judged_comment": record.judged_comment,
        "policy_digest": record.policy_digest,
        "acknowledged": sorted(map(list, record.acknowledged)) or None,
        "flaps": {label: [time.isoformat() for time in times] for label, times in record.flaps.items()} or None,
        "flapping": record.flapping,
        "pins": dict(record.pins) or None,
        **_verdict_columns(record.verdict),
        **_override_columns(record.override),
    }


def _verdict(row: AnyRow) -> StoredVerdict | None:
    if row.outcome is None:
        return None
    policy = PolicyStamp(row.verdict_policy_id, row.verdict_policy_version, row.verdict_policy_digest)
    return StoredVerdict(
        outcome=row.outcome,
        standing=row.standing,
        codes=row.codes,
        missing=row.missing,
        presumptions=row.presumptions,
        contested=row.contested,
        policy=policy if row.verdict_policy_id is not None else None,
        changed_at=row.verdict_changed_at,
    )


def _verdict_columns(verdict: StoredVerdict | None) -> dict[str, Any]:
    policy = verdict.policy if verdict else None
    return {
        **{name: getattr(verdict, name, None) for name in _VERDICT},
        "verdict_policy_id": policy.id if policy else None,
        "verdict_policy_version": policy.version if policy else None,
        "verdict_policy_digest": policy.digest if policy else None,
        "verdict_changed_at": verdict.changed_at if verdict else None,
    }


def _override(row: AnyRow) -> Override | None:
    if row.override_kind is None:
        return None
    return Override(**{name: getattr(row, f"override_{name}") for name in _OVERRIDE})


def _override_columns(override: Override | None) -> dict[str, Any]:
    return {f"override_{name}": getattr(override, name, None) for name in _OVERRIDE}
