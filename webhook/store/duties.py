"""A tracker's own work, which is no single issue's: duties, kept on the tracker's row and claimed like an issue.

Duties wait with a time each. A claim takes all that are due; what is said during its run waits for the next one, and
what a failed or abandoned run leaves undone goes back to waiting. Unlike issues, duties are rare: each change reads
the row under a lock and writes it whole, so that the rules are plain functions of a `Book`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, select, update

from webhook.issue import ForgeKind
from webhook.store.errors import LeaseLostError
from webhook.store.marks import trace
from webhook.store.nouns import DutyClaim, Lane, TrackerRef, code
from webhook.store.rows import AnyRow
from webhook.store.schema import tracker

ORDER: Final = ("stop", "policy", "visibility", "labels", "sweep", "redelivery")
"""The order in which duties are done: whether we may write at all comes first. Other duties follow by name."""
URGENT: Final = frozenset({"stop", "policy", "visibility", "labels"})
"""Duties that somebody's deed on the forge calls for; the others are bulk work, behind all live issues."""
HEEDLESS: Final = frozenset({"stop"})
"""Duties that wait for no hold."""


def lane_of(duties: Iterable[str]) -> Lane:
    """The lane of the most urgent of these duties."""
    return Lane.LIVE if any(duty in URGENT for duty in duties) else Lane.BULK


def in_order(duties: Iterable[str]) -> tuple[str, ...]:
    """The duties in the order in which they are done."""
    return tuple(sorted(duties, key=lambda duty: (ORDER.index(duty) if duty in ORDER else len(ORDER), duty)))


@dataclass(frozen=True, slots=True)
class Book:
    """A tracker's duties: those that wait, with the time each is due, and those a claim has taken."""

    waiting: Mapping[str, datetime]
    taken: Mapping[str, datetime]

    def told(self, duties: Iterable[str], at: datetime) -> Book:
        """With these duties due at that time; one that is due sooner already stays so."""
        told = {code(duty): min(at, self.waiting.get(duty, at)) for duty in duties}
        return replace(self, waiting={**self.waiting, **told})

    def due(self, now: datetime) -> frozenset[str]:
        """The waiting duties that are due."""
        return frozenset(duty for duty, at in self.waiting.items() if at <= now)

    def take(self, now: datetime) -> Book:
        """With all due duties taken."""
        due = self.due(now)
        rest = {duty: at for duty, at in self.waiting.items() if duty not in due}
        return Book(rest, {duty: self.waiting[duty] for duty in due})

    def over(self, duties: Iterable[str]) -> Book:
        """With these taken duties done."""
        done = set(duties)
        return replace(self, taken={duty: at for duty, at in self.taken.items() if duty not in done})

    def back(self, at: datetime | None = None) -> Book:
        """With all taken duties waiting again, due at `at` or as they were; one told meanwhile keeps its time."""
        returned = {duty: was if at is None else at for duty, was in self.taken.items()}
        return Book({**returned, **self.waiting}, {})

    @property
    def first(self) -> datetime | None:
        """When the first waiting duty is due."""
        return min(self.waiting.values(), default=None)


def book(row: AnyRow) -> Book:
    """The duties that a tracker's row holds."""
    return Book(
        *({duty: datetime.fromisoformat(at) for duty, at in (held or {}).items()} for held in (row.duties, row.taken))
    )


def tell(  # noqa: PLR0913  # what, when due, and the trace of who told
    connection: Connection,
    tracker_id: int,
    duties: Collection[str],
    *,
    at: datetime,
    now: datetime,
    event: str | None = None,
    delivery: str | None = None,
) -> None:
    """Note that these duties are due at `at`. Told by an event, failures so far are forgotten."""
    row = connection.execute(select(tracker).where(tracker.c.id == tracker_id).with_for_update()).one()
    fresh: dict[str, Any] = {}
    if event is not None:
        fresh = {"last_event": trace(event), "last_delivery": trace(delivery or ""), "attempts": 0, "crashes": 0}
        fresh |= {"last_error": None, "first_marked_at": row.first_marked_at or now}
    held = book(row)
    if row.lease_owner is None:
        held = held.back()  # what a process took that is gone
    _write(connection, row, held.told(duties, at), generation=row.generation + 1, **fresh)


