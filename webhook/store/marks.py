"""Marking: one event, or a policy change, says that an issue must be looked at. One short statement, durable on commit.

How long a mark lets the issue settle, what a mark clears, and what it leaves to the run in progress is decided here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Connection, and_, case, null, select
from sqlalchemy.dialects import postgresql, sqlite

from webhook.store.nouns import PROCESS_GONE, Lane, Settle, TrackerRef
from webhook.store.schema import issue, tracker

NewRow: TypeAlias = dict[str, Any]
"""An issue's columns as a mark would make them."""


def tracker_row(connection: Connection, ref: TrackerRef, forge_id: int | None = None) -> int:
    """The row id of a tracker, made if need be; notes the forge's own id of it when given."""
    make = insert_into(connection.dialect.name, tracker).values(
        forge=ref.forge.value, project=ref.project, forge_id=forge_id
    )
    if forge_id is None:
        connection.execute(make.on_conflict_do_nothing())
    else:
        keys = [tracker.c.forge, tracker.c.project]
        connection.execute(make.on_conflict_do_update(index_elements=keys, set_={"forge_id": forge_id}))
    row_id: int = connection.execute(select(tracker.c.id).where(_is(ref))).scalar_one()
    return row_id


def forge_id(connection: Connection, ref: TrackerRef) -> int | None:
    """The forge's own id of the tracker's project, if it was noted."""
    found: int | None = connection.scalar(select(tracker.c.forge_id).where(_is(ref)))
    return found


def _is(ref: TrackerRef) -> ColumnElement[bool]:
    return and_(tracker.c.forge == ref.forge.value, tracker.c.project == ref.project)


def new_row(  # noqa: PLR0913  # a mark is flat: what, why, when, how urgent
    tracker_id: int,
    number: int,
    *,
    event: str,
    delivery: str,
    now: datetime,
    settle: Settle,
    lane: Lane,
    changed_at: datetime | None,
) -> NewRow:
    """The issue's row as a first mark makes it."""
    due_by = now + settle.at_most
    due_at = min(now + settle.after, due_by)
    return {
        "tracker_id": tracker_id,
        "number": number,
        "generation": 1,
        "lane": lane.value,
        "first_marked_at": now,
        "due_at": due_at,
        "due_by": due_by,
        "ready_at": due_at,
        "told_changed_at": changed_at,
        "last_event": trace(event),
        "last_delivery": trace(delivery),
    }


def mark(connection: Connection, rows: Sequence[NewRow]) -> None:
    """Raise the generation of each of these issues; make the rows that there are not."""
    # in one order everywhere, so that two transactions never wait for each other's rows
    ordered = sorted(rows, key=lambda row: (row["tracker_id"], row["number"]))
    connection.execute(_mark(connection.dialect.name), ordered if len(ordered) > 1 else ordered[0])


@cache
def _mark(dialect: str) -> Any:
    """The statement, made once: it stands between every delivery and its answer."""
    new = insert_into(dialect, issue)
    keys = [issue.c.tracker_id, issue.c.number]
    return new.on_conflict_do_update(index_elements=keys, set_=_marked_again(new.excluded))


def _marked_again(new: Any) -> dict[str, Any]:
    """What a mark does to a row that exists: `issue.c` is the row as it is, `new` the row as if it were new."""
    row = issue.c
    due_by = _earlier(row.due_by, new.due_by)
    due_at = _earlier(row.due_by, new.due_at)  # an earlier promise stands
    pending = row.generation > row.done_generation
    newer = _later(row.told_changed_at, new.told_changed_at)
    return {
        "generation": row.generation + 1,
        "lane": case((pending & (row.lane < new.lane), row.lane), else_=new.lane),
        "first_marked_at": case((row.first_marked_at.is_(None), new.first_marked_at), else_=row.first_marked_at),
        "due_at": due_at,
        "due_by": due_by,
        "ready_at": case((row.lease_owner.is_not(None), row.ready_at), else_=_later(row.not_before, due_at)),
        "retry_at": None,
        "attempts": 0,
        "crashes": 0,
        "last_error": case((row.last_error == PROCESS_GONE, PROCESS_GONE), else_=null()),  # no mark makes that untrue
        "dead_at": None,
        "told_changed_at": case((new.told_changed_at.is_(None), row.told_changed_at), else_=newer),
        "last_event": new.last_event,
        "last_delivery": new.last_delivery,
    }


def trace(word: str) -> str:
    """What may stand in a row for a trace: no more than a header's worth of plain characters."""
    return re.sub(r"[^!-~]", "", word)[:80]


def _earlier(maybe: ColumnElement[Any], other: ColumnElement[Any]) -> ColumnElement[Any]:
    """The earlier of two times, of which the first may be NULL."""
    return case((maybe < other, maybe), else_=other)


def _later(maybe: ColumnElement[Any], other: ColumnElement[Any]) -> ColumnElement[Any]:
    """The later of two times, of which the first may be NULL."""
    return case((maybe > other, maybe), else_=other)


def insert_into(dialect: str, table: Any) -> Any:
    """`INSERT … ON CONFLICT`, which both databases have and SQLAlchemy spells twice."""
    return sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)
