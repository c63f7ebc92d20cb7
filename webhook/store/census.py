"""How the issues of each tracker stand, for people who look: the work list, verdicts, what fails and why.

Counts only. It reads every row, which the figures of a monitor (`overview.stats`) need not.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Select, case, func, select

from webhook.issue import ForgeKind
from webhook.store.nouns import Lane, LaneStats, TrackerRef
from webhook.store.overview import depths, lane_stats
from webhook.store.rows import AnyRow
from webhook.store.schema import issue, tracker

UNDECIDED: Final = "undecided"
"""Counted as the outcome of issues of which no verdict is kept: never run, public, or purged."""


@dataclass(frozen=True, slots=True)
class Census:
    """One tracker's issues at one moment."""

    tracker: TrackerRef
    issues: int = 0
    live: LaneStats = field(default_factory=LaneStats)
    bulk: LaneStats = field(default_factory=LaneStats)
    """Rows of a stopped tracker too: they are due once it may go on."""
    dead: int = 0
    overridden: int = 0
    """Under a person's decision."""
    flapping: int = 0
    """Left alone because somebody keeps reversing our labels."""
    outcomes: Mapping[str, int] = field(default_factory=dict)
    """Issues by the outcome of their last verdict."""
    failing: Mapping[str, int] = field(default_factory=dict)
    """Issues that wait for another try, by the reason code of their last failure."""
    duty_reason: str = ""
    """Reason code of the last failure of the tracker's own duties; empty if they went well."""
    duty_attempts: int = 0
    """How often in a row they failed."""


def census(connection: Connection, now: datetime) -> list[Census]:
    """All trackers ever known, by forge and project."""
    known = connection.execute(select(tracker).order_by(tracker.c.forge, tracker.c.project)).all()
    lanes = {(row.tracker_id, row.lane): row for row in connection.execute(depths(now, issue.c.tracker_id))}
    stands, fails = _by_tracker(connection, _standing()), _by_tracker(connection, _failing())

    def lane(row: AnyRow, which: Lane) -> LaneStats:
        found = lanes.get((row.id, which))
        return LaneStats() if found is None else lane_stats(found, now)

    return [
        Census(
            tracker=TrackerRef(ForgeKind(row.forge), row.project),
            live=lane(row, Lane.LIVE),
            bulk=lane(row, Lane.BULK),
            **_stand(stands[row.id]),
            failing={each.last_error: each.issues for each in fails[row.id]},
            duty_reason=row.last_error or "",
            duty_attempts=row.attempts,
        )
        for row in known
    ]


def _stand(rows: list[AnyRow]) -> dict[str, Any]:
    outcomes = {row.outcome or UNDECIDED: row.issues for row in rows}
    sums = {name: sum(getattr(row, name) for row in rows) for name in ("issues", "dead", "overridden", "flapping")}
    return {"outcomes": outcomes, **sums}


def _by_tracker(connection: Connection, found: Select[Any]) -> Mapping[int, list[AnyRow]]:
    by_tracker: defaultdict[int, list[AnyRow]] = defaultdict(list)
    for row in connection.execute(found):
        by_tracker[row.tracker_id].append(row)
    return by_tracker


def _standing() -> Select[Any]:
    return (
        select(
            issue.c.tracker_id,
            issue.c.outcome,
            func.count().label("issues"),
            func.count(issue.c.dead_at).label("dead"),
            func.count(issue.c.override_kind).label("overridden"),
            func.sum(case((issue.c.flapping, 1), else_=0)).label("flapping"),
        )
        .group_by(issue.c.tracker_id, issue.c.outcome)
        .order_by(issue.c.tracker_id, issue.c.outcome)
    )


def _failing() -> Select[Any]:
    waits = (issue.c.ready_at.is_not(None), issue.c.dead_at.is_(None), issue.c.last_error.is_not(None))
    by_reason = (issue.c.tracker_id, issue.c.last_error)
    return select(*by_reason, func.count().label("issues")).where(*waits).group_by(*by_reason).order_by(*by_reason)