def claim(connection: Connection, tracker_id: int, *, worker: str, now: datetime, lease: timedelta) -> DutyClaim | None:
    """Lease the tracker's due duties; None if another worker was faster."""
    mine = (tracker.c.id == tracker_id, tracker.c.ready_at <= now)
    row = connection.execute(select(tracker).where(*mine).with_for_update(skip_locked=True)).one_or_none()
    if row is None:
        return None
    taken = book(row).back().take(now)
    if not taken.taken:  # the last claim did all, and was lost before it could say that it is over
        _end(connection, row, taken)
        return None
    crashes = row.crashes + (row.lease_owner is not None)
    _write(
        connection,
        row,
        taken,
        lease_owner=worker,
        lease_token=row.lease_token + 1,
        claimed_at=now,
        crashes=crashes,
        ready_at=now + lease,
    )
    return DutyClaim(
        tracker=TrackerRef(ForgeKind(row.forge), row.project),
        duties=in_order(taken.taken),
        row=row.id,
        owner=worker,
        token=row.lease_token + 1,
        attempt=row.attempts + 1,
        crashes=crashes,
        last_reason=row.last_error or "",
        lane=lane_of(taken.taken),
        claimed_at=now,
        waiting_since=min(taken.taken.values(), default=now),
        event=row.last_event or "",
        delivery=row.last_delivery or "",
    )


def over(connection: Connection, held: DutyClaim, duties: Iterable[str]) -> None:
    """These duties of the claim are done; the claim goes on. Raises `LeaseLostError`."""
    row = _own(connection, held)
    _write(connection, row, book(row).over(duties), ready_at=row.ready_at)


def done(connection: Connection, held: DutyClaim, duties: Iterable[str], now: datetime) -> None:
    """The claim ended well with these duties done; others it took are due again. Raises `LeaseLostError`."""
    row = _own(connection, held)
    _end(connection, row, book(row).over(duties).back(now), attempts=0, crashes=0, last_error=None, not_before=None)


def later(  # noqa: PLR0913  # as for issues
    connection: Connection,
    held: DutyClaim,
    *,
    reason: str,
    retry_at: datetime,
    not_before: datetime | None,
    counted: bool,
) -> None:
    """The claim failed: what it left undone is due at `retry_at`, nothing before `not_before`."""
    row = _own(connection, held)
    attempts = row.attempts + (1 if counted else 0)
    put_back = book(row).back(retry_at)
    _end(connection, row, put_back, attempts=attempts, crashes=0, last_error=code(reason), not_before=not_before)


def release(connection: Connection, held: DutyClaim) -> None:
    """Give the duties back untouched. Raises `LeaseLostError`."""
    row = _own(connection, held)
    _end(connection, row, book(row).back())


def _own(connection: Connection, held: DutyClaim) -> AnyRow:
    mine = (tracker.c.id == held.row, tracker.c.lease_token == held.token, tracker.c.lease_owner.is_not(None))
    row = connection.execute(select(tracker).where(*mine).with_for_update()).one_or_none()
    if row is None:
        raise LeaseLostError
    return row


def _end(connection: Connection, row: AnyRow, after: Book, **values: Any) -> None:
    # done_generation stays without meaning here: what is left to do stands in the book
    _write(connection, row, after, lease_owner=None, first_marked_at=None, free=True, **values)


def _write(connection: Connection, row: AnyRow, after: Book, *, free: bool = False, **values: Any) -> None:
    """Write the book, and with it when the row may be claimed: the lease's end stands while the row is leased."""
    columns = {
        "duties": {duty: at.isoformat() for duty, at in after.waiting.items()} or None,
        "taken": {duty: at.isoformat() for duty, at in after.taken.items()} or None,
        **values,
    }
    if free or (row.lease_owner is None and "ready_at" not in values):
        columns["ready_at"] = _ready(after, columns.get("not_before", row.not_before))
    connection.execute(update(tracker).where(tracker.c.id == row.id).values(**columns))


def _ready(after: Book, not_before: datetime | None) -> datetime | None:
    first = after.first
    return first if first is None or not_before is None else max(first, not_before)
