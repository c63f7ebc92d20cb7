"""One claimer and some runners: claim what is due, run it, and put every failure back on the work list.

The claimer claims only for a free runner, so that a process holds no lease it is not working on. While nothing is
due it sleeps until the store has news. No failure of a run, of the database or of a forge ends the worker.
"""

from __future__ import annotations

import queue
import random
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

from webhook.log import failure, logger
from webhook.metrics import RUNS
from webhook.store import Claim, DutyClaim, Lane, LeaseLostError, Store, this_process
from webhook.worker.failures import Response, Retry, respond
from webhook.worker.leases import Leases

Run: TypeAlias = Callable[[Claim], str | None]
"""Does one issue. It ends the claim in the store (`done`, `later`, `release`, `forget`) or raises. One that says how
it ended is believed; where it does not, the store is asked."""
RunDuties: TypeAlias = Callable[[DutyClaim], None]
"""Does a tracker's own work. It ends the claim in the store (`done_duties`, `later`, `release`) or raises."""

FIRST_NAP = 0.05
RECOVER_SECONDS = 1.0

_log = logger(__name__)


def utc_now() -> datetime:
    """The time."""
    return datetime.now(UTC)


class Worker:
    """Runs due issues until it is told to stop. One object, one use."""

    def __init__(  # noqa: PLR0913  # the worker's settings, each with a good default
        self,
        store: Store,
        run: Run,
        run_duties: RunDuties | None = None,
        *,
        threads: int = 4,
        lease: timedelta = timedelta(seconds=60),
        poll: float = 1.0,
        drain: float = 25.0,
        retry: Retry = Retry(),  # noqa: B008  # frozen
        clock: Callable[[], datetime] = utc_now,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._store, self._run, self._run_duties = store, run, run_duties
        self._lease, self._poll, self._drain, self._retry = lease, poll, drain, retry
        self._clock, self._chance = clock, chance
        self.owner = this_process()
        self._leases = Leases(store, lease, clock)
        self._free = threading.Semaphore(threads)
        self._jobs: queue.SimpleQueue[Claim | DutyClaim | None] = queue.SimpleQueue()
        self._runners = [threading.Thread(target=self._runner, name=f"runner-{n}", daemon=True) for n in range(threads)]
        self._end = threading.Event()
        self._recovered_at = float("-inf")
        self.drained = False
        """After `work` has returned: whether every run was finished."""

    def stop(self) -> None:
        """Claim no more; `work` returns when the running issues are done, at the latest after the drain time."""
        self._end.set()

    def work(self) -> None:
        """Claim and run until `stop` is called. Blocks."""
        _log.info("worker.started", owner=self.owner, threads=len(self._runners))
        self._leases.start()
        for runner in self._runners:
            runner.start()
        self._claim_until_stopped()
        self._finish()
        _log.info("worker.stopped", owner=self.owner, state="drained" if self.drained else "cut-short")

    def _claim_until_stopped(self) -> None:
        nap = FIRST_NAP
        while not self._end.is_set():
            if not self._free.acquire(timeout=self._poll):
                continue
            claim = self._claim()
            if claim is not None:
                nap = FIRST_NAP
                self._jobs.put(claim)
            else:
                self._free.release()
                self._sleep(nap)
                nap = min(self._poll, nap * 2)

    def _claim(self) -> Claim | DutyClaim | None:
        try:
            self._recover()
            with_duties = self._run_duties is not None
            return self._store.claim(self.owner, self._clock(), self._lease, with_duties=with_duties)
        except Exception as error:  # noqa: BLE001  # the database is away: so is the work; it comes back
            _log.error("worker.no-database", **failure(error))
            self._end.wait(self._poll)
            return None

    def _recover(self) -> None:
        """Now and then, take back what killed processes of this machine were working on."""
        if time.monotonic() - self._recovered_at >= RECOVER_SECONDS:
            self._recovered_at = time.monotonic()
            freed = self._store.recover(self._clock())
            if freed:
                _log.warning("worker.recovered", count=freed)

    def _sleep(self, nap: float) -> None:
        try:
            due = self._store.next_ready(with_duties=self._run_duties is not None)
            until = nap if due is None else min(nap, (due - self._clock()).total_seconds())
            self._store.wait(max(until, 0.001), self._end)
        except Exception as error:  # noqa: BLE001  # as in `_claim`
            _log.error("worker.no-database", **failure(error))
            self._end.wait(self._poll)

    def _finish(self) -> None:
        for _ in self._runners:
            self._jobs.put(None)
        deadline = time.monotonic() + self._drain
        for runner in self._runners:
            runner.join(max(0.0, deadline - time.monotonic()))
        self.drained = not any(runner.is_alive() for runner in self._runners)
        self._leases.stop()

    def _runner(self) -> None:
        while (claim := self._jobs.get()) is not None:
            try:
                self._run_one(claim)
            except Exception as error:  # noqa: BLE001  # its lease ends by itself, and the issue is run again
                _log.error("run.not-recorded", **_told(claim), **failure(error))
            finally:
                self._free.release()

    def _run_one(self, claim: Claim | DutyClaim) -> None:
        if isinstance(claim, Claim) and claim.crashes >= self._retry.crashes:
            self._give_up(claim, "crashed-repeatedly")
            return
        began = time.monotonic()
        with self._leases.kept(claim):
            try:
                if self._do(claim) is None:
                    self._see_that_it_ended(claim)
            except LeaseLostError:
                self._lost(claim)
            except Exception as error:  # noqa: BLE001  # every failure has an answer in `failures`
                self._failed(claim, error)
        _log.debug("run.ended", **_told(claim), seconds=round(time.monotonic() - began, 3))

    def _do(self, claim: Claim | DutyClaim) -> str | None:
        if isinstance(claim, Claim):
            return self._run(claim)
        if self._run_duties is not None:
            self._run_duties(claim)
        return None

    def _see_that_it_ended(self, claim: Claim | DutyClaim) -> None:
        if self._store.still_mine(claim, self._clock()):
            raise RuntimeError("a run returned without ending its claim")

    def _failed(self, claim: Claim | DutyClaim, error: Exception) -> None:
        response = respond(error, self._retry)
        tell = _log.warning if response.expected else _log.error
        tell(
            "run.failed",
            **_told(claim),
            attempt=claim.attempt,
            reason=response.reason,
            **failure(error),
        )
        try:
            self._put_back(claim, response)
        except LeaseLostError:
            self._lost(claim)

    def _put_back(self, claim: Claim | DutyClaim, response: Response) -> None:
        now = self._clock()
        forge = claim.tracker.forge.value
        if response.hold or response.wait:
            until = now + timedelta(seconds=response.hold or response.wait)
            held = tuple(Lane) if response.hold else (Lane.BULK,) if claim.lane is Lane.BULK else ()
            self._store.hold(claim.tracker, until=until, reason=response.reason, lanes=held)
            self._store.later(claim, reason=response.reason, retry_at=until, counted=False)
            RUNS.add(forge=forge, outcome="held")
        elif self._retry.is_over(response, claim.attempt, claim.last_reason):
            self._give_up(claim, response.reason)
        else:
            delay = max(self._retry.delay(claim.attempt, self._chance()), response.at_least)
            self._store.later(
                claim,
                reason=response.reason,
                retry_at=now + timedelta(seconds=delay),
                not_before=now + timedelta(seconds=response.at_least) if response.at_least else None,
            )
            RUNS.add(forge=forge, outcome="later" if response.expected else "failed")

    def _give_up(self, claim: Claim | DutyClaim, reason: str) -> None:
        """An issue becomes a dead letter. A tracker's own work is never given up: it is tried again, rarely."""
        now = self._clock()
        if isinstance(claim, Claim):
            self._store.bury(claim, reason=reason, now=now)
        else:
            self._store.later(claim, reason=reason, retry_at=now + timedelta(seconds=self._retry.longest))
        _log.error("run.dead-letter", **_told(claim), attempt=claim.attempt, reason=reason)
        RUNS.add(forge=claim.tracker.forge.value, outcome="dead")

    def _lost(self, claim: Claim | DutyClaim) -> None:
        _log.info("run.lost", **_told(claim))
        RUNS.add(forge=claim.tracker.forge.value, outcome="lost")


def _told(claim: Claim | DutyClaim) -> dict[str, object]:
    """How the log names what a run is about."""
    if isinstance(claim, Claim):
        return {"issue": claim.ref, "run": claim.run}
    return {"tracker": str(claim.tracker), "run": claim.run}
