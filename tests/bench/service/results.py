"""Figures of all contenders: kept, shown as a table, written as JSON, judged."""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from tests.bench.service.contenders import CONTENDERS, KEPT_TOKEN, PEERS, PEERS_PYTHON, Entry

REQUIRE_STAND = "XSA_SCOPE_REQUIRE_STAND"


@dataclass(frozen=True)
class Line:
    """One line of the table."""

    key: str
    told: str
    goal: str = ""
    """What ours is to reach, told only: it depends on the machine."""


LINES = (
    Line("accept_per_s", "deliveries accepted a second", "1,000"),
    Line("accept_p50_ms", "  half of them answered within, at 200/s, ms"),
    Line("accept_p99_ms", "  99 % answered within, at 200/s, ms", "25"),
    Line("issues_per_s_unlimited", "issues a second, limits lifted"),
    Line("burst10_s", "10 at once: labels and comment on all, s"),
    Line("burst200_s", "200 at once, s"),
    Line("lost_after_kill", "issues lost of 10, killed in the burst"),
    Line("doubled_after_kill", "comments doubled by that"),
    Line("recovered_s", "all there so long after the kill, s"),
    Line("doubled_after_redelivery", "comments doubled, 5 deliveries repeated"),
    Line("requests_new_issue", "requests for a new issue"),
    Line("rss_mb", "largest process, MB", "90"),
    Line("pss_total_mb", "all processes, shared pages once, MB"),
)


@dataclass(frozen=True)
class Gate:
    """What must hold beside the peers. `holds` is None where a figure is missing."""

    told: str
    holds: bool | None
    figures: str


class Results:
    """What was measured so far. Scenes may add from several threads."""

    def __init__(self) -> None:
        self._figures: dict[str, dict[str, Any]] = {}
        self._told: list[str] = []
        self._broken = False
        self._lock = threading.Lock()
        self._began = time.monotonic()
        self._load = os.getloadavg()

    def add(self, entry: Entry, figures: Mapping[str, Any]) -> None:
        """Figures of one scene."""
        with self._lock:
            self._figures.setdefault(entry.name, {}).update(figures)

    def missing(self, entry: Entry, reason: str) -> None:
        """A contender that cannot take part."""
        self._told.append(f"{entry.told} did not take part: {reason}")

    def failed(self, entry: Entry, what: str) -> None:
        """A scene that did not come to its end."""
        with self._lock:
            self._told.append(f"failed: {what}")
            self._broken = self._broken or entry.ours

    def write(self, file: Path) -> None:
        """One object per contender, and the machine."""
        file.parent.mkdir(parents=True, exist_ok=True)
        gates = [{"gate": gate.told, "holds": gate.holds, "figures": gate.figures} for gate in self._gates()]
        written = {**self._figures, "machine": self._machine(), "gates": gates, "told": self._told}
        file.write_text(json.dumps(written, indent=2) + "\n", encoding="utf-8")

    def show(self) -> None:
        """The table for people."""
        machine = self._machine()
        print(f"{machine['machine']}, {machine['cores']} cores, load at the start {machine['load_at_start']}")
        print(", ".join(f"{name} {found}" for name, found in machine["versions"].items()))
        shown = [entry for entry in (*CONTENDERS, KEPT_TOKEN) if entry.name in self._figures]
        print(f"{'':<44}" + "".join(f"{entry.told:>24}" for entry in shown) + f"{'goal':>8}")
        for line in LINES:
            cells = (_cell(line.key, self._figures[entry.name]) for entry in shown)
            print(f"{line.told:<44}" + "".join(f"{cell:>24}" for cell in cells) + f"{line.goal:>8}")
        for note in NOTES:
            print(note)
        for told in self._told:
            print(told)

    def judge(self, *, everything: bool) -> int:
        """Print a line per gate; 1 if one does not hold, or where the whole stand is demanded, cannot be judged."""
        gates = list(self._gates())
        unjudged = any(gate.holds is None for gate in gates)
        for gate in gates:
            word = {True: "pass", False: "FAIL", None: "not judged"}[gate.holds]
            print(f"{word:<10} {gate.told}: {gate.figures}")
        demanded = everything and (self._broken or os.environ.get(REQUIRE_STAND) == "1")
        return int(any(gate.holds is False for gate in gates) or (demanded and unjudged))

    def _gates(self) -> Iterator[Gate]:
        for entry in (one for one in CONTENDERS if one.ours and one.name in self._figures):
            yield self._ratio(entry, "probot", "burst10_s", "10 at once in at most a third of Probot's time", _third)
            yield self._ratio(
                entry, "gidgethub", "issues_per_s_unlimited", "limits lifted, three times gidgethub's rate", _threefold
            )
            for key, told in (
                ("lost_after_kill", "nothing lost after a kill"),
                ("doubled_after_kill", "nothing doubled after a kill"),
                ("doubled_after_redelivery", "nothing doubled after redelivery"),
            ):
                found = self._figures[entry.name].get(key)
                yield Gate(f"{entry.told}: {told}", None if found is None else found == 0, f"{found}")

    def _ratio(self, entry: Entry, peer: str, key: str, told: str, holds: Callable[[float, float], bool]) -> Gate:
        ours, theirs = (self._figures.get(name, {}).get(key) for name in (entry.name, peer))
        judged = None if not ours or not theirs else holds(ours, theirs)
        return Gate(f"{entry.told}: {told}", judged, f"{ours} beside {theirs}")

    def _machine(self) -> dict[str, Any]:
        return {
            "machine": platform.machine(),
            "cores": os.cpu_count(),
            "load_at_start": ", ".join(f"{one:.2f}" for one in self._load),
            "seconds": round(time.monotonic() - self._began),
            "versions": _versions(),
        }


