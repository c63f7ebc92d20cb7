"""`web`, `worker` and `serve` as real processes: they start, take deliveries, come back, and end in good order."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest

from tests.webhook.intake.door import github_signature
from webhook.cli.supervise import Part, Supervisor
from webhook.intake import MAX_BYTES
from webhook.store.upgrade import upgrade

TOML = """
[web]
bind = "127.0.0.1:0"
workers = 1
"""
TRACKER = """
[[tracker]]
forge = "github"
api_url = "http://127.0.0.1:9"
project = "octo/alpha"
webhook_secret_env = "HOOK"
token_env = "TOKEN"
"""
OPENED = json.dumps({"action": "opened", "issue": {"number": 7}, "repository": {"full_name": "octo/alpha"}}).encode()


class Running:
    """One command of ours, and what it has logged so far."""

    def __init__(self, folder: Path, command: str) -> None:
        environ = {k: v for k, v in os.environ.items() if k not in {"PORT", "DATABASE_URL", "DYNO", "XSA_SCOPE_CONFIG"}}
        environ |= {"HOOK": "alpha secret", "TOKEN": "api-token", "TMPDIR": str(folder)}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "webhook", command],
            cwd=folder,
            env={**environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            stderr=subprocess.PIPE,
            text=True,
        )
        self.lines: list[dict[str, Any]] = []
        self.words: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stderr
        with self.process.stderr as written:
            for line in written:
                if line.startswith("{"):
                    self.lines.append(json.loads(line))
                else:
                    self.words.append(line)

    def told(self, event: str, times: int = 1, **values: object) -> dict[str, Any]:
        """Wait until an event was logged that often, and return the last line of it."""

        def found() -> list[dict[str, Any]]:
            return [line for line in self.lines if line["event"] == event and values.items() <= line.items()]

        wait_for(lambda: len(found()) >= times, f"{times} {event} in {self.lines} {self.words}")
        return found()[times - 1]

    def end(self, how: int = signal.SIGTERM) -> int:
        """Tell it to end, and wait until it has."""
        if self.process.poll() is None:
            self.process.send_signal(how)
        code = self.process.wait(20)
        self._reader.join(10)
        return code


def wait_for(true: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + 20
    while not true():
        assert time.monotonic() < deadline, f"not within 20 s: {what}"
        time.sleep(0.05)


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"


def post(port: int, body: bytes, secret: bytes = b"alpha secret", *, chunked: bool = False) -> int:
    """Deliver over the wire as GitHub does."""
    headers = {
        "Content-Type": "application/json",
        "X-GitHub-Event": "issues",
        "X-Hub-Signature-256": github_signature(body, secret),
    }
    pieces = (body[at : at + 65_536] for at in range(0, len(body), 65_536)) if chunked else body
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=20)) as connection:
        with suppress(ConnectionError):  # the server may answer without reading to the end
            connection.request("POST", "/webhooks/github", pieces, headers, encode_chunked=chunked)
        with connection.getresponse() as answer:
            assert answer.read() == b""
            return answer.status


def get(port: int, path: str) -> int:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=20)) as connection:
        connection.request("GET", path)
        with connection.getresponse() as answer:
            answer.read()
            return answer.status


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Running]]:
    """Start a command in a folder of its own; whatever still runs at the end is ended."""
    started: list[Running] = []

    def begin(command: str, toml: str = TOML + TRACKER) -> Running:
        (tmp_path / "xsa-scope.toml").write_text(toml)
        started.append(Running(tmp_path, command))
        return started[-1]

    yield begin
    for running in started:
        running.end()


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
