"""Run one job: a work list in a temporary folder, the service's own worker on it, and the end when nothing is left.

What is marked, run, held and given up is decided where the service decides it; here it only ends.
"""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from webhook.issue import IssueRef
from webhook.once.job import Job
from webhook.once.look import look
from webhook.once.outcome import Outcome, Tally, planned_words, words
from webhook.plan import Plan
from webhook.reconcile import AddsOnly, LooksOnly, Restraint, Workshop, build_workshop
from webhook.reconcile.restraint import UNRESTRAINED
from webhook.store import Store, open_store
from webhook.store.upgrade import upgrade
from webhook.worker import Retry, Worker

TRIES = 4
"""A job is run again by the next event or schedule: what fails this often is told and left."""
LOOK_SECONDS = 0.05

Watch = Callable[[int, int], None]
"""Told now and then how many issues are done, and of how many."""


def run_job(job: Job, watch: Watch = lambda _done, _of: None) -> Tally:
    """Bring the issue, or all open issues of the project, to their desired state; in a dry run, say what that takes."""
    restraint: Restraint = AddsOnly() if job.adds_only else UNRESTRAINED
    spectator = None if job.write else LooksOnly(restraint)
    with _store() as store:
        shop = build_workshop(job.settings, job.policy, store, restraint=spectator or restraint)
        stopped = look(job, store, shop, spectator or restraint)
        if stopped:
            return Tally(stopped=stopped)
        waiting = _work(job, store, shop, watch)
        plans = {} if spectator is None else spectator.plans
        return Tally(tuple(_outcome(store, ref, plans.get(ref)) for ref in _refs(store, job)), waiting=waiting)


@contextmanager
def _store() -> Iterator[Store]:
    with tempfile.TemporaryDirectory(prefix="xsa-scope-") as folder:  # only its owner may enter
        url = f"sqlite:///{Path(folder) / 'job.db'}"
        upgrade(url)
        with open_store(url) as opened:
            yield opened


def _work(job: Job, store: Store, shop: Workshop, watch: Watch) -> tuple[str, ...]:
    """Run what is marked; returns what the rest waits for when patience ends."""
    chosen = job.settings.worker
    worker = Worker(
        store,
        shop.run,
        threads=chosen.threads,
        lease=timedelta(seconds=chosen.lease_seconds),
        poll=LOOK_SECONDS,
        retry=Retry(attempts=TRIES, outage=TRIES),
    )
    thread = threading.Thread(target=worker.work, name="job")
    thread.start()
    try:
        return _until_over(store, job.patience, watch)
    finally:
        worker.stop()
        thread.join()


def _until_over(store: Store, patience: timedelta, watch: Watch) -> tuple[str, ...]:
    deadline = time.monotonic() + patience.total_seconds()
    while True:
        stats = store.stats(datetime.now(UTC))
        left = sum(lane.due + lane.waiting + lane.running for lane in (stats.live, stats.bulk))
        watch(stats.issues - left, stats.issues)
        if not left:
            return ()
        if time.monotonic() > deadline:
            return tuple(sorted({hold.reason for hold in stats.holds})) or ("forge-unavailable",)
        time.sleep(LOOK_SECONDS)


def _refs(store: Store, job: Job) -> list[IssueRef]:
    numbers = store.known(job.tracker) if job.number is None else [job.number]
    return [IssueRef(job.tracker.forge, job.tracker.project, number) for number in sorted(numbers)]


def _outcome(store: Store, ref: IssueRef, planned: Plan | None) -> Outcome:
    dead = next((letter.reason for letter in store.dead() if letter.ref == ref), "")
    record = store.record(ref)
    if dead or record is None or record.verdict is None:
        return Outcome(ref, failed=dead or ("forge-not-found" if record is None else "public"))
    logged = store.decisions(ref)
    changes = words(logged[-1].changes if logged else ())
    if planned is not None:
        changes = planned_words(planned)
    return Outcome(ref, record.verdict.outcome, record.verdict.standing, record.desired, changes)
