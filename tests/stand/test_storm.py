"""Storms: a short one for every test run, and what one needs to mean something. `make storm` is the long one."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.databases import postgres_fresh, postgres_name
from tests.stand.service import Process, Service, standing, wait_for
from tests.stand.storm.judge import complaints, late_writes
from tests.stand.storm.storm import storm
from tests.stand.storm.weather import REPORTS, SHORT, schedule
from tests.stand.town import GITHUB, GITLAB, TEAM
from webhook.issue import ForgeKind
from webhook.sandbox.journal import Entry

__all__ = ["postgres_fresh", "postgres_name"]
SEED = int(os.environ.get("SEED", "20170210"))
HYPERVISOR, CANDIDATE = REPORTS[0]
ITSELF, OUT = REPORTS[1]
BOTH = pytest.mark.parametrize("forge", [GITHUB, GITLAB])


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_a_short_storm_ends_with_every_issue_as_its_last_edit_asks(
    tmp_path: Path, database: str, request: pytest.FixtureRequest
) -> None:
    url = "" if database == "sqlite" else request.getfixturevalue("postgres_fresh")
    found = storm(SHORT, SEED, tmp_path, url)
    assert not found.complaints, f"SEED={SEED}: {found.told}: {found.complaints}"
    assert "were made to fail" in found.told


def test_the_same_seed_is_the_same_storm() -> None:
    assert schedule(SHORT, 5) == schedule(SHORT, 5) != schedule(SHORT, 6)


def test_the_judge_finds_what_is_wrong(tmp_path: Path) -> None:
    with standing(tmp_path) as service:
        town = service.town
        service.start("web")
        service.start("worker")
        good, wrong_label, doubled = (town.file(GITLAB, "A report", town.body(GITLAB, HYPERVISOR)) for _ in range(3))
        service.rest()
        town.sandbox.core.deliveries.pause()
        town.label(GITLAB, wrong_label, TEAM, "needs-info")
        town.repeat(GITLAB, doubled)
        forgotten = town.file(GITLAB, "A report", town.body(GITLAB, HYPERVISOR))
        expected = {(GITLAB, number): CANDIDATE for number in (good, wrong_label, doubled, forgotten)}
        found = " ".join(complaints(town, service.store, expected, ()))
        assert f"gitlab#{good} " not in found
        assert f"gitlab#{wrong_label} carries ['needs-info', 'xsa-candidate']" in found
        assert f"gitlab#{doubled} has 2 comments of ours" in found
        assert f"gitlab#{forgotten} has 0 comments of ours" in found


def written(number: int, run: str) -> Entry:
    return Entry(number, float(number), "github", "POST", "/x", 200, "us", run, True, "", "", 0.0)


@pytest.mark.parametrize(
    ("runs", "excused", "late"),
    [
        (["1.1", "1.1", "1.2", "2.1", "1.3"], (), 0),
        (["1.2", "1.1"], (), 1),
        (["1.2", "1.1"], {"1.1"}, 0),
        (["1.2", "1.1", "1.1"], {"1.1"}, 1),
        (["1.10", "1.9"], (), 1),
        (["1.2", ""], (), 0),
    ],
    ids=["in order", "an old run writes", "it stood still", "it stood still and wrote twice", "by number", "not ours"],
)
def test_a_late_write_is_seen(runs: list[str], excused: set[str], late: int) -> None:
    entries = [written(n, run) for n, run in enumerate(runs, 1)]
    assert len(list(late_writes(entries, excused))) == late


@BOTH
def test_a_worker_that_stood_still_before_its_write_does_not_write_any_more(tmp_path: Path, forge: ForgeKind) -> None:
    """It had read the issue and was about to write; meanwhile its claim ended and another worker did the work."""
    with standing(tmp_path, lease=2) as service:
        number, slow = a_run_stands_still(service, forge, "visibility", 0.3)
        town = service.town
        service.start("worker")
        wait_for(lambda: town.labels(forge, number) == CANDIDATE, tmp_path)
        service.rest()
        town.edit(forge, number, town.body(forge, ITSELF))
        wait_for(lambda: town.labels(forge, number) == OUT, tmp_path)
        slow.go_on()
        wait_for(lambda: bool(slow.told("run.lost")), tmp_path)
        service.rest()
        assert not complaints(town, service.store, {(forge, number): OUT}, ())


@BOTH
def test_a_write_that_was_under_way_when_its_worker_stood_still_does_no_lasting_harm(
    tmp_path: Path, forge: ForgeKind
) -> None:
    """Past its last look, its comment reaches the forge when another worker has long written one: one is left."""
    with standing(tmp_path, lease=2) as service:
        number, slow = a_run_stands_still(service, forge, "comment", 6.0)
        town = service.town
        service.start("worker")
        wait_for(lambda: len(town.ours(forge, number)) == 1, tmp_path)
        wait_for(lambda: len(town.ours(forge, number)) == 2, tmp_path)
        slow.go_on()
        service.rest()
        wait_for(lambda: bool(slow.told("run.lost")), tmp_path)
        excused = {str(line["run"]) for line in slow.told("run.lost")}
        assert not complaints(town, service.store, {(forge, number): CANDIDATE}, excused)


REQUESTS = {
    ("visibility", GITHUB): ("GET", r"^/repositories/\d+$"),
    ("visibility", GITLAB): ("GET", r"^/api/v4/projects/\d+(\?|$)"),
    ("comment", GITHUB): ("POST", r"/comments$"),
    ("comment", GITLAB): ("POST", r"/notes$"),
}


def a_run_stands_still(service: Service, forge: ForgeKind, at: str, seconds: float) -> tuple[int, Process]:
    """File a report, and stop the worker while this request of its run is under way: it takes effect late."""
    town, (method, path) = service.town, REQUESTS[at, forge]
    service.start("web")
    slow = service.start("worker")
    # the first run has looked at the project, defined the labels and found out who we are
    known = town.file(forge, "A report", town.body(forge, HYPERVISOR))
    wait_for(lambda: len(town.ours(forge, known)) == 1, service.folder)
    service.rest()
    faults = town.sandbox.core.faults
    faults.add("slow", method=method, path=path, seconds=seconds, times=1)
    number = town.file(forge, "A report", town.body(forge, HYPERVISOR))
    wait_for(lambda: faults.listed()[0]["hits"] == 1, service.folder, pause=0.005)
    slow.stop()
    return number, slow


def busy(service: Service) -> int:
    stats = service.store.stats(datetime.now(UTC))
    return sum(lane.due + lane.waiting + lane.running for lane in (stats.live, stats.bulk))


@BOTH
def test_an_edit_during_a_run_causes_exactly_one_more(tmp_path: Path, forge: ForgeKind) -> None:
    with standing(tmp_path) as service:
        town = service.town
        service.start("web")
        service.start("worker")
        town.sandbox.core.faults.add("slow", path=r"/(comments|notes)(\?|$)", method="GET", seconds=2.5, times=1)
        number = town.file(forge, "A report", town.body(forge, HYPERVISOR))
        wait_for(lambda: service.store.stats(datetime.now(UTC)).live.running == 1, tmp_path, pause=0.01)
        for ticks in (ITSELF, HYPERVISOR, ITSELF):
            town.edit(forge, number, town.body(forge, ticks))
        town.sandbox.core.deliveries.wait_idle()
        town.sandbox.core.deliveries.pause()  # what we write comes back as news; that is another story
        wait_for(lambda: busy(service) == 0, tmp_path)
        assert town.labels(forge, number) == OUT
        runs = {entry.trace for entry in town.sandbox.core.journal.entries() if entry.trace[:1].isdigit()}
        assert len(runs) == 2, runs
