"""What is kept beside the work list: the ledger of our labels, the decision log, and when answers are purged."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, insert, select, update

from webhook.store.nouns import Claim, Decision, PolicyStamp
from webhook.store.schema import decision, issue, ledger


def note_labels(
    connection: Connection, claim: Claim, *, added: Collection[str], removed: Collection[str], at: datetime
) -> None:
    """Note in the ledger what was just added to and removed from the issue. Noting twice is fine."""
    gone = {*added, *removed}
    if gone:
        connection.execute(delete(ledger).where(ledger.c.issue_id == claim.row, ledger.c.label.in_(sorted(gone))))
    if added:
        rows = [{"issue_id": claim.row, "label": x, "added_at": at, "run": claim.run} for x in sorted(set(added))]
        connection.execute(insert(ledger), rows)


def set_ledger(connection: Connection, claim: Claim, labels: Collection[str], at: datetime) -> None:
    """Make the ledger of the issue hold exactly these labels; entries that stay keep their date."""
    kept = set(connection.scalars(select(ledger.c.label).where(ledger.c.issue_id == claim.row)))
    note_labels(connection, claim, added=set(labels) - kept, removed=kept - set(labels), at=at)


def log_decision(connection: Connection, claim: Claim, made: Decision) -> None:
    """Add a line to the decision log."""
    connection.execute(
        insert(decision).values(
            issue_id=claim.row,
            at=made.at,
            run=claim.run,
            answers_digest=made.answers_digest,
            policy_id=made.policy.id,
            policy_version=made.policy.version,
            policy_digest=made.policy.digest,
            outcome=made.outcome,
            standing=made.standing,
            labels=made.labels,
            changes=[[kind, what] for kind, what in made.changes],
            deliveries=made.deliveries,
        ),
    )


def decisions(connection: Connection, where: ColumnElement[bool]) -> list[Decision]:
    """The issue's lines of the decision log, oldest first."""
    found = select(decision).join_from(decision, issue).where(where).order_by(decision.c.id)
    return [_decision(row) for row in connection.execute(found)]


def purge_answers(connection: Connection, closed_before: datetime) -> int:
    """Drop the answers of issues closed for long enough; verdicts and labels stay. Returns how many issues."""
    old = update(issue).where(
        issue.c.closed_at.is_not(None),
        issue.c.closed_at < closed_before,
        issue.c.answers_digest.is_not(None),
    )
    return connection.execute(old.values(answers=None, answers_digest=None, form=None)).rowcount


def _decision(row: Any) -> Decision:
    return Decision(
        at=row.at,
        answers_digest=row.answers_digest,
        policy=PolicyStamp(row.policy_id, row.policy_version, row.policy_digest),
        outcome=row.outcome,
        standing=row.standing,
        labels=row.labels,
        changes=tuple((kind, what) for kind, what in row.changes),
        deliveries=row.deliveries,
        run=row.run,
    )
