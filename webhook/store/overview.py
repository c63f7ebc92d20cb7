"""Looking at the work list and steering it: holds, dead letters, depth and age. For the operator and the metrics."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, case, exists, func, select, update

from webhook.issue import ForgeKind, IssueRef
from webhook.store.nouns import DeadLetter, Hold, Lane, LaneStats, Stats, TrackerRef, code
from webhook.store.schema import issue, tracker

_HOLDS = {
    Lane.LIVE: (tracker.c.live_held_until, tracker.c.live_held_reason),
    Lane.BULK: (tracker.c.bulk_held_until, tracker.c.bulk_held_reason),
}


def hold(connection: Connection, tracker_id: int, *, until: datetime, reason: str, lanes: Collection[Lane]) -> None:
    """Let the tracker's rows of these lanes wait. A longer hold already there stands."""
    for lane in lanes:
        held_until, held_reason = _HOLDS[lane]
        shorter = held_until.is_(None) | (held_until < until)
        change = update(tracker).where(tracker.c.id == tracker_id, shorter)
        connection.execute(change.values({held_until: until, held_reason: code(reason)}))


def lift(connection: Connection, tracker_id: int, lanes: Collection[Lane]) -> None:
    """End the tracker's holds on these lanes."""
    none = {column: None for lane in lanes for column in _HOLDS[lane]}
    connection.execute(update(tracker).where(tracker.c.id == tracker_id).values(none))


def holds(connection: Connection, now: datetime) -> tuple[Hold, ...]:
    """Holds in force."""
    found = connection.execute(select(tracker).order_by(tracker.c.forge, tracker.c.project)).all()
    return tuple(held for row in found for held in _holds_of(row) if held.until > now)


def _holds_of(row: Any) -> Iterable[Hold]:
    where = TrackerRef(ForgeKind(row.forge), row.project)
    if row.live_held_until is not None:
        yield Hold(where, Lane.LIVE, row.live_held_until, row.live_held_reason)
    if row.bulk_held_until is not None:
        yield Hold(where, Lane.BULK, row.bulk_held_until, row.bulk_held_reason)


def dead(connection: Connection) -> list[DeadLetter]:
    """All dead letters, oldest first."""
    found = (
        select(
            tracker.c.forge, tracker.c.project, issue.c.number, issue.c.dead_at, issue.c.last_error, issue.c.attempts
        )
        .join_from(issue, tracker)
        .where(issue.c.dead_at.is_not(None))
        .order_by(issue.c.dead_at, issue.c.id)
    )
    return [
        DeadLetter(
            IssueRef(ForgeKind(row.forge), row.project, row.number), row.dead_at, row.last_error or "", row.attempts
        )
        for row in connection.execute(found)
    ]


def retry_dead(connection: Connection, where: ColumnElement[bool] | None, now: datetime) -> int:
    """Put dead letters back on the work list, due at once; returns how many."""
    buried = issue.c.dead_at.is_not(None)
    revive = update(issue).where(buried if where is None else and_(buried, where))
    fresh = {"dead_at": None, "attempts": 0, "crashes": 0, "retry_at": None, "last_error": None, "ready_at": now}
    return connection.execute(revive.values(fresh)).rowcount


def stats(connection: Connection, now: datetime) -> Stats:
    """Depth and age of the work list."""
    lanes = {row.lane: lane_stats(row, now) for row in connection.execute(depths(now).where(~_stopped()))}
    return Stats(
        live=lanes.get(Lane.LIVE, LaneStats()),
        bulk=lanes.get(Lane.BULK, LaneStats()),
        dead=_count(connection, issue.c.dead_at.is_not(None)),
        issues=_count(connection),
        holds=holds(connection, now),
        stopped=_count(connection, issue.c.ready_at.is_not(None), _stopped()),
    )


def depths(now: datetime, *by: ColumnElement[Any]) -> Select[Any]:
    """What `lane_stats` is made of: a row for each lane, and for each value of `by`."""
    free = issue.c.lease_owner.is_(None)
    later = issue.c.ready_at > now
    return (
        select(
            *by,
            issue.c.lane,
            func.sum(case((later, 0), else_=1)).label("due"),
            func.sum(case((later & free, 1), else_=0)).label("waiting"),
            func.sum(case((later & ~free, 1), else_=0)).label("running"),
            func.min(issue.c.first_marked_at).label("oldest"),
            func.min(case((~later, issue.c.ready_at))).label("due_since"),
        )
        .where(issue.c.ready_at.is_not(None))
        .group_by(*by, issue.c.lane)
    )


def _stopped() -> ColumnElement[bool]:
    """The issue's tracker is stopped."""
    return exists().where(tracker.c.id == issue.c.tracker_id, tracker.c.stopped_at.is_not(None))


def lane_stats(row: Any, now: datetime) -> LaneStats:
    """One lane from a row of `depths`."""
    return LaneStats(
        due=int(row.due),
        waiting=int(row.waiting),
        running=int(row.running),
        oldest_seconds=_since(row.oldest, now),
        due_seconds=_since(row.due_since, now),
    )


def _since(then: datetime | None, now: datetime) -> float:
    return 0.0 if then is None else max(0.0, (now - then).total_seconds())


def _count(connection: Connection, *where: ColumnElement[bool]) -> int:
    return connection.execute(select(func.count()).select_from(issue).where(*where)).scalar_one()
