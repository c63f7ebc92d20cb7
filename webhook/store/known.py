"""What a tracker's duties must know of all its issues, and no more: which need a look, and which lost a label."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, bindparam, case, select, update

from webhook.store.rows import AnyRow
from webhook.store.schema import issue


@dataclass(frozen=True, slots=True)
class Known:
    """One issue as it was left."""

    open: bool
    """As far as we know."""
    waiting: bool
    """A run is due, put off or in progress: there is nothing to add to that."""
    looked_at: datetime | None
    """When the last run began; what changed on the forge before that was seen by it."""
    left_labels: frozenset[str] | None
    """Managed labels on it when the last run ended; None where no verdict is kept."""


def known(connection: Connection, tracker_id: int) -> dict[int, Known]:
    """All issues of a tracker by number."""
    row = issue.c
    waiting = and_(row.generation > row.done_generation, row.dead_at.is_(None)).label("waiting")
    wanted = select(row.number, row.closed_at, row.claimed_at, row.outcome, row.left_labels, waiting)
    found = connection.execute(wanted.where(row.tracker_id == tracker_id))
    return {each.number: _known(each) for each in found}


def labels_gone(connection: Connection, tracker_id: int, names: Collection[str], now: datetime) -> list[int]:
    """Take these labels for lost where they were left, as nobody's decision on the issue; returns the issues' numbers.

    A forge may tell the deletion of a label as its removal from each issue, by the person who deleted it. Issues
    under a person's decision stay as they are. What an issue that waits for a run was told is still to be judged.
    """
    row, gone = issue.c, {name.casefold() for name in names}
    free = (row.tracker_id == tracker_id, row.outcome.is_not(None), row.override_kind.is_(None))
    left = connection.execute(select(row.id, row.number, row.left_labels).where(*free)).all()
    lost = [each for each in left if any(name.casefold() in gone for name in each.left_labels or ())]
    if lost:
        kept = [
            {"which": each.id, "left": tuple(n for n in each.left_labels if n.casefold() not in gone)} for each in lost
        ]
        judged = case((row.generation > row.done_generation, row.judged_until), else_=now)
        values = {"left_labels": bindparam("left", type_=row.left_labels.type), "judged_until": judged}
        connection.execute(update(issue).where(row.id == bindparam("which")).values(values), kept)
    return [each.number for each in lost]


def _known(row: AnyRow) -> Known:
    left = None if row.outcome is None else frozenset(row.left_labels or ())
    return Known(row.closed_at is None, bool(row.waiting), row.claimed_at, left)
