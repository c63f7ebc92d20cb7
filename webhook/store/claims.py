"""Claiming: who may work on which issue, until when. Leases, fencing, and the return of abandoned rows.

The claim's token counts the claims of a row: whoever comes with an older one has lost it and changes nothing.
How a run ends is in `endings`; how rows get here, in `marks`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    ScalarSelect,
    Select,
    Table,
    and_,
    bindparam,
    case,
    exists,
    func,
    select,
    update,
)
from sqlalchemy.sql.dml import ReturningUpdate, Update

from webhook.store import duties, owner, rows
from webhook.store.columns import UtcTime
from webhook.store.errors import LeaseLostError
from webhook.store.nouns import PROCESS_GONE, Claim, DutyClaim, Lane
from webhook.store.schema import issue, ledger, tracker


@dataclass(frozen=True, slots=True)
class Head:
    """The first row of one lane of one tracker, or the tracker's own duties."""

    tracker_id: int
    lane: Lane
    since: datetime
    """When the row became ready, or will."""
    opens: datetime
    """The same, holds included."""
    duties: bool = False


def _first_ready(lane: Lane) -> ScalarSelect[Any]:
    mine = (issue.c.tracker_id == tracker.c.id, issue.c.lane == lane.value, issue.c.ready_at.is_not(None))
    return select(func.min(issue.c.ready_at)).where(*mine).scalar_subquery()


_HEADS = select(
    tracker.c.id,
    _first_ready(Lane.LIVE).label("live"),
    _first_ready(Lane.BULK).label("bulk"),
    tracker.c.live_held_until,
    tracker.c.bulk_held_until,
    tracker.c.stopped_at,
    tracker.c.ready_at,
    tracker.c.duties,
    tracker.c.taken,
)


def heads(connection: Connection, *, with_duties: bool) -> list[Head]:
    """Where work waits: for each tracker and lane, when its first row may be claimed, holds included."""
    found = connection.execute(_HEADS).all()
    issues = [head for row in found for head in _heads_of(row)]
    return issues + [_duties_of(row) for row in found if with_duties and row.ready_at is not None]


def ready(connection: Connection, now: datetime, *, with_duties: bool) -> list[Head]:
    """Heads that can be claimed now: live before bulk, duties before issues, then the one that waits longest."""
    return sorted(
        (head for head in heads(connection, with_duties=with_duties) if head.opens <= now),
        key=lambda head: (head.lane, not head.duties, head.since, head.tracker_id),
    )


def next_ready(connection: Connection, *, with_duties: bool) -> datetime | None:
    """When the next row can be claimed if nothing else happens; None when there is no work at all."""
    return min((head.opens for head in heads(connection, with_duties=with_duties)), default=None)


def _duties_of(row: rows.AnyRow) -> Head:
    """A tracker's own duties as a head: as urgent as the most urgent one that is then due."""
    due = duties.book(row).back().due(row.ready_at)
    lane = duties.lane_of(due)
    held = row.live_held_until if lane is Lane.LIVE else row.bulk_held_until
    opens = row.ready_at if due & duties.HEEDLESS else _later(row.ready_at, held)
    return Head(row.id, lane, row.ready_at, opens, duties=True)


def _heads_of(row: rows.AnyRow) -> Iterator[Head]:
    if row.stopped_at is not None:
        return
    if row.live is not None:
        yield Head(row.id, Lane.LIVE, row.live, _later(row.live, row.live_held_until))
    if row.bulk is not None:
        yield Head(row.id, Lane.BULK, row.bulk, _later(row.bulk, row.bulk_held_until))


def _later(time: datetime, held_until: datetime | None) -> datetime:
    return time if held_until is None else max(time, held_until)


def working(tracker_id: ColumnElement[int]) -> ColumnElement[bool]:
    """The tracker is not stopped."""
    return exists().where(tracker.c.id == tracker_id, tracker.c.stopped_at.is_(None))


def _take() -> ReturningUpdate[Any]:
    """The statement that leases a row, made once."""
    chosen = (
        select(issue.c.id)
        .where(issue.c.tracker_id == bindparam("of"), issue.c.lane == bindparam("in_lane"))
        .where(issue.c.ready_at <= bindparam("now", type_=UtcTime))
        .where(working(bindparam("of")))
        .order_by(issue.c.ready_at, issue.c.id)
        .limit(1)
        .with_for_update(skip_locked=True)  # SQLite has one writer at a time and needs no row locks
        .scalar_subquery()
    )
    lease = {
        "lease_owner": bindparam("worker"),
        "lease_token": issue.c.lease_token + 1,
        "claimed_at": bindparam("now", type_=UtcTime),
        "ready_at": bindparam("until", type_=UtcTime),
        "due_by": None,  # marks made from now on open a new window
        "crashes": issue.c.crashes + case((issue.c.lease_owner.is_not(None), 1), else_=0),  # abandoned by another
    }
    return update(issue).where(issue.c.id == chosen).values(lease).returning(*issue.c)


