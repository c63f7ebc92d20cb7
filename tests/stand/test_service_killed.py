"""Processes killed without a warning: what was accepted is finished, and nothing is done twice."""

from __future__ import annotations

import json
import os
import random
import signal
import time
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from tests.stand.service import Process, Service, standing, wait_for
from tests.stand.town import GITHUB, GITLAB, Town
from webhook.cli.demo.reports import CRASH, EMULATOR, LEAK
from webhook.issue import ForgeKind

BOTH = (GITHUB, GITLAB)
REPORTS = (
    ({**CRASH, "target": "hypervisor"}, "xsa-candidate"),
    ({**CRASH, "target": "self"}, "out-of-scope:1-self"),
    (EMULATOR, "needs-os-check"),
    (LEAK, "xsa-candidate"),
)
SEED = 20160607
TURNS = 4
"""Fewer than the crashes after which an issue that was under way each time is put aside (`Retry.crashes`)."""


def test_a_worker_killed_at_any_moment_leaves_nothing_undone_and_nothing_done_twice(tmp_path: Path) -> None:
    chance = random.Random(SEED)
    expected: dict[tuple[ForgeKind, int], str] = {}
    with standing(tmp_path) as service:
        town = service.town
        service.start("web")
        slow = town.sandbox.core.faults.add("slow", seconds=0.15)
        for turn in range(TURNS):
            worker = service.start("worker")
            for forge in BOTH:
                file_one(town, forge, chance, expected)
                if turn:
                    correct_one(town, forge, chance, expected)
            kill_at_work(service, worker, chance)
        town.sandbox.core.faults.remove(slow)
        last = service.start("worker")
        service.rest()
        assert last.told("worker.recovered"), "the kills hit running work"
        assert service.store.dead() == []
        for (forge, number), label in expected.items():
            assert town.labels(forge, number) == {label}
            (said,) = town.ours(forge, number)
            assert f"`{label}`" in said


def file_one(town: Town, forge: ForgeKind, chance: random.Random, expected: dict[tuple[ForgeKind, int], str]) -> None:
    ticks, label = chance.choice(REPORTS)
    expected[forge, town.file(forge, "A report", town.body(forge, ticks))] = label


def correct_one(
    town: Town, forge: ForgeKind, chance: random.Random, expected: dict[tuple[ForgeKind, int], str]
) -> None:
    number = chance.choice([number for where, number in expected if where is forge])
    ticks, expected[forge, number] = chance.choice(REPORTS)
    town.edit(forge, number, town.body(forge, ticks))


def kill_at_work(service: Service, worker: Process, chance: random.Random) -> None:
    """Kill the worker at some moment of its work on an issue: between reads, between writes, between the two."""
    wait_for(lambda: service.store.stats(datetime.now(UTC)).live.running > 0, worker.log, pause=0.01)
    time.sleep(chance.uniform(0.0, 0.9))
    worker.kill()


def test_what_the_web_face_accepted_outlives_it(tmp_path: Path) -> None:
    chance = random.Random(SEED)
    filed: set[tuple[ForgeKind, int]] = set()
    with standing(tmp_path) as service:
        town = service.town
        for turn in range(1, 4):
            web = service.start("web")
            for forge in BOTH * 2:
                filed.add((forge, town.file(forge, "A report", town.body(forge, {**CRASH, "target": "self"}))))
            wait_for(partial(some_accepted, town, turn), web.log, pause=0.005)
            time.sleep(chance.uniform(0.0, 0.1))
            web.kill()
            town.sandbox.core.deliveries.wait_idle(20)
        kept = accepted(town)
        assert kept
        service.start("worker")
        service.rest()
        for forge, number in filed & kept:
            assert town.labels(forge, number) == {"out-of-scope:1-self"}
            assert len(town.ours(forge, number)) == 1


def some_accepted(town: Town, at_least: int) -> bool:
    return len(accepted(town)) >= at_least


def accepted(town: Town) -> set[tuple[ForgeKind, int]]:
    """The issues of which the web face has said 202."""
    found: set[tuple[ForgeKind, int]] = set()
    for delivery in town.sandbox.core.deliveries.attempts():
        if delivery.status_code == 202:
            told = json.loads(delivery.body)
            if delivery.hook.startswith("github"):
                found.add((GITHUB, int(told["issue"]["number"])))
            else:
                found.add((GITLAB, int(told["object_attributes"]["iid"])))
    return found


def test_serve_killed_as_a_whole_goes_on_where_it_was(tmp_path: Path) -> None:
    with standing(tmp_path) as service:
        town = service.town
        serve = service.start("serve")
        numbers = {forge: town.file(forge, "A report", town.body(forge, EMULATOR)) for forge in BOTH}
        town.sandbox.core.deliveries.wait_idle(20)
        wait_for(lambda: bool(serve.told("delivery.kept")), serve.log)
        serve.kill()
        service.start("serve")
        service.rest()
        assert service.store.dead() == []
        for forge, number in numbers.items():
            assert town.labels(forge, number) == {"needs-os-check"}
            assert len(town.ours(forge, number)) == 1


def test_serve_brings_back_a_worker_that_is_killed_again_and_again(tmp_path: Path) -> None:
    with standing(tmp_path) as service:
        town = service.town
        serve = service.start("serve")
        for kills in range(1, 4):
            wait_for(partial(heard, serve, "worker.started", kills), serve.log)
            worker = [part["pid"] for part in serve.told("part.started") if part["kind"] == "worker"][-1]
            os.kill(worker, signal.SIGKILL)
            wait_for(partial(heard, serve, "part.ended", kills), serve.log)
        number = town.file(GITHUB, "A report", town.body(GITHUB, EMULATOR))
        service.rest()
        assert town.labels(GITHUB, number) == {"needs-os-check"}
        assert serve.end() == 0


def heard(process: Process, event: str, times: int) -> bool:
    return len(process.told(event)) >= times
