"""How a run ends: well, to be tried later, given back, given up, or with the issue forgotten.

Each ending is one statement on the claim's row, fenced by its token. A mark made during the run always survives it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, case, delete, literal, null

from webhook.store import rows
from webhook.store.claims import change, mine, own
from webhook.store.columns import UtcTime
from webhook.store.nouns import Claim, IssueRecord, code
from webhook.store.schema import issue

_NOBODY = {"lease_owner": None}


def done(connection: Connection, claim: Claim, record: IssueRecord) -> None:
    """The run ended well: remember, and be due again only for marks made since the claim."""
    again = issue.c.generation > claim.generation
    newer = None if claim.changed_at is None else issue.c.told_changed_at > claim.changed_at  # told during the run
    change(
        connection,
        claim,
        **_NOBODY,
        **rows.columns(record),
        told_changed_at=issue.c.told_changed_at if newer is None else case((newer, issue.c.told_changed_at)),
        done_generation=claim.generation,
        first_marked_at=case((again, issue.c.claimed_at), else_=null()),
        ready_at=case((again, issue.c.due_at), else_=null()),
        retry_at=None,
        not_before=None,
        attempts=0,
        crashes=0,
        last_error=None,
    )


def later(  # noqa: PLR0913  # the whole story of a failure in one statement
    connection: Connection,
    claim: Claim,
    *,
    reason: str,
    retry_at: datetime,
    not_before: datetime | None,
    counted: bool,
) -> None:
    """The run failed: wait until `retry_at`, which a new mark overrides, and in any case until `not_before`."""
    again = issue.c.generation > claim.generation
    wait = case((again, issue.c.due_at), else_=literal(retry_at, UtcTime))
    change(
        connection,
        claim,
        **_NOBODY,
        retry_at=case((again, null()), else_=literal(retry_at, UtcTime)),
        not_before=not_before,
        ready_at=wait if not_before is None else _latest(wait, not_before),
        last_error=code(reason),
        attempts=issue.c.attempts + (case((again, 0), else_=1) if counted else 0),
    )


def release(connection: Connection, claim: Claim, now: datetime) -> None:
    """Give the row back untouched, to be claimed at once."""
    change(connection, claim, **_NOBODY, ready_at=now)


def bury(connection: Connection, claim: Claim, *, reason: str, now: datetime) -> None:
    """Give up on the issue: a dead letter, unless it was marked meanwhile."""
    again = issue.c.generation > claim.generation
    change(
        connection,
        claim,
        **_NOBODY,
        dead_at=case((again, null()), else_=literal(now, UtcTime)),
        ready_at=case((again, issue.c.due_at), else_=null()),
        last_error=code(reason),
    )


def gone(connection: Connection, claim: Claim) -> bool:
    """The forge no longer has the issue: purge it, unless it was marked meanwhile; whether it was purged."""
    own(connection, claim)
    if forget(connection, mine(claim) & (issue.c.generation == claim.generation)):
        return True
    done(connection, claim, IssueRecord())
    return False


def forget(connection: Connection, where: ColumnElement[bool]) -> bool:
    """Purge the issue with its ledger and decisions; whether there was one."""
    return connection.execute(delete(issue).where(where)).rowcount > 0


def _latest(time: ColumnElement[Any], other: datetime) -> ColumnElement[Any]:
    return case((time > other, time), else_=literal(other, UtcTime))
