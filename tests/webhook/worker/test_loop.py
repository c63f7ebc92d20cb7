"""The worker runs what is due, and every failure ends on the work list."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.databases import MINUTE, issue, seconds
from webhook import log
from webhook.forges.port import LimitedError, RefusedError, UnavailableError, UncertainError
from webhook.issue import ForgeKind
from webhook.store import EDITED, Claim, DutyClaim, IssueRecord, Lane, LeaseLostError, Store, TrackerRef
from webhook.worker import Retry, Worker

TRACKER = TrackerRef(ForgeKind.GITHUB, "example/security")
QUICK = Retry(first=0.02, longest=0.05, look_again=0.2)


def now() -> datetime:
    return datetime.now(UTC)


def mark(store: Store, number: int = 1, **more: Any) -> None:
    store.mark(issue(number), event="issues.opened", delivery="d", now=now(), **more)


@contextmanager
def working(store: Store, run: Callable[[Claim], None], **settings: Any) -> Iterator[Worker]:
    worker = Worker(store, run, **{"retry": QUICK, "poll": 0.1, "drain": 5.0, **settings})
    thread = threading.Thread(target=worker.work)
    thread.start()
    try:
        yield worker
    finally:
        worker.stop()
        thread.join(30)
        assert not thread.is_alive()


def until(condition: Callable[[], object], patience: float = 10.0) -> None:
    deadline = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.01)


def idle(store: Store) -> bool:
    return store.next_ready() is None


class Runs:
    """A run that fails as told, once for each error, then ends well."""

    def __init__(self, store: Store, *errors: Exception) -> None:
        self.store, self.errors = store, list(errors)
        self.claims: list[Claim] = []
        self.at: list[float] = []

    def __call__(self, claim: Claim) -> None:
        self.claims.append(claim)
        self.at.append(time.monotonic())
        if self.errors:
            raise self.errors.pop(0)
        self.store.done(claim, IssueRecord(comment_id=len(self.claims)), now=now())


def test_what_is_due_is_run_and_what_is_not_is_left(store: Store) -> None:
    runs = Runs(store)
    mark(store, 1)
    mark(store, 2, settle=EDITED)
    with working(store, runs) as worker:
        until(lambda: runs.claims)
        time.sleep(0.3)
    assert [claim.ref.number for claim in runs.claims] == [1]
    assert worker.drained


def test_new_work_is_taken_up_at_once(store: Store) -> None:
    runs = Runs(store)
    with working(store, runs, poll=0.25):
        time.sleep(0.5)
        began = time.monotonic()
        mark(store)
        until(lambda: runs.claims)
    assert runs.at[0] - began < 0.5


def test_an_edit_during_a_run_causes_exactly_one_more(store: Store) -> None:
    claims: list[Claim] = []

    def run(claim: Claim) -> None:
        claims.append(claim)
        if len(claims) == 1:
            for _ in range(5):
                mark(store)
        store.done(claim, IssueRecord(), now=now())

    mark(store)
    with working(store, run):
        until(lambda: len(claims) == 2 and idle(store))
        time.sleep(0.2)
    assert [claim.generation for claim in claims] == [1, 6]


def test_as_many_issues_are_run_at_once_as_there_are_threads_and_each_by_one(store: Store) -> None:
    together = threading.Barrier(3, timeout=10)

    def run(claim: Claim) -> None:
        together.wait()
        store.done(claim, IssueRecord(), now=now())

    for number in range(3):
        mark(store, number)
    with working(store, run, threads=3):
        until(lambda: idle(store))


def test_no_more_rows_are_leased_than_there_are_threads(store: Store) -> None:
    go = threading.Event()

    def run(claim: Claim) -> None:
        go.wait(10)
        store.done(claim, IssueRecord(), now=now())

    for number in range(5):
        mark(store, number)
    with working(store, run, threads=2):
        until(lambda: store.stats(now()).live.running == 2)
        time.sleep(0.3)
        assert (store.stats(now()).live.running, store.stats(now()).live.due) == (2, 3)
        go.set()
        until(lambda: idle(store))


def test_a_long_run_keeps_its_lease(store: Store) -> None:
    kept: list[bool] = []

    def run(claim: Claim) -> None:
        time.sleep(1.5)
        kept.append(store.still_mine(claim, now()))
        store.done(claim, IssueRecord(), now=now())

    mark(store)
    with working(store, run, lease=seconds(0.6)):
        until(lambda: idle(store))
    assert kept == [True]


def test_a_run_that_lost_its_lease_is_dropped_without_a_word(store: Store) -> None:
    runs: list[Claim] = []

    def run(claim: Claim) -> None:
        if not runs:
            store.forget(claim.ref)
            runs.append(claim)
            raise LeaseLostError
        runs.append(claim)
        store.done(claim, IssueRecord(), now=now())

    mark(store)
    with working(store, run):
        until(lambda: runs)
        mark(store)
        until(lambda: len(runs) == 2)
    assert store.dead() == []


def test_a_failed_run_is_tried_again_until_it_works(store: Store) -> None:
    runs = Runs(store, UnavailableError("502"), UnavailableError("502"), ValueError("?"))
    mark(store)
    with working(store, runs):
        until(lambda: idle(store))
    assert [claim.attempt for claim in runs.claims] == [1, 2, 3, 4]
    assert store.record(issue()) == IssueRecord(comment_id=4)


def test_after_an_uncertain_write_the_next_look_waits_even_if_the_issue_is_edited(store: Store) -> None:
    runs = Runs(store, UncertainError("timeout"))
    mark(store)
    with working(store, runs):
        until(lambda: runs.claims)
        until(lambda: store.stats(now()).live.waiting == 1)
        mark(store)
        until(lambda: idle(store))
    assert runs.at[1] - runs.at[0] >= 0.2


def test_a_limit_holds_the_tracker_and_uses_up_no_try(store: Store) -> None:
    runs = Runs(store, LimitedError("403", seconds=1.0, kind="secondary"))
    mark(store, 1)
    with working(store, runs, threads=1):
        until(lambda: store.holds(now()))
        assert {(hold.lane, hold.reason) for hold in store.holds(now())} == {
            (Lane.LIVE, "limited-secondary"),
            (Lane.BULK, "limited-secondary"),
        }
        mark(store, 2)
        until(lambda: idle(store))
    assert runs.at[1] - runs.at[0] >= 1.0
    assert {claim.attempt for claim in runs.claims} == {1}


def test_an_issue_the_forge_refuses_becomes_a_dead_letter_until_its_next_event(store: Store) -> None:
    runs = Runs(store, *[RefusedError("422")] * 3)
    mark(store)
    with working(store, runs):
        until(store.dead)
        assert [(letter.ref, letter.reason) for letter in store.dead()] == [(issue(), "forge-refused")]
        mark(store)
        until(lambda: len(runs.claims) == 4 and idle(store))
    assert store.dead() == []


def test_an_issue_whose_runs_kill_their_process_is_given_up(store: Store) -> None:
    runs = Runs(store)
    mark(store)
    for hour in range(QUICK.crashes + 1):  # each finds the lease of the one before lapsed
        assert store.claim("killed", now() + timedelta(hours=hour), MINUTE)
    with working(store, runs, clock=lambda: now() + timedelta(days=1)):
        until(lambda: len(store.dead()) == 1)
    assert (store.dead()[0].reason, runs.claims) == ("crashed-repeatedly", [])


def test_a_run_that_forgets_to_end_its_claim_counts_as_failed(store: Store) -> None:
    runs: list[Claim] = []

    def run(claim: Claim) -> None:
        runs.append(claim)
        if len(runs) > 1:
            store.done(claim, IssueRecord(), now=now())

    mark(store)
    with working(store, run):
        until(lambda: idle(store))
    assert [claim.last_reason for claim in runs] == ["", "unexpected-error"]


def test_of_an_unexpected_error_the_log_tells_kind_and_place_but_no_text(
    store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    runs = Runs(store, ValueError("the reporter's own words"))
    mark(store)
    with log.strict(), working(store, runs):
        until(lambda: idle(store))
    told = capsys.readouterr().err
    assert "own words" not in told
    failed = next(line for line in map(json.loads, told.splitlines()) if line["event"] == "run.failed")
    assert (failed["error"], failed["level"], failed["reason"]) == ("ValueError", "error", "unexpected-error")
    assert failed["issue"] == "github:example/security#1"


def test_a_database_that_is_away_for_a_while_ends_nothing(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    runs = Runs(store)
    claim = store.claim
    away = [True] * 3

    def flaky(worker: str, at: datetime, lease: timedelta, **_: Any) -> Claim | None:
        if away:
            away.pop()
            raise ConnectionError
        return claim(worker, at, lease)

    monkeypatch.setattr(store, "claim", flaky)
    mark(store)
    with working(store, runs):
        until(lambda: idle(store))
    assert len(runs.claims) == 1


def test_a_worker_told_to_stop_finishes_what_it_runs_and_begins_nothing(store: Store) -> None:
    running, go = threading.Event(), threading.Event()

    def run(claim: Claim) -> None:
        running.set()
        go.wait(10)
        store.done(claim, IssueRecord(), now=now())

    mark(store, 1)
    mark(store, 2)
    with working(store, run, threads=1) as worker:
        assert running.wait(10)
        worker.stop()
        time.sleep(0.2)
        go.set()
    assert worker.drained
    assert (store.stats(now()).live.due, store.stats(now()).live.running) == (1, 0)


def test_a_worker_does_not_wait_for_ever_for_a_run_that_hangs(store: Store) -> None:
    go = threading.Event()
    mark(store)
    began = time.monotonic()
    with working(store, lambda _: go.wait(20) and None, drain=0.2) as worker:
        until(lambda: store.stats(now()).live.running == 1)
    assert time.monotonic() - began < 10
    assert not worker.drained
    go.set()
    until(lambda: not any(runner.is_alive() for runner in worker._runners))


# --- our own budget


def test_a_live_issue_over_budget_waits_alone_and_no_try_is_used(store: Store) -> None:
    mark(store, 1)
    mark(store, 2)

    def run(claim: Claim) -> None:
        if claim.ref.number == 1:
            raise LimitedError("spent", seconds=60, kind="budget")
        store.done(claim, IssueRecord(), now=now())

    with working(store, run):
        until(lambda: store.stats(now()).live.waiting == 1)
        assert store.holds(now()) == ()
    claim = store.claim("later", now() + seconds(61), MINUTE)
    assert claim is not None
    assert (claim.ref.number, claim.attempt, claim.last_reason) == (1, 1, "budget")


def test_a_bulk_issue_over_budget_holds_the_trackers_bulk_work_and_no_live_issue(store: Store) -> None:
    mark(store, 1, lane=Lane.BULK)

    def run(claim: Claim) -> None:
        if claim.lane is Lane.BULK:
            raise LimitedError("spent", seconds=60, kind="budget")
        store.done(claim, IssueRecord(), now=now())

    with working(store, run):
        until(lambda: bool(store.holds(now())))
        assert [(held.lane, held.reason) for held in store.holds(now())] == [(Lane.BULK, "budget")]
        mark(store, 2)
        until(lambda: store.stats(now()).live.due == 0)


# --- a tracker's own work


def test_duties_are_done_by_the_same_workers_and_put_back_when_they_fail(store: Store) -> None:
    seen: list[tuple[str, ...]] = []

    def duties(claim: DutyClaim) -> None:
        seen.append(claim.duties)
        if len(seen) == 1:
            store.duty_done(claim, "stop", now())
            raise UnavailableError("away")
        store.done_duties(claim, now=now())

    store.mark_duty(TRACKER, ["labels", "stop"], event="repository.edited", delivery="d", now=now())
    with working(store, lambda _: None, run_duties=duties):
        until(lambda: len(seen) == 2 and not store.tracker(TRACKER).duties)
    assert seen == [("stop", "labels"), ("labels",)]


def test_a_trackers_own_work_is_never_given_up(store: Store) -> None:
    tries: list[int] = []

    def duties(claim: DutyClaim) -> None:
        tries.append(claim.attempt)
        raise RefusedError("no")

    store.mark_duty(TRACKER, ["labels"], event="label.deleted", delivery="d", now=now())
    retry = Retry(first=0.01, longest=0.01, attempts=2, refused=2)
    with working(store, lambda _: None, run_duties=duties, retry=retry):
        until(lambda: len(tries) >= 5)
    assert "labels" in store.tracker(TRACKER).duties


def test_a_duty_run_that_forgets_to_end_its_claim_is_a_fault_of_ours(
    store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    store.mark_duty(TRACKER, ["labels"], event="label.deleted", delivery="d", now=now())
    with working(store, lambda _: None, run_duties=lambda _: None):
        until(lambda: "unexpected-error" in capsys.readouterr().err)
