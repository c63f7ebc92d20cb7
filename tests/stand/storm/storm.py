"""Let a storm loose on the service: real processes, both forges, faults, kills, and the judge at the end."""

from __future__ import annotations

import itertools
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tests.stand.service import Service, standing
from tests.stand.storm.crew import Crew
from tests.stand.storm.judge import complaints
from tests.stand.storm.weather import FAULTS, REPORTS, Deed, Size, forge_of, schedule
from tests.stand.town import PROJECTS, REPORTER, TEAM
from webhook.issue import ForgeKind
from webhook.store import TrackerRef

LEASE, PATIENCE = 4.0, 2.0
"""Seconds: short ones, so that a storm of a minute and a half sees many of them end."""
SETTLED_WITHIN = 150.0

Watch = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Aftermath:
    """What a storm was, and what is wrong after it."""

    told: str
    """One line of figures."""
    complaints: list[str]


def storm(size: Size, seed: int, folder: Path, database: str = "", watch: Watch = lambda _n, _of: None) -> Aftermath:
    """Blow, wait until all is quiet, and judge."""
    began = time.monotonic()
    with standing(folder, database, lease=LEASE, patience=PATIENCE, lifetime=size.seconds * 4 + 400) as service:
        blown = _Storm(service, size, seed)
        blown.blow(watch)
        blown.calm()
        return blown.aftermath(time.monotonic() - began)


class _Storm:
    def __init__(self, service: Service, size: Size, seed: int) -> None:
        self.service, self.size, self.seed = service, size, seed
        self.town, self.core = service.town, service.town.sandbox.core
        self.crew = Crew(service, size.workers)
        self.done: Counter[str] = Counter()
        self._bodies = {
            (forge, n): self.town.body(forge, ticks) for forge in ForgeKind for n, (ticks, _) in enumerate(REPORTS)
        }
        self.numbers = [self._file(n) for n in range(size.issues)]
        self.last = [0] * size.issues

    def blow(self, watch: Watch) -> None:
        """Everything on the schedule, as near to its time as can be."""
        self._bad_weather()
        deeds = schedule(self.size, self.seed)
        began = time.monotonic()
        for n, deed in enumerate(deeds):
            self.crew.wake()
            time.sleep(max(0.0, began + deed.at - time.monotonic()))
            self._do(deed)
            self.done[deed.kind] += 1
            watch(n + 1, len(deeds))

    def calm(self) -> None:
        """No more faults; the sweep of the hour comes round; then everything comes to rest."""
        self.crew.wake(all_of_them=True)
        self.injected = Counter(rule["kind"] for rule in self.core.faults.listed() for _ in range(rule["hits"]))
        self.core.faults.clear()
        self.core.deliveries.set_weather()
        self.core.deliveries.wait_idle(30)
        for forge, project in PROJECTS.items():
            self.service.store.mark_duty(
                TrackerRef(forge, project), ["sweep"], event="storm-over", delivery="", now=datetime.now(UTC)
            )
        time.sleep(1)
        self.service.rest(SETTLED_WITHIN)

    def aftermath(self, seconds: float) -> Aftermath:
        """Figures, and the judge's word."""
        expected = {(forge_of(n), self.numbers[n]): REPORTS[report][1] for n, report in enumerate(self.last)}
        wrong = complaints(self.town, self.service.store, expected, self._excused())
        wrong += [] if self.crew.alive else ["a process ended by itself"]
        entries = self.core.journal.entries()
        runs = {entry.trace for entry in entries if "." in entry.trace}
        faults = ", ".join(f"{count} {kind}" for kind, count in sorted(self.injected.items()))
        told = (
            f"{self.size.issues} issues, {self.done['edit']:,} edits, "
            f"{len(self.core.deliveries.attempts()):,} deliveries, "
            f"{len(runs):,} runs, {len(entries):,} requests of which {self.injected.total():,} were made to fail "
            f"({faults}), {self.crew.killed} processes killed, {len(self.crew.stood_still)} stopped for a while, "
            f"{seconds:.0f} s"
        )
        return Aftermath(told, wrong)

    def _bad_weather(self) -> None:
        self.core.deliveries.set_weather(duplicate=0.2, reorder=0.2, hold=0.7, drop=0.02, seed=self.seed)
        for n, rule in enumerate(FAULTS):
            chance = self.size.failing / len(FAULTS) * (2 if "path" in rule else 1)  # half of the requests match those
            self.core.faults.add(**rule, probability=chance, seed=self.seed * 100 + n)

    def _do(self, deed: Deed) -> None:
        forge, number = forge_of(deed.issue), self.numbers[deed.issue % self.size.issues]
        match deed.kind:
            case "edit":
                self.town.edit(forge, number, self._bodies[forge, deed.report])
                self.last[deed.issue] = deed.report
            case "say":
                self.town.say(forge, number, REPORTER, "Any news?")
            case "recheck":
                self.town.say(forge, number, TEAM, "/scope recheck")
            case "kill-worker":
                self.crew.kill_worker(deed.issue)
            case "kill-web":
                self.crew.kill_web()
            case "stop-worker":
                self.crew.stop_worker(deed.issue)

    def _file(self, n: int) -> int:
        return self.town.file(forge_of(n), "A report", self._bodies[forge_of(n), 0])

    def _excused(self) -> set[str]:
        """Runs of processes that once stood still."""
        told = itertools.chain.from_iterable(
            process.told(event)
            for process in self.crew.stood_still
            for event in ("run.ended", "run.lost", "run.reconciled", "run.failed")
        )
        return {str(line["run"]) for line in told}
