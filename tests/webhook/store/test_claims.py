"""A claim is the right to work until its lease ends; whoever comes later has the only right there is."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections import Counter
from datetime import datetime

import pytest

from tests.databases import MINUTE, NOON, issue, seconds
from webhook.issue import ForgeKind
from webhook.store import Claim, IssueRecord, Lane, LeaseLostError, Store, TrackerRef, open_store, this_process
from webhook.store.owner import is_gone, this_host

TRACKER = TrackerRef(ForgeKind.GITHUB, "example/security")


def claimed(store: Store, at: datetime = NOON, worker: str = "worker") -> Claim:
    claim = store.claim(worker, at, MINUTE)
    assert claim is not None
    return claim


@pytest.fixture
def first(store: Store) -> Claim:
    store.mark(issue(), event="issues.opened", delivery="d", now=NOON)
    return claimed(store, worker="first")


def test_a_leased_row_is_nobody_elses(store: Store, first: Claim) -> None:
    assert store.claim("second", NOON + seconds(59), MINUTE) is None
    assert store.still_mine(first, NOON + seconds(59))


def test_a_lease_that_ends_frees_the_row_and_whoever_held_it_may_do_nothing_more(store: Store, first: Claim) -> None:
    second = claimed(store, NOON + MINUTE, "second")
    assert (second.token, second.generation, second.crashes) == (first.token + 1, first.generation, 1)
    assert not store.still_mine(first, NOON + MINUTE)
    late = NOON + MINUTE
    for act in (
        lambda: store.done(first, IssueRecord(), now=late),
        lambda: store.later(first, reason="too-late", retry_at=late),
        lambda: store.release(first, late),
        lambda: store.bury(first, reason="too-late", now=late),
        lambda: store.renew(first, late, MINUTE),
        lambda: store.record_progress(first, now=late, added=["xsa-candidate"]),
    ):
        with pytest.raises(LeaseLostError):
            act()
    assert store.still_mine(second, late)
    store.done(second, IssueRecord(comment_id=8), now=late)
    assert store.record(issue()) == IssueRecord(comment_id=8)


def test_a_lapsed_lease_may_not_write_even_where_nobody_took_over(store: Store, first: Claim) -> None:
    assert not store.still_mine(first, NOON + MINUTE)


def test_a_lapsed_lease_that_nobody_took_over_may_still_tell_the_truth(store: Store, first: Claim) -> None:
    store.done(first, IssueRecord(comment_id=7), now=NOON + 2 * MINUTE)
    assert store.next_ready() is None


def test_a_renewed_lease_lasts_from_the_renewal(store: Store, first: Claim) -> None:
    store.renew(first, NOON + seconds(50), MINUTE)
    assert store.claim("second", NOON + seconds(100), MINUTE) is None
    assert claimed(store, NOON + seconds(110), "second").ref == issue()


def test_a_run_that_ended_its_claim_holds_nothing(store: Store, first: Claim) -> None:
    store.done(first, IssueRecord(), now=NOON)
    assert not store.still_mine(first, NOON)
    with pytest.raises(LeaseLostError):
        store.renew(first, NOON, MINUTE)


def test_a_row_given_back_is_due_at_once_and_no_try_was_used(store: Store, first: Claim) -> None:
    store.release(first, NOON)
    again = claimed(store)
    assert (again.attempt, again.crashes) == (1, 0)


def test_an_issue_forgotten_during_its_run_is_lost_to_the_run_also_when_it_comes_back(
    store: Store, first: Claim
) -> None:
    assert store.forget(issue())
    store.mark(issue(), event="issues.opened", delivery="d", now=NOON)
    assert not store.still_mine(first, NOON)
    with pytest.raises(LeaseLostError):
        store.done(first, IssueRecord(), now=NOON)
    assert claimed(store).first


def test_each_run_has_an_id_of_its_own(store: Store, first: Claim) -> None:
    second = claimed(store, NOON + MINUTE)
    assert first.run != second.run


# --- held trackers


def test_a_held_trackers_rows_wait_and_other_trackers_do_not(store: Store) -> None:
    store.mark(issue(1), event="e", delivery="d", now=NOON)
    store.mark(issue(2, "other/tracker"), event="e", delivery="d", now=NOON + seconds(1))
    store.hold(TRACKER, until=NOON + MINUTE, reason="limited-secondary")
    assert claimed(store, NOON + seconds(1)).ref.number == 2
    assert store.claim("worker", NOON + seconds(59), MINUTE) is None
    assert store.next_ready() == NOON + MINUTE
    assert claimed(store, NOON + MINUTE).ref.number == 1


def test_bulk_work_can_be_held_alone(store: Store) -> None:
    store.mark(issue(1), event="e", delivery="d", now=NOON, lane=Lane.BULK)
    store.mark(issue(2), event="e", delivery="d", now=NOON)
    store.hold(TRACKER, until=NOON + MINUTE, reason="room-for-live", lanes=[Lane.BULK])
    assert claimed(store).ref.number == 2
    assert store.claim("worker", NOON, MINUTE) is None


def test_a_shorter_hold_does_not_end_a_longer_one_and_a_lifted_one_is_over(store: Store) -> None:
    store.mark(issue(), event="e", delivery="d", now=NOON)
    store.hold(TRACKER, until=NOON + 2 * MINUTE, reason="limited-primary")
    store.hold(TRACKER, until=NOON + MINUTE, reason="limited-secondary")
    assert {(held.until, held.reason) for held in store.holds(NOON)} == {(NOON + 2 * MINUTE, "limited-primary")}
    store.lift(TRACKER)
    assert store.holds(NOON) == ()
    assert claimed(store).ref == issue()


# --- dead processes


def test_rows_of_a_process_of_this_machine_that_is_gone_are_free_at_once(store: Store) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", "from webhook.store import this_process; print(this_process())"],
        check=True,
        capture_output=True,
        text=True,
    )
    store.mark(issue(), event="e", delivery="d", now=NOON)
    lost = claimed(store, worker=ended.stdout.strip())
    assert store.recover(NOON + seconds(1)) == 1
    assert not store.still_mine(lost, NOON + seconds(1))
    assert claimed(store, NOON + seconds(1)).crashes == 1


@pytest.mark.parametrize(
    "owner",
    [this_process(), f"elsewhere.0.0:{os.getpid()}:1:ab", f"{this_host()}:1:", "worker"],
    ids=["this process", "a process of another machine", "half an identity", "no identity"],
)
def test_rows_of_others_stay_theirs(store: Store, owner: str) -> None:
    store.mark(issue(), event="e", delivery="d", now=NOON)
    claim = claimed(store, worker=owner)
    assert store.recover(NOON + seconds(1)) == 0
    assert store.still_mine(claim, NOON + seconds(1))


def test_a_new_process_with_the_old_number_is_another_process() -> None:
    host, pid, start, random = this_process().rsplit(":", 3)
    assert not is_gone(f"{host}:{pid}:{start}:{random}")
    assert is_gone(f"{host}:{pid}:{int(start) - 1}:{random}")


def test_a_killed_process_that_nobody_waited_for_is_gone() -> None:
    command = [
        sys.executable,
        "-c",
        "from webhook.store import this_process; print(this_process(), flush=True); input()",
    ]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        owner = process.stdout.readline().strip()
        assert not is_gone(owner)
        process.kill()
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)  # ended, but still in the process table
        assert is_gone(owner)


# --- many at once


def test_many_threads_never_claim_one_row_twice(store: Store) -> None:
    for number in range(60):
        store.mark(issue(number, f"example/{number % 3}"), event="e", delivery="d", now=NOON)
    taken: list[Claim] = []

    def take() -> None:
        while (claim := store.claim(threading.current_thread().name, NOON, MINUTE)) is not None:
            taken.append(claim)

    threads = [threading.Thread(target=take) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    missed = store.claim("last", NOON, MINUTE)  # a thread may give up while all rows it saw were being claimed
    assert Counter(claim.ref for claim in taken if claim).most_common(1)[0][1] == 1
    assert len(taken) + (missed is not None) == 60


CLAIM_ALL = """
import sys
from datetime import UTC, datetime, timedelta
from webhook.store import IssueRecord, open_store
with open_store(sys.argv[1]) as store:
    now = datetime(2026, 3, 1, 12, tzinfo=UTC)
    for _ in range(200):
        claim = store.claim(sys.argv[2], now, timedelta(minutes=1))
        if claim:
            print(claim.ref.number, claim.generation, flush=True)
            store.done(claim, IssueRecord(), now=now)
"""


def test_processes_that_claim_while_others_mark_do_each_generation_once_and_all_in_the_end(url: str) -> None:
    command = [sys.executable, "-c", CLAIM_ALL, url]
    workers = [subprocess.Popen([*command, f"w{n}"], stdout=subprocess.PIPE, text=True) for n in range(3)]
    with open_store(url) as store:
        for number in range(150):
            store.mark(issue(number % 10), event="e", delivery="d", now=NOON)
        runs = [line for worker in workers for line in worker.communicate(timeout=60)[0].splitlines()]
        assert [worker.returncode for worker in workers] == [0, 0, 0]
        while (claim := store.claim("last", NOON, MINUTE)) is not None:
            runs.append(f"{claim.ref.number} {claim.generation}")
            store.done(claim, IssueRecord(), now=NOON)
    assert max(Counter(runs).values()) == 1
    assert {f"{number} 15" for number in range(10)} <= set(runs)
