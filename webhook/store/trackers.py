"""What is remembered of a tracker beside its duties: is it stopped, how far was it swept, when did it last answer.

Stopping is immediate: no row of the tracker's issues is claimed any more, and runs in progress lose their leases, so
that none of them writes again.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, delete, select, update

from webhook.issue import ForgeKind
from webhook.store import duties
from webhook.store.nouns import TrackerRef, TrackerState, code
from webhook.store.rows import AnyRow
from webhook.store.schema import issue, tracker

SUCCESS_EVERY: Final = timedelta(seconds=30)
"""How exact `last_success_at` is: so seldom is it written."""


def states(connection: Connection) -> list[TrackerState]:
    """All trackers ever known, by forge and project."""
    found = connection.execute(select(tracker).order_by(tracker.c.forge, tracker.c.project))
    return [_state(row) for row in found]


def state(connection: Connection, tracker_id: int) -> TrackerState:
    """What is remembered of one."""
    return _state(connection.execute(select(tracker).where(tracker.c.id == tracker_id)).one())


def stop(connection: Connection, tracker_id: int, *, reason: str, now: datetime) -> None:
    """Let no issue of the tracker be worked on. The first reason stands."""
    working = update(tracker).where(tracker.c.id == tracker_id, tracker.c.stopped_at.is_(None))
    connection.execute(working.values(stopped_at=now, stopped_reason=code(reason)))
    running = update(issue).where(issue.c.tracker_id == tracker_id, issue.c.lease_owner.is_not(None))
    connection.execute(running.values(lease_owner=None, ready_at=now))


def resume(connection: Connection, tracker_id: int) -> None:
    """Work on the tracker's issues again: what was marked meanwhile is due."""
    connection.execute(update(tracker).where(tracker.c.id == tracker_id).values(stopped_at=None, stopped_reason=None))


def purge(connection: Connection, tracker_id: int) -> int:
    """Delete all that is stored of the tracker's issues; returns how many issues there were."""
    return connection.execute(delete(issue).where(issue.c.tracker_id == tracker_id)).rowcount


def note_sweep(connection: Connection, tracker_id: int, *, until: datetime | None, full_at: datetime | None) -> None:
    """Note how far the tracker was swept; None leaves a figure as it is."""
    noted = {"swept_until": until, "full_sweep_at": full_at}
    values = {name: at for name, at in noted.items() if at is not None}
    if values:
        connection.execute(update(tracker).where(tracker.c.id == tracker_id).values(values))


def succeeded(connection: Connection, tracker_id: int, now: datetime) -> None:
    """Note that the forge answered as it should, unless that was noted just before."""
    stale = tracker.c.last_success_at.is_(None) | (tracker.c.last_success_at <= now - SUCCESS_EVERY)
    connection.execute(update(tracker).where(tracker.c.id == tracker_id, stale).values(last_success_at=now))


def _state(row: AnyRow) -> TrackerState:
    held = duties.book(row)
    return TrackerState(
        tracker=TrackerRef(ForgeKind(row.forge), row.project),
        forge_id=row.forge_id,
        stopped_at=row.stopped_at,
        stopped_reason=row.stopped_reason or "",
        swept_until=row.swept_until,
        full_sweep_at=row.full_sweep_at,
        last_success_at=row.last_success_at,
        duties=held.back().waiting,
    )
