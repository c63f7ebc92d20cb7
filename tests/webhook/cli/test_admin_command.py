"""The operators' face as a real process: beside web and worker, with their figures, small, and never in their way."""

from __future__ import annotations

import json
import os
import signal
import socket
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from tests.webhook.cli.running import OPENED, TOML, TRACKER, Running, alive, fetch, get, post, wait_for
from webhook.store.upgrade import upgrade

MOST_MEGABYTES = 90
WITH_TOKEN = 'admin_token_env = "TOKEN"\n'


def megabytes(pid: int) -> float:
    """The process's memory that is in RAM."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmRSS:")).split()[1]) / 1024


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def figure(port: int, name: str, **labels: str) -> float | None:
    status, text = fetch(port, "/metrics")
    assert status == 200
    for family in text_string_to_metric_families(text.decode()):
        for found in family.samples:
            if found.name == f"xsa_scope_{name}" and found.labels == labels:
                return found.value
    return None


def test_it_shows_the_figures_of_all_processes_that_serve_runs(start: Callable[..., Running]) -> None:
    serve = start("serve")
    port, admin = serve.told("web.started")["port"], serve.told("admin.started")
    watched: int = admin["port"]
    assert post(port, OPENED) == 202
    assert post(port, OPENED, b"wrong") == 401
    serve.told("run.failed", reason="forge-unavailable")
    assert figure(watched, "deliveries_accepted_total", forge="github", event="issue", use="marked") == 1
    assert figure(watched, "deliveries_refused_total", forge="github", reason="bad-signature") == 1
    assert figure(watched, "issues") == 1
    wait_for(lambda: bool(figure(watched, "runs_total", forge="github", outcome="later")), "the worker's runs")
    silence = {"forge": "github", "request": "project", "status": "none"}
    assert figure(watched, "forge_requests_total", **silence), "there is no forge at that address"
    policies = [line for line in fetch(watched, "/metrics")[1].splitlines() if b"policy_loaded{" in line]
    assert [line.endswith(b" 1.0") for line in policies] == [True]
    status, text = fetch(watched, "/readyz")
    assert status == 503, "that forge has never answered"
    checks = {check["name"]: check for check in json.loads(text)["checks"]}
    assert [name for name, check in checks.items() if not check["ok"]] == ["tracker"]
    assert checks["tracker"]["tracker"] == "github:octo/alpha"
    for pid in (admin["pid"], *children(admin["pid"]), serve.told("web.started")["pid"]):
        assert megabytes(pid) <= MOST_MEGABYTES
    assert serve.end() == 0
    assert not alive(admin["pid"])
    assert serve.words == []


def test_the_figures_of_a_killed_worker_stay_and_its_policy_does_not(start: Callable[..., Running]) -> None:
    serve = start("serve")
    watched: int = serve.told("admin.started")["port"]
    worker = serve.told("part.started", kind="worker")["pid"]
    assert post(serve.told("web.started")["port"], OPENED) == 202
    wait_for(lambda: bool(figure(watched, "runs_total", forge="github", outcome="later")), "the worker's runs")
    policy = next(serve.folder.glob(f"xsa-scope-figures-*/gauge_livemax_{worker}.db"))
    os.kill(worker, signal.SIGKILL)
    serve.told("worker.started", times=2)
    assert not policy.exists()
    assert figure(watched, "runs_total", forge="github", outcome="later")


def test_a_port_that_is_taken_costs_the_figures_and_not_the_service(start: Callable[..., Running]) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        bind = f"127.0.0.1:{taken.getsockname()[1]}"
        serve = start("serve", TOML.replace("127.0.0.1:0", bind, 1) + TRACKER)
        port = serve.told("web.started")["port"]
        serve.told("part.does-not-start", kind="admin")
        assert post(port, OPENED) == 202
        assert f"Error: admin_bind {bind} cannot be used: Address already in use\n" in serve.words
        assert serve.end() == 0


def test_alone_it_tells_that_there_is_no_database_and_sees_it_come(
    tmp_path: Path, start: Callable[..., Running]
) -> None:
    admin = start("admin", TOML)
    port = admin.told("admin.started")["port"]
    assert get(port, "/readyz") == 503
    assert figure(port, "database_up") == 0
    upgrade(f"sqlite:///{tmp_path / 'xsa-scope.db'}")
    assert get(port, "/readyz") == 200
    assert figure(port, "database_up") == 1
    assert get(port, "/healthz") == 404
    assert admin.end() == 0
    assert not list(tmp_path.glob("xsa-scope-figures-*"))


def test_behind_a_token_the_web_face_shows_the_same(tmp_path: Path, start: Callable[..., Running]) -> None:
    upgrade(f"sqlite:///{tmp_path / 'xsa-scope.db'}")
    web = start("web", WITH_TOKEN + TOML, TOKEN="an-operators-own-token")
    started = web.told("web.started")
    assert get(started["port"], "/readyz") == 401
    bearer = {"Authorization": "Bearer an-operators-own-token"}
    assert fetch(started["port"], "/readyz", **bearer)[0] == 200
    assert b"xsa_scope_database_up 1.0" in fetch(started["port"], "/metrics", **bearer)[1]
    for pid in children(started["pid"]):
        assert megabytes(pid) <= MOST_MEGABYTES
