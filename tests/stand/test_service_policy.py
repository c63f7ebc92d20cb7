"""A policy changes under a running service: planned, approved, and every issue brought along, whoever is killed."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.stand.service import Service, standing, wait_for
from tests.stand.town import GITHUB, GITLAB, TEAM
from tests.webhook.resync.conftest import RFC, preview_supported
from webhook.cli.demo.reports import CRASH
from webhook.issue import ForgeKind

PREVIEW = {**CRASH, "target": "hypervisor", "feature_status": "tech_preview"}
PLAIN = {**CRASH, "target": "hypervisor"}
OUT, IN = {"out-of-scope:3-unsupported"}, {"xsa-candidate"}


def command(service: Service, *words: str, expect: int = 0) -> str:
    """Run one of our commands beside the service."""
    done = subprocess.run(
        [sys.executable, "-m", "webhook", *words],
        cwd=service.folder,
        env=service.environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == expect, done.stdout + done.stderr
    return done.stdout


def choose(service: Service, text: str, **chosen: Any) -> None:
    """Put a policy file in place, as the operator does."""
    (service.folder / "policy.toml").write_text(text, encoding="utf-8")
    settings = service.folder / "xsa-scope.toml"
    rest = settings.read_text(encoding="utf-8").partition("[policy]")[0]
    lines = [f"{key} = {json.dumps(value)}" for key, value in {"source": "policy.toml", **chosen}.items()]
    first, trackers = rest.split("[[tracker]]", 1) if "[[tracker]]" in rest else (rest, "")
    if not trackers:
        trackers = settings.read_text(encoding="utf-8").split("[[tracker]]", 1)[1]
    settings.write_text(first + "[policy]\n" + "\n".join(lines) + "\n\n[[tracker]]" + trackers, encoding="utf-8")


def filed(service: Service, ticks: dict[str, Any], issues: int) -> list[tuple[ForgeKind, int]]:
    town = service.town
    numbers = [
        (forge, town.file(forge, "A report", town.body(forge, ticks)))
        for forge in (GITHUB, GITLAB)
        for _ in range(issues)
    ]
    service.rest()
    return numbers


def test_a_change_waits_for_approval_and_then_every_issue_follows(tmp_path: Path) -> None:
    with standing(tmp_path) as service:
        town = service.town
        choose(service, RFC, auto_apply=False)
        service.start("web")
        worker = service.start("worker")
        moving, staying = filed(service, PREVIEW, 3), filed(service, PLAIN, 1)
        kept = moving.pop()
        town.label(*kept, TEAM, "needs-triage")
        service.rest()
        assert all(town.labels(*one) == OUT for one in moving)

        choose(service, preview_supported()[1], auto_apply=False)
        plan = json.loads(command(service, "policy", "plan", "--json", expect=3))
        assert (plan["change"], plan["overridden"], plan["issues"]) == (5, 1, 8)
        assert "waits for approval" in command(service, "policy", "activate", expect=3)
        before = town.writes()
        assert "another" not in command(service, "resync", "status")
        command(service, "policy", "approve", "0" * 12, expect=1)
        assert town.writes() == before, "nothing happens before the approval"

        command(service, "policy", "approve", plan["plan"])
        wait_for(lambda: all(town.labels(*one) == IN for one in moving), tmp_path)
        wait_for(lambda: not _behind(service), tmp_path)
        service.rest()
        assert worker.running, "taken up without a restart"
        written = town.writes()[len(before) :]
        assert not any(f"/{number}/" in one and forge.value in one for forge, number in staying for one in written)
        assert town.labels(*kept) == OUT | {"needs-triage", "scope:overridden"}
        assert all(len(town.ours(*one)) == 1 for one in (*moving, *staying, kept))
        assert json.loads(command(service, "policy", "plan", "--json"))["change"] == 0
        assert "done; 5 of 5 issues" in command(service, "resync", "status")


def test_a_relabelling_survives_kills_a_pause_and_a_second_change(tmp_path: Path) -> None:
    with standing(tmp_path) as service:
        town = service.town
        choose(service, RFC)
        service.start("web")
        worker = service.start("worker")
        moving = filed(service, PREVIEW, 6)
        town.sandbox.core.faults.add("slow", seconds=0.2)
        choose(service, preview_supported()[1], max_changes=50)
        assert "is in force" in command(service, "policy", "activate")
        wait_for(lambda: any(town.labels(*one) == IN for one in moving), tmp_path)
        worker.kill()
        service.start("worker")
        command(service, "resync", "pause")
        time.sleep(1)
        command(service, "resync", "status", expect=3)
        live = town.file(GITHUB, "A report", town.body(GITHUB, PLAIN))
        wait_for(lambda: town.labels(GITHUB, live) == IN, tmp_path)
        command(service, "resync", "resume")
        wait_for(lambda: sum(town.labels(*one) == IN for one in moving) >= 5, tmp_path)
        choose(service, RFC, max_changes=50)
        assert "is in force" in command(service, "policy", "activate")
        town.sandbox.core.faults.clear()
        wait_for(lambda: all(town.labels(*one) == OUT for one in moving) and not _behind(service), tmp_path)
        service.rest()
        assert all(town.labels(*one) == OUT for one in moving)
        assert all(len(town.ours(*one)) == 1 for one in (*moving, (GITHUB, live)))
        assert not service.store.dead()


def _behind(service: Service) -> int:
    """Issues that are not at the digest in force, nor on their way."""
    return sum(service.store.mark_stragglers(one.tracker, datetime.now(UTC)) for one in service.store.trackers())


@pytest.mark.parametrize("words", [("policy", "plan"), ("resync", "status")])
def test_the_commands_work_before_any_worker_has_started(tmp_path: Path, words: tuple[str, ...]) -> None:
    with standing(tmp_path) as service:
        command(service, *words)