_TAKE = _take()


def claim(
    connection: Connection, head: Head, *, worker: str, now: datetime, lease: timedelta
) -> Claim | DutyClaim | None:
    """Lease the row of that head that waits longest; None if another worker was faster."""
    if head.duties:
        return duties.claim(connection, head.tracker_id, worker=worker, now=now, lease=lease)
    how = {"of": head.tracker_id, "in_lane": head.lane.value, "worker": worker, "now": now, "until": now + lease}
    taken = connection.execute(_TAKE, how).one_or_none()
    if taken is None:
        return None
    where = connection.execute(select(tracker.c.forge, tracker.c.project).where(tracker.c.id == head.tracker_id)).one()
    ours = connection.scalars(select(ledger.c.label).where(ledger.c.issue_id == taken.id)).all()
    return rows.claim(taken, where, ours)


def table(claim: Claim | DutyClaim) -> Table:
    """The table the claim's row is in."""
    return tracker if isinstance(claim, DutyClaim) else issue


def mine(claim: Claim | DutyClaim) -> ColumnElement[bool]:
    """The row of the claim, as long as nobody claimed it since."""
    row = table(claim).c
    return and_(row.id == claim.row, row.lease_token == claim.token, row.lease_owner.is_not(None))


def still_mine(connection: Connection, claim: Claim | DutyClaim, now: datetime) -> bool:
    """Whether the run may still write: it holds the row's latest claim, within its lease, on no stopped tracker."""
    allowed = _DUTY_ALLOWED if isinstance(claim, DutyClaim) else _ALLOWED
    return connection.scalar(allowed, {"row": claim.row, "token": claim.token, "now": now}) is not None


def _allowed(kept: Table) -> Select[Any]:
    row = kept.c
    held = and_(row.id == bindparam("row"), row.lease_token == bindparam("token"), row.lease_owner.is_not(None))
    return select(row.id).where(held, row.ready_at > bindparam("now", type_=row.ready_at.type))


_ALLOWED = _allowed(issue).where(working(issue.c.tracker_id))
_DUTY_ALLOWED = _allowed(tracker)
"""Asked before every write: put together once."""


def renew(connection: Connection, claim: Claim | DutyClaim, *, now: datetime, lease: timedelta) -> None:
    """Extend the lease. A lapsed one that nobody took over comes back to life. Raises `LeaseLostError`."""
    change(connection, claim, ready_at=now + lease)


def own(connection: Connection, claim: Claim) -> None:
    """Keep others from taking the row over until the transaction ends. Raises `LeaseLostError`."""
    if connection.scalar(select(issue.c.id).where(mine(claim)).with_for_update()) is None:
        raise LeaseLostError


def change(connection: Connection, claim: Claim | DutyClaim, **values: Any) -> None:
    """Change the claim's row. Raises `LeaseLostError` if it is no longer the claim's."""
    if connection.execute(update(table(claim)).where(mine(claim)).values(**values)).rowcount != 1:
        raise LeaseLostError


def gone_owners(connection: Connection) -> list[str]:
    """Processes of this machine that hold rows and are no more."""
    here = owner.this_host() + ":"
    owners = set[str]()
    for column in (issue.c.lease_owner, tracker.c.lease_owner):
        held = column.is_not(None) & column.startswith(here, autoescape=True)
        owners.update(connection.scalars(select(column).where(held).distinct()))
    return [name for name in sorted(owners) if owner.is_gone(name)]


def free(connection: Connection, owners: list[str], now: datetime) -> int:
    """Give back all rows these owners hold, to be claimed at once; returns how many."""
    return sum(connection.execute(_free(kept, owners, now)).rowcount for kept in (issue, tracker))


def _free(kept: Table, owners: list[str], now: datetime) -> Update:
    freed = {"lease_owner": None, "ready_at": now, "crashes": kept.c.crashes + 1, "last_error": PROCESS_GONE}
    return update(kept).where(kept.c.lease_owner.in_(owners)).values(freed)
