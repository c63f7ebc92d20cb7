"""Real worker processes: killed in the middle, stopped in good order, frozen, idle."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.databases import issue
from webhook.store import Store

WORKER = """
import sys, time
from datetime import UTC, datetime, timedelta
from webhook.store import IssueRecord, open_store
from webhook.worker import Worker, run_until_signalled

url, name, slow, lease = sys.argv[1], sys.argv[2], float(sys.argv[3]), float(sys.argv[4])

def say(*words):
    print(*words, flush=True)

with open_store(url) as store:
    def run(claim):
        store.record_progress(claim, now=datetime.now(UTC), added=[f"by-{name}"])
        say("began", claim.ref.number)
        time.sleep(slow)
        mine = store.still_mine(claim, datetime.now(UTC))
        say("may-write" if mine else "may-not-write", claim.ref.number)
        store.done(claim, IssueRecord(), now=datetime.now(UTC))
        say("ended", claim.ref.number)

    worker = Worker(store, run, threads=2, lease=timedelta(seconds=lease))
    say("ready")
    drained = run_until_signalled(worker)
    say("drained" if drained else "cut short")
"""


class Process:
    """A worker process and what it says."""

    def __init__(self, url: str, name: str, slow: float, lease: float) -> None:
        command = [sys.executable, "-c", WORKER, url, name, str(slow), str(lease)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.said: list[str] = []
        self._watchdog = threading.Timer(60, self.process.kill)
        self._watchdog.start()
        self.hear("ready")

    def hear(self, what: str) -> None:
        """Wait until it says so."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said.append(line.strip())
            if line.strip() == what:
                return
        raise AssertionError(f"ended without {what!r}: {self.said}")

    def send(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def end(self) -> int:
        rest, _ = self.process.communicate(timeout=30)
        self._watchdog.cancel()
        self.said += rest.splitlines()
        return self.process.returncode


class Company:
    """The worker processes of one test."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.all: list[Process] = []

    def hire(self, name: str, slow: float = 0.0, lease: float = 60.0) -> Process:
        self.all.append(Process(self.url, name, slow, lease))
        return self.all[-1]


@pytest.fixture
def workers(url: str) -> Iterator[Company]:
    company = Company(url)
    yield company
    for one in company.all:
        if one.process.poll() is None:
            one.process.kill()
        if one.process.stdout and not one.process.stdout.closed:
            one.end()


def mark(store: Store, number: int = 1) -> None:
    store.mark(issue(number), event="issues.opened", delivery="d", now=datetime.now(UTC))


def wait_until_idle(store: Store, patience: float = 20.0) -> None:
    deadline = time.monotonic() + patience
    while store.next_ready() is not None:
        assert time.monotonic() < deadline, store.stats(datetime.now(UTC))
        time.sleep(0.05)


def test_another_worker_of_the_machine_finishes_at_once_what_a_killed_one_had_begun(
    store: Store, workers: Company
) -> None:
    mark(store)
    killed = workers.hire("killed", slow=60)
    killed.hear("began 1")
    killed.send(signal.SIGKILL)
    killed.end()
    began = time.monotonic()
    heir = workers.hire("heir")
    heir.hear("ended 1")
    assert time.monotonic() - began < 15  # the lease would have lasted a minute
    heir.send(signal.SIGTERM)
    heir.end()
    mark(store)
    claim = store.claim("test", datetime.now(UTC), lease=datetime.resolution) or pytest.fail("nothing to claim")
    assert claim.ledger == {"by-killed", "by-heir"}


def test_a_worker_that_was_there_all_along_takes_over_too(store: Store, workers: Company) -> None:
    killed = workers.hire("killed", slow=60)
    mark(store)
    killed.hear("began 1")
    heir = workers.hire("heir")
    killed.send(signal.SIGKILL)
    killed.process.wait(10)
    heir.hear("ended 1")


def test_a_frozen_worker_may_not_write_once_another_has_taken_over(store: Store, workers: Company) -> None:
    mark(store)
    frozen = workers.hire("frozen", slow=1.0, lease=1.5)
    frozen.hear("began 1")
    time.sleep(0.1)  # so that it does not stop inside a transaction, which on SQLite stops everybody
    frozen.send(signal.SIGSTOP)
    heir = workers.hire("heir", lease=1.5)
    heir.hear("ended 1")
    frozen.send(signal.SIGCONT)
    frozen.hear("may-not-write 1")
    frozen.send(signal.SIGTERM)
    assert frozen.end() == 0
    wait_until_idle(store)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_worker_told_to_stop_ends_its_runs_first(store: Store, workers: Company, number: signal.Signals) -> None:
    mark(store, 1)
    worker = workers.hire("polite", slow=1.0)
    worker.hear("began 1")
    worker.send(number)
    time.sleep(0.2)
    mark(store, 2)
    assert worker.end() == 0
    assert worker.said[-2:] == ["ended 1", "drained"]
    assert "began 2" not in worker.said


def test_a_second_signal_ends_a_worker_that_takes_too_long(store: Store, workers: Company) -> None:
    mark(store)
    worker = workers.hire("slow", slow=60)
    worker.hear("began 1")
    worker.send(signal.SIGTERM)
    time.sleep(0.5)
    worker.send(signal.SIGTERM)
    assert worker.end() == -signal.SIGTERM


def test_after_kills_at_random_moments_every_mark_was_dealt_with(store: Store, workers: Company) -> None:
    for number in range(12):
        mark(store, number)
    for turn in range(4):
        worker = workers.hire(f"turn-{turn}", slow=0.1)
        for number in range(12):
            mark(store, number)
        time.sleep(0.15 + 0.1 * turn)
        worker.send(signal.SIGKILL)
        worker.end()
    workers.hire("last")
    wait_until_idle(store)
    assert store.dead() == []


def test_an_idle_worker_costs_next_to_nothing(workers: Company) -> None:
    worker = workers.hire("idle")
    time.sleep(2.0)  # naps have grown to their longest
    before = spent(worker.process.pid)
    time.sleep(4.0)
    share = (spent(worker.process.pid) - before) / 4.0
    assert share < 0.05, "the goal is 0.01; five times that is more than a loaded machine's noise"


def spent(pid: int) -> float:
    """Seconds of processor time used."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def test_a_worker_process_stays_small(workers: Company) -> None:
    worker = workers.hire("small")
    pages = int(Path(f"/proc/{worker.process.pid}/statm").read_text(encoding="utf-8").split()[1])
    assert pages * resource.getpagesize() < 90 * 2**20
