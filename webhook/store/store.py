"""The store's face: every method is one short transaction, and none is open while somebody asks a forge.

What the methods do stands in `marks`, `claims`, `endings`, `keeping` and `overview`; this module only knows which
of them belong together in one transaction.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from threading import Event
from types import TracebackType
from typing import Self, overload

from sqlalchemy import ColumnElement, Connection, select

from webhook.budget import Cost
from webhook.issue import IssueRef
from webhook.store import budgets, claims, endings, keeping, marks, overview, policies, rows, trackers
from webhook.store import duties as duty
from webhook.store.census import Census, census
from webhook.store.database import Database, check_revision, connect
from webhook.store.known import Known, known, labels_gone
from webhook.store.news import News
from webhook.store.nouns import (
    AT_ONCE,
    BudgetLeft,
    Claim,
    DeadLetter,
    Decision,
    DutyClaim,
    Hold,
    IssueRecord,
    Lane,
    Settle,
    Stats,
    TrackerRef,
    TrackerState,
)
from webhook.store.schema import issue
from webhook.store.together import Together

BOTH = (Lane.LIVE, Lane.BULK)


def open_store(url: str) -> Store:
    """Open the database at `url` (`sqlite:///FILE` or `postgresql://…`).

    Raises `SchemaOutdatedError` unless it is at this program's revision, `StoreError` if it cannot be used at all.
    """
    database = connect(url)
    try:
        check_revision(database)
    except BaseException:
        database.close()
        raise
    return Store(database)


class Store:
    """Work list, ledger, answers and decision log in one database. Threads may share one store."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._trackers: dict[TrackerRef, int] = {}
        self._answered: dict[int, datetime] = {}
        self._news = News(database)
        self._marks = Together(self._write_marks) if database.sqlite else None  # PostgreSQL gathers commits itself

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close all connections."""
        self._news.close()
        self._database.close()

    def check(self) -> None:
        """Raise `StoreUnavailableError` or `SchemaOutdatedError` unless the database can be used as it is now."""
        check_revision(self._database)

    # --- the work list: what comes in

    def register(self, tracker: TrackerRef, forge_id: int | None = None) -> None:
        """Make the tracker known, and note the forge's own id of its project once it is known."""
        with self._database.write() as connection:
            self._trackers[tracker] = marks.tracker_row(connection, tracker, forge_id)

    def forge_id(self, tracker: TrackerRef) -> int | None:
        """The forge's own id of the tracker's project, if it was noted."""
        with self._database.read() as connection:
            return marks.forge_id(connection, tracker)

    def mark(  # noqa: PLR0913  # a mark is flat: what, why, when, how urgent
        self,
        ref: IssueRef,
        *,
        event: str,
        delivery: str,
        now: datetime,
        settle: Settle = AT_ONCE,
        lane: Lane = Lane.LIVE,
        changed_at: datetime | None = None,
    ) -> None:
        """Say that the issue changed. Durable on return: the 202 may be sent.

        Any number of marks cause one run, and a mark during a run exactly one more. A mark clears backoff and dead
        letters; a live one lifts a bulk row. `event` is the event's kind, `delivery` its id; both only a trace.
        `changed_at`: when the issue last changed, as the forge told; the next run should not see an older one.
        """
        tracker_id = self._tracker(TrackerRef.of(ref))
        row = marks.new_row(
            tracker_id,
            ref.number,
            event=event,
            delivery=delivery,
            now=now,
            settle=settle,
            lane=lane,
            changed_at=changed_at,
        )
        if self._marks is not None:
            self._marks.add(row)
        else:
            self._write_marks([row])
        if not settle.after:
            self._news.tell()

    def _write_marks(self, rows: Sequence[marks.NewRow]) -> None:
        write = self._database.statement if len(rows) == 1 else self._database.write
        with write() as connection:
            marks.mark(connection, rows)

    def mark_duty(
        self, tracker: TrackerRef, duties: Collection[str], *, event: str, delivery: str, now: datetime
    ) -> None:
        """Say that the tracker itself must be looked at: these duties are due at once. Durable on return.

        Duties are codes such as `stop`, `policy`, `visibility`, `labels`, `sweep`, `redelivery`.
        """
        tracker_id = self._tracker(tracker)
        with self._database.write() as connection:
            duty.tell(connection, tracker_id, duties, at=now, now=now, event=event, delivery=delivery)
        self._news.tell()

    def schedule_duty(self, tracker: TrackerRef, duty_name: str, at: datetime) -> None:
        """Let a duty be due at that time, unless it waits for an earlier one already."""
        tracker_id = self._tracker(tracker)
        with self._database.write() as connection:
            duty.tell(connection, tracker_id, [duty_name], at=at, now=at)

    # --- the work list: what goes out

    @overload
    def claim(self, worker: str, now: datetime, lease: timedelta) -> Claim | None: ...

    @overload
    def claim(self, worker: str, now: datetime, lease: timedelta, *, with_duties: bool) -> Claim | DutyClaim | None: ...

    def claim(
        self, worker: str, now: datetime, lease: timedelta, *, with_duties: bool = False
    ) -> Claim | DutyClaim | None:
        """Lease the next row that is due: live before bulk, longest waiting first, held trackers left out.

        With duties, a tracker's own work comes before its issues of the same lane. A stopped tracker's issues rest,
        its duties do not.
        """
        with self._database.read() as connection:
            ready = claims.ready(connection, now, with_duties=with_duties)
        for head in ready:
            with self._database.write() as connection:
                claim = claims.claim(connection, head, worker=worker, now=now, lease=lease)
            if claim is not None:
                return claim
        return None

    def next_ready(self, *, with_duties: bool = False) -> datetime | None:
        """When the next row can be claimed if nothing else happens; None when there is no work."""
        with self._database.read() as connection:
            return claims.next_ready(connection, with_duties=with_duties)

    def wait(self, seconds: float, stop: Event) -> None:
        """Wait for news in the database, at most so long, and not beyond `stop`. May return early without any."""
        self._news.wait(seconds, stop)

    def renew(self, claim: Claim | DutyClaim, now: datetime, lease: timedelta) -> None:
        """Extend the claim's lease. Raises `LeaseLostError`."""
        with self._database.write() as connection:
            claims.renew(connection, claim, now=now, lease=lease)

    def still_mine(self, claim: Claim | DutyClaim, now: datetime) -> bool:
        """Whether the run may still write."""
        with self._database.read() as connection:
            return claims.still_mine(connection, claim, now)

    def recover(self, now: datetime) -> int:
        """Free the rows of workers of this machine that are gone; returns how many."""
        with self._database.read() as connection:
            gone = claims.gone_owners(connection)
        if not gone:
            return 0
        with self._database.write() as connection:
            return claims.free(connection, gone, now)

    # --- how a run ends

    def record_progress(
        self,
        claim: Claim,
        *,
        now: datetime,
        added: Collection[str] = (),
        removed: Collection[str] = (),
    ) -> None:
        """Note an effect right after the forge confirmed it: labels added or removed.

        So the truth survives a crash between two writes. Raises `LeaseLostError`.
        """
        with self._database.write() as connection:
            claims.own(connection, claim)
            keeping.note_labels(connection, claim, added=added, removed=removed, at=now)

    def done(
        self,
        claim: Claim,
        record: IssueRecord,
        *,
        now: datetime,
        ledger: Collection[str] | None = None,
        decision: Decision | None = None,
    ) -> None:
        """The run ended well: record, ledger (all labels that are ours now; None leaves it) and decision, or nothing.

        Raises `LeaseLostError`.
        """
        with self._database.write() as connection:
            endings.done(connection, claim, record)
            if ledger is not None:
                keeping.set_ledger(connection, claim, ledger, now)
            if decision is not None:
                keeping.log_decision(connection, claim, decision)
            self._note_success(connection, claim, now)

    def duty_done(self, claim: DutyClaim, duty_name: str, now: datetime) -> None:
        """One duty of the claim is done, and the claim goes on with the others. Raises `LeaseLostError`."""
        with self._database.write() as connection:
            duty.over(connection, claim, [duty_name])
            self._note_success(connection, claim, now)

    def done_duties(self, claim: DutyClaim, done: Collection[str] | None = None, *, now: datetime) -> None:
        """The claim ended well: these duties of it are done (None: all), others it took are due again at once.

        A duty marked or scheduled during the run waits for the next claim. Raises `LeaseLostError`.
        """
        with self._database.write() as connection:
            duty.done(connection, claim, claim.duties if done is None else done, now)
            self._note_success(connection, claim, now)

    def later(
        self,
        claim: Claim | DutyClaim,
        *,
        reason: str,
        retry_at: datetime,
        not_before: datetime | None = None,
        counted: bool = True,
    ) -> None:
        """The run failed: try again at `retry_at`, at once after a new mark, but never before `not_before`.

        `counted=False`: no fault of the issue, the attempt does not count. Raises `LeaseLostError`.
        """
        end = partial(duty.later, held=claim) if isinstance(claim, DutyClaim) else partial(endings.later, claim=claim)
        with self._database.write() as connection:
            end(connection, reason=reason, retry_at=retry_at, not_before=not_before, counted=counted)

    def release(self, claim: Claim | DutyClaim, now: datetime) -> None:
        """Give the row back untouched. Raises `LeaseLostError`."""
        with self._database.write() as connection:
            if isinstance(claim, DutyClaim):
                duty.release(connection, claim)
            else:
                endings.release(connection, claim, now)

    def bury(self, claim: Claim, *, reason: str, now: datetime) -> None:
        """Give up on the issue until its next event or a retry by command. Raises `LeaseLostError`."""
        with self._database.write() as connection:
            endings.bury(connection, claim, reason=reason, now=now)

    def gone(self, claim: Claim) -> bool:
        """The forge no longer has the issue: purge all that is stored of it, and say so.

        An issue marked during the run is not purged but due again: it may be back. Raises `LeaseLostError`.
        """
        with self._database.write() as connection:
            return endings.gone(connection, claim)

    def forget(self, ref: IssueRef) -> bool:
        """Purge all that is stored of an issue; whether there was anything. Its run, if any, has lost its lease."""
        with self._database.write() as connection:
            return endings.forget(connection, self._is(ref))

    # --- trackers

    def stop_tracker(self, tracker: TrackerRef, reason: str, now: datetime) -> None:
        """Let no issue of the tracker be worked on; runs in progress have lost their lease. Its duties go on."""
        tracker_id = self._tracker(tracker)
        with self._database.write() as connection:
            trackers.stop(connection, tracker_id, reason=reason, now=now)

    def resume_tracker(self, tracker: TrackerRef) -> None:
        """Work on the tracker's issues again; what was marked meanwhile is due."""
        tracker_id = self._tracker(tracker)
        with self._database.write() as connection:
            trackers.resume(connection, tracker_id)
        self._news.tell()

    def purge_tracker(self, tracker: TrackerRef) -> int:
        """Delete all that is stored of the tracker's issues, ledger and decisions too; returns how many issues."""
        tracker_id = self._tracker(tracker)
        with self._database.write() as connection:
            return trackers.purge(connection, tracker_id)

    def note_sweep(
        self, tracker: TrackerRef, *, until: datetime | None = None, full_at: datetime | None = None
    ) -> None:
        """Note how far the tracker was swept, and when all of it was; None leaves a figure as it is."""
        tracker_id = self._tracker(tracker)
        with self._database.write() as connection:
            trackers.note_sweep(connection, tracker_id, until=until, full_at=full_at)

    def known(self, tracker: TrackerRef) -> dict[int, Known]:
        """What a sweep must know of the tracker's issues, by number."""
        tracker_id = self._tracker(tracker)
        with self._database.read() as connection:
            return known(connection, tracker_id)

    def labels_gone(self, tracker: TrackerRef, names: Collection[str], now: datetime) -> list[int]:
        """The tracker lost these labels: that an issue lost them is nobody's decision. Returns the issues that did.

        Issues that are under a person's decision already are left alone.
        """
        tracker_id = self._tracker(tracker)
        with self._database.write() as connection:
            return labels_gone(connection, tracker_id, names, now)

    def tracker(self, tracker: TrackerRef) -> TrackerState:
        """What is remembered of a tracker."""
        tracker_id = self._tracker(tracker)
        with self._database.read() as connection:
            return trackers.state(connection, tracker_id)

    def trackers(self) -> list[TrackerState]:
        """All trackers ever known, configured now or not, by forge and project."""
        with self._database.read() as connection:
            return trackers.states(connection)

    def _note_success(self, connection: Connection, claim: Claim | DutyClaim, now: datetime) -> None:
        row = claim.row if isinstance(claim, DutyClaim) else claim.tracker_row
        if now - self._answered.get(row, now - trackers.SUCCESS_EVERY) >= trackers.SUCCESS_EVERY:
            trackers.succeeded(connection, row, now)
            self._answered[row] = now

    # --- budgets

    def take(  # noqa: PLR0913  # a wish is flat: whose budget, what of it, for whom, when
        self,
        credential: str,
        costs: Sequence[Cost],
        *,
        bulk: bool,
        now: datetime,
        spent: Sequence[Cost] = (),
        again: bool = False,
    ) -> float:
        """Take all costs of the credential's windows (0), or none of them and say how many seconds to wait.

        `spent` was spent already and is charged in any case. `again`: the wish was told to wait before, and has.
        """
        with self._database.write() as connection:
            return budgets.take(connection, credential, costs, spent=spent, bulk=bulk, now=now, again=again)

    def budget_left(self, now: datetime) -> list[BudgetLeft]:
        """What is left of every limit, for who watches."""
        with self._database.read() as connection:
            return budgets.left(connection, now)

    # --- looking and steering

    def hold(self, tracker: TrackerRef, *, until: datetime, reason: str, lanes: Collection[Lane] = BOTH) -> None:
        """Let a tracker's rows wait; a longer hold stands."""
        tracker_id = self._tracker(tracker)
        with self._database.write() as connection:
            overview.hold(connection, tracker_id, until=until, reason=reason, lanes=lanes)

    def lift(self, tracker: TrackerRef, lanes: Collection[Lane] = BOTH) -> None:
        """End a tracker's holds."""
        tracker_id = self._tracker(tracker)
        with self._database.write() as connection:
            overview.lift(connection, tracker_id, lanes)
        self._news.tell()

    def holds(self, now: datetime) -> tuple[Hold, ...]:
        """Holds in force."""
        with self._database.read() as connection:
            return overview.holds(connection, now)

    def dead(self) -> list[DeadLetter]:
        """Dead letters, oldest first."""
        with self._database.read() as connection:
            return overview.dead(connection)

    def retry_dead(self, now: datetime, ref: IssueRef | None = None) -> int:
        """Put one dead letter, or all, back on the work list; returns how many."""
        where = None if ref is None else self._is(ref)
        with self._database.write() as connection:
            retried = overview.retry_dead(connection, where, now)
        self._news.tell()
        return retried

    def stats(self, now: datetime) -> Stats:
        """Depth and age of the work list, dead letters, holds."""
        with self._database.read() as connection:
            return overview.stats(connection, now)

    def census(self, now: datetime) -> list[Census]:
        """How all trackers' issues stand: looks through all of them, so it is for people, not for every scrape."""
        with self._database.read() as connection:
            return census(connection, now)

    def record(self, ref: IssueRef) -> IssueRecord | None:
        """What is remembered of an issue; None if it was never heard of."""
        with self._database.read() as connection:
            row = connection.execute(select(issue).where(self._is(ref))).one_or_none()
            return None if row is None else rows.record(row)

    def decisions(self, ref: IssueRef) -> list[Decision]:
        """The issue's lines of the decision log, oldest first."""
        with self._database.read() as connection:
            return keeping.decisions(connection, self._is(ref))

    def purge_answers(self, closed_before: datetime) -> int:
        """Drop the answers of issues closed before; returns how many issues."""
        with self._database.write() as connection:
            return keeping.purge_answers(connection, closed_before)

    # --- policies

    def policy_version(self, state: policies.State) -> policies.PolicyVersion | None:
        """The policy in this state; None if there is none."""
        with self._database.read() as connection:
            return policies.version(connection, state)

    def known_policy(self, digest: str, text_digest: str) -> policies.PolicyVersion | None:
        """A policy by its digests, whatever its state; None if it was never seen."""
        with self._database.read() as connection:
            return policies.known(connection, digest, text_digest)

    def put_policy(self, new: policies.PolicyVersion, state: policies.State, now: datetime) -> None:
        """Bring a policy into a state; what was in that place before is past."""
        with self._database.write() as connection:
            policies.put(connection, new, state, now)

    def stored_issues(self, *, closed: bool = False) -> Iterator[policies.Stored]:
        """What plans rest on, issue by issue. The database is read while the caller works: leave it soon."""
        with self._database.read() as connection:
            yield from policies.stored(connection, closed=closed)

    def activate(self, new: policies.PolicyVersion, concerned: Sequence[IssueRef], now: datetime) -> None:
        """Put a policy in force and begin the relabelling of the issues it concerns, both or neither.

        A relabelling that goes on is superseded. Cut off half-way, `mark_stragglers` puts the rest on the work list.
        """
        trackers = {TrackerRef.of(ref): self._tracker(TrackerRef.of(ref)) for ref in concerned}
        keys = [(trackers[TrackerRef.of(ref)], ref.number) for ref in concerned]
        with self._database.write() as connection:
            policies.put(connection, new, "active", now)
            policies.begin(connection, new.digest, keys, now)
        for part in policies.parts(keys):
            with self._database.write() as connection:
                policies.enlist(connection, part, now)
        self._news.tell()

    def mark_stragglers(self, tracker: TrackerRef, now: datetime) -> int:
        """Mark open issues last decided by another policy than the active one; returns how many there are."""
        tracker_id = self._tracker(tracker)
        with self._database.write() as connection:
            return policies.mark_stragglers(connection, tracker_id, now)

    def job(self) -> policies.Job | None:
        """The relabelling that goes on, or the last one there was."""
        with self._database.read() as connection:
            return policies.job(connection)

    def set_job(self, state: policies.JobState, now: datetime) -> bool:
        """Note that the relabelling is paused, goes on or is done; whether there is one."""
        with self._database.write() as connection:
            return policies.set_job(connection, state, now)

    def end_job(self, state: policies.JobState, now: datetime) -> int:
        """End the relabelling and take what is left of it off the work list; returns how many issues that were."""
        with self._database.write() as connection:
            return policies.finish(connection, state, now)

    def _is(self, ref: IssueRef) -> ColumnElement[bool]:
        return (issue.c.tracker_id == self._tracker(TrackerRef.of(ref))) & (issue.c.number == ref.number)

    def _tracker(self, tracker: TrackerRef) -> int:
        if tracker not in self._trackers:
            self.register(tracker)
        return self._trackers[tracker]
