"""The work list against a model that knows only what happened: no mark is lost, no row has two holders, rests are kept.

The model keeps histories (marks, claims, failures) and works the rules out from them afresh each time; the store
keeps sums. Whatever marks, runs, failures, crashes and pauses come in whatever order, both must agree.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from tests.databases import MINUTE, NOON, empty, issue, seconds
from webhook.store import AT_ONCE, EDITED, Claim, IssueRecord, Lane, LeaseLostError, Settle, TrackerRef, open_store

LEASE = MINUTE
BULK = Settle(timedelta(0), timedelta(minutes=5))
NUMBERS = st.integers(1, 3)
PROJECTS = ("a/a", "b/b")


@dataclass
class Row:
    """What happened to one issue."""

    marks: list[tuple[datetime, Settle, Lane]] = field(default_factory=list)
    done: int = 0
    seen: int = 0
    """How many marks there were when the row was last claimed."""
    holder: Claim | None = None
    until: datetime = NOON
    retry_at: datetime | None = None
    not_before: datetime | None = None
    freed_at: datetime | None = None
    dead: bool = False

    @property
    def pending(self) -> bool:
        return len(self.marks) > self.done and not self.dead

    @property
    def lane(self) -> Lane:
        """Of the marks since everything was last done, the most urgent."""
        return min(lane for _, _, lane in self.marks[self.quiet :])

    quiet: int = 0
    """How many marks there were when nothing was pending last."""

    def ready_at(self) -> datetime:
        if self.holder is not None:
            return self.until
        if self.freed_at is not None:
            return self.freed_at
        new = self.marks[self.seen :]
        ready = self.settled(new) if new else self.retry_at or self.settled(self.marks)
        return max(ready, self.not_before) if self.not_before else ready

    @staticmethod
    def settled(marks: list[tuple[datetime, Settle, Lane]]) -> datetime:
        deadline = min(at + settle.at_most for at, settle, _ in marks)
        last, settle, _ = marks[-1]
        promised = [min(at + s.at_most for at, s, _ in marks[:n]) for n in range(1, len(marks))]
        return min([last + settle.after, deadline, *promised])


class WorkList(RuleBasedStateMachine):
    url = ""

    def __init__(self) -> None:
        super().__init__()
        empty(self.url)
        self.store = open_store(self.url)
        self.now = NOON
        self.rows: dict[int, Row] = {}
        self.old: list[Claim] = []
        self.held: dict[str, datetime] = {}

    def teardown(self) -> None:
        """Given time, everything that was marked is done."""
        self.now += timedelta(days=1)
        for _ in range(20):
            claim = self.store.claim("last", self.now, LEASE)
            if claim is None:
                break
            self.store.done(claim, IssueRecord(), now=self.now)
            self.rows[claim.ref.number].done = claim.generation
        left = {n: row for n, row in self.rows.items() if row.done != len(row.marks) and not row.dead}
        self.store.close()
        assert left == {}

    def opens(self, number: int, row: Row) -> datetime:
        return max(row.ready_at(), self.held.get(project(number), NOON))

    @rule(number=NUMBERS, settle=st.sampled_from([AT_ONCE, EDITED, BULK]), lane=st.sampled_from(Lane))
    def mark(self, number: int, settle: Settle, lane: Lane) -> None:
        row = self.rows.setdefault(number, Row())
        where = issue(number, project(number))
        self.store.mark(where, event="e", delivery="d", now=self.now, settle=settle, lane=lane)
        row.marks.append((self.now, settle, lane))
        row.dead = False
        row.retry_at = row.freed_at = None

    @rule(by=st.sampled_from([0.5, 4.0, 10.0, 31.0, 60.0]))
    def time_passes(self, by: float) -> None:
        self.now += seconds(by)

    @rule()
    def claim(self) -> None:
        claimable = {n: row for n, row in self.rows.items() if self.is_claimable(n, row)}
        claim = self.store.claim("worker", self.now, LEASE)
        if claim is None:
            assert claimable == {}
            return
        number = claim.ref.number
        assert number in claimable
        row = self.rows[number]
        best = min((r.lane, r.ready_at()) for r in claimable.values())
        assert (row.lane, row.ready_at()) == best
        assert claim.generation == len(row.marks)
        assert claim.lane == row.lane
        if row.holder is not None:
            self.old.append(row.holder)
        row.holder, row.until, row.seen = claim, self.now + LEASE, len(row.marks)
        row.retry_at = row.freed_at = None

    def is_claimable(self, number: int, row: Row) -> bool:
        return row.pending and self.opens(number, row) <= self.now

    def running(self) -> list[int]:
        return [number for number, row in self.rows.items() if row.holder is not None]

    def pick(self, data: st.DataObject) -> tuple[Row, Claim]:
        row = self.rows[data.draw(st.sampled_from(self.running()))]
        assert row.holder is not None
        return row, row.holder

    @precondition(lambda self: self.running())
    @rule(data=st.data())
    def finish(self, data: st.DataObject) -> None:
        row, claim = self.pick(data)
        self.store.done(claim, IssueRecord(comment_id=claim.generation), now=self.now)
        row.done, row.holder, row.not_before = claim.generation, None, None
        if row.done == len(row.marks):
            row.quiet = row.done
        self.old.append(claim)

    @precondition(lambda self: self.running())
    @rule(data=st.data(), wait=st.sampled_from([0.0, 30.0, 300.0]), uncertain=st.booleans())
    def fail(self, data: st.DataObject, wait: float, uncertain: bool) -> None:
        row, claim = self.pick(data)
        not_before = self.now + seconds(5) if uncertain else None
        self.store.later(claim, reason="failed", retry_at=self.now + seconds(wait), not_before=not_before)
        row.holder, row.not_before = None, not_before
        if len(row.marks) == claim.generation:
            row.retry_at = self.now + seconds(wait)
        self.old.append(claim)

    @precondition(lambda self: self.running())
    @rule(data=st.data())
    def give_back(self, data: st.DataObject) -> None:
        row, claim = self.pick(data)
        self.store.release(claim, self.now)
        row.holder, row.freed_at = None, self.now
        self.old.append(claim)

    @precondition(lambda self: self.running())
    @rule(data=st.data())
    def give_up(self, data: st.DataObject) -> None:
        row, claim = self.pick(data)
        self.store.bury(claim, reason="failed", now=self.now)
        row.holder, row.dead = None, len(row.marks) == claim.generation
        self.old.append(claim)

    @precondition(lambda self: self.running())
    @rule(data=st.data())
    def renew(self, data: st.DataObject) -> None:
        row, claim = self.pick(data)
        self.store.renew(claim, self.now, LEASE)
        row.until = self.now + LEASE

    @precondition(lambda self: self.old)
    @rule(data=st.data())
    def a_run_that_is_over_can_do_nothing(self, data: st.DataObject) -> None:
        claim = data.draw(st.sampled_from(self.old))
        assert not self.store.still_mine(claim, self.now)
        for act in (
            lambda: self.store.done(claim, IssueRecord(), now=self.now),
            lambda: self.store.later(claim, reason="failed", retry_at=self.now),
            lambda: self.store.renew(claim, self.now, LEASE),
        ):
            try:
                act()
            except LeaseLostError:
                continue
            raise AssertionError("a claim that is over changed its row")

    @rule(where=st.sampled_from(PROJECTS), wait=st.sampled_from([1.0, 12.0]))
    def hold(self, where: str, wait: float) -> None:
        until = self.now + seconds(wait)
        self.store.hold(TrackerRef.of(issue(1, where)), until=until, reason="limited-primary")
        self.held[where] = max(until, self.held.get(where, NOON))

    @invariant()
    def it_knows_when_the_next_row_is_due(self) -> None:
        expected = min((self.opens(n, row) for n, row in self.rows.items() if row.pending), default=None)
        assert self.store.next_ready() == expected

    @invariant()
    def who_holds_a_row_may_write_until_the_lease_ends(self) -> None:
        for row in self.rows.values():
            if row.holder is not None:
                assert self.store.still_mine(row.holder, self.now) == (row.until > self.now)


def project(number: int) -> str:
    return PROJECTS[number % 2]


def test_the_work_list_keeps_its_laws_whatever_happens(url: str) -> None:
    class Here(WorkList):
        pass

    Here.url = url
    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=80,
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