NOTES = (
    "~ estimated from the rate in the second half of the time it was watched; x of y: it gave up on the rest.",
    "Deliveries were taken by two web processes of ours, each answered once on disk; the peers' are not kept.",
    "Limits lifted: Probot with its own pacing off; gidgethub as documented, and with its token kept.",
    "Killed while each answer of the forge took 0.1 s. Bursts of 200 and mishaps of all contenders ran side by side.",
)


def _third(ours: float, theirs: float) -> bool:
    return ours <= theirs / 3


def _threefold(ours: float, theirs: float) -> bool:
    return ours >= 3 * theirs


def _cell(key: str, figures: Mapping[str, Any]) -> str:
    value = figures.get(key)
    if key in {"burst10_s", "burst200_s"} and value is None:
        done = figures.get(key.replace("_s", "_done"))
        return "" if done is None else f"{done} of {key.removeprefix('burst').removesuffix('_s')}"
    estimated = key == "burst200_s" and figures.get("burst200_estimated")
    return "" if value is None else f"{'~' if estimated else ''}{value:,}"


def _versions() -> dict[str, str]:
    found = {"Python": platform.python_version(), "xsa-scope": version("xsa-scope")}
    package = PEERS / "node_modules" / "probot" / "package.json"
    if package.is_file() and shutil.which("node"):
        found["Node"] = _said(["node", "--version"])
        found["Probot"] = json.loads(package.read_text(encoding="utf-8"))["version"]
    if PEERS_PYTHON.is_file():
        ask = "from importlib.metadata import version as v; print(v('gidgethub'), 'on aiohttp', v('aiohttp'))"
        found["gidgethub"] = _said([str(PEERS_PYTHON), "-c", ask])
    if shutil.which("wrk"):
        found["wrk"] = _said(["wrk", "--version"]).split()[1]
    return found


def _said(command: list[str]) -> str:
    return subprocess.run(command, capture_output=True, text=True, timeout=20, check=False).stdout.strip()
