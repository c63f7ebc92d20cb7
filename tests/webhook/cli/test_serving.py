"""`web`, `worker` and `serve` as real processes: they start, take deliveries, come back, and end in good order."""

from __future__ import annotations

import os
import signal
import socket
import sqlite3
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.webhook.cli.running import OPENED, TOML, Running, alive, get, post, wait_for
from webhook.cli.supervise import Part, Supervisor
from webhook.intake import MAX_BYTES
from webhook.store.upgrade import upgrade


def rows(folder: Path) -> list[tuple[Any, ...]]:
    connection = sqlite3.connect(folder / "xsa-scope.db")
    found = connection.execute("SELECT number, last_event FROM issue").fetchall()
    connection.close()
    return found


# --- web


def test_the_web_face_takes_a_delivery_over_the_wire_and_ends_without_a_trace(
    tmp_path: Path, start: Callable[..., Running]
) -> None:
    upgrade(f"sqlite:///{tmp_path / 'xsa-scope.db'}")
    web = start("web")
    port = web.told("web.started")["port"]
    assert get(port, "/healthz") == 200
    assert post(port, OPENED) == 202
    assert post(port, OPENED, b"wrong") == 401
    assert rows(tmp_path) == [(7, "issues.opened")]
    assert list(tmp_path.glob("xsa-scope-figures-*/*.db")), "the figures are shared"
    assert web.end() == 0
    assert not list(tmp_path.glob("xsa-scope-figures-*"))
    assert web.words == []


def test_a_chunked_body_is_cut_off_at_the_limit(tmp_path: Path, start: Callable[..., Running]) -> None:
    upgrade(f"sqlite:///{tmp_path / 'xsa-scope.db'}")
    port = start("web").told("web.started")["port"]
    fits = OPENED[:-1] + b' ,"pad":"' + b"x" * 100_000 + b'"}'
    assert post(port, fits, chunked=True) == 202
    assert post(port, b"x" * (MAX_BYTES + 200_000), chunked=True) == 413
    assert post(port, b"x" * (MAX_BYTES + 1)) == 413
    assert get(port, "/healthz") == 200


def test_bytes_that_are_no_http_do_no_harm_and_leave_no_words(tmp_path: Path, start: Callable[..., Running]) -> None:
    upgrade(f"sqlite:///{tmp_path / 'xsa-scope.db'}")
    web = start("web")
    port = web.told("web.started")["port"]
    for noise in (
        b"A guest can crash the hypervisor\r\n\r\n",
        b"GET /guest?can=crash HTTP/9.9\r\n\r\n",
        b"POST /webhooks/github HTTP/1.1\r\nX-Hub-Signature-256: x\r\nTransfer-Encoding: chunked\r\n\r\nguest\r\n",
    ):
        with socket.create_connection(("127.0.0.1", port), timeout=20) as wire:
            wire.sendall(noise)
            assert b" 400 " in wire.recv(1000).splitlines()[0] + b" "
    assert get(port, "/healthz") == 200
    web.end()
    assert "guest" not in str(web.lines) + str(web.words)


def test_a_database_that_is_not_up_to_date_is_told_in_words(start: Callable[..., Running]) -> None:
    for command in ("web", "worker"):
        running = start(command)
        assert running.process.wait(20) == 1
        running.end()
        assert "run `xsa-scope db upgrade`" in running.words[-1]


def test_settings_that_cannot_be_used_are_told_in_words(start: Callable[..., Running]) -> None:
    for command in ("web", "worker", "serve"):
        running = start(command, "[web]\nbnd = 1\n")
        assert running.process.wait(20) == 1
        running.end()
        assert running.words == ["Error: xsa-scope.toml: web.bnd: unknown key; did you mean bind?\n"]


def test_a_policy_that_cannot_be_loaded_is_told_in_words(tmp_path: Path, start: Callable[..., Running]) -> None:
    upgrade(f"sqlite:///{tmp_path / 'xsa-scope.db'}")
    worker = start("worker", TOML + '[policy]\nsource = "builtin:never-written"\n')
    assert worker.process.wait(20) == 1
    worker.end()
    assert "never-written" in worker.words[-1]
    assert worker.words[-1].startswith("Error: ")


# --- serve


def test_serve_takes_a_delivery_works_on_it_and_brings_a_killed_worker_back(
    tmp_path: Path, start: Callable[..., Running]
) -> None:
    serve = start("serve")
    port = serve.told("web.started")["port"]
    worker = serve.told("part.started", kind="worker")["pid"]
    serve.told("worker.started")
    assert post(port, OPENED) == 202
    serve.told("run.failed", reason="forge-unavailable")  # there is no forge at that address, but it was tried
    os.kill(worker, signal.SIGKILL)
    assert serve.told("part.ended", kind="worker")["code"] == -signal.SIGKILL
    second = serve.told("part.started", times=2, kind="worker")["pid"]
    serve.told("worker.started", times=2)
    assert serve.end() == 0
    assert not alive(second)
    assert serve.told("worker.stopped")["state"] == "drained"
    assert rows(tmp_path) == [(7, "issues.opened")]
    assert not list(tmp_path.glob("xsa-scope-figures-*"))


def test_serve_runs_without_any_tracker(start: Callable[..., Running]) -> None:
    serve = start("serve", TOML)
    assert get(serve.told("web.started")["port"], "/healthz") == 200
    assert serve.end(signal.SIGINT) == 0
    assert not [line for line in serve.lines if line.get("kind") == "worker"]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends children with their parent")
def test_the_parts_do_not_outlive_a_killed_serve(start: Callable[..., Running]) -> None:
    serve = start("serve")
    web = serve.told("web.started")["pid"]
    worker = serve.told("part.started", kind="worker")["pid"]
    serve.told("worker.started")
    assert serve.end(signal.SIGKILL) == -signal.SIGKILL
    wait_for(lambda: not alive(web) and not alive(worker), "web and worker ended")


# --- the supervisor alone


def test_a_part_that_cannot_start_ends_everything(tmp_path: Path) -> None:
    lasting = Part("lasting", [sys.executable, "-c", "import time; time.sleep(60)"])
    failing = Part("failing", [sys.executable, "-c", "raise SystemExit(3)"])
    began = time.monotonic()
    assert not Supervisor([lasting, failing], patience=5).run()
    assert time.monotonic() - began < 15
    assert lasting.process is not None
    assert lasting.process.returncode == -signal.SIGTERM


def test_a_part_that_will_not_end_is_killed() -> None:
    deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); time.sleep(60)"
    stubborn = Part("stubborn", [sys.executable, "-c", deaf])
    supervisor = Supervisor([stubborn], patience=0.5)

    def stop() -> None:
        wait_for(lambda: stubborn.process is not None, "started")
        time.sleep(0.5)
        os.kill(os.getpid(), signal.SIGTERM)

    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})  # also for the thread that sends it
    try:
        threading.Thread(target=stop, daemon=True).start()
        assert supervisor.run()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    assert stubborn.process is not None
    assert stubborn.process.returncode == -signal.SIGKILL
