"""The real service as processes of its own, beside a sandbox of both forges that lives in the test's process.

Everything the service writes lies in one folder: database, logs, figures, temporary files. Its processes are started
one by one, so that one can be killed; what still runs at the end is ended.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.stand.town import GITHUB, GITLAB, PROJECTS, Town
from webhook.sandbox import Sandbox
from webhook.store import Store, open_store
from webhook.store.upgrade import upgrade

PATIENCE = 60.0
"""Seconds after which a service that has not come to rest has failed."""
SETTINGS = """\
database_url = "{database}"

[budgets]
scale = 1000

[settling]
quiet_seconds = 1
longest_seconds = 3

[worker]
poll_seconds = 0.2
lease_seconds = {lease}

[timeouts]
read_seconds = {patience}

[web]
bind = "127.0.0.1:{port}"
workers = 1

[log]
format = "json"
level = "debug"

[[tracker]]
forge = "github"
api_url = "{api}"
project = "{github}"
webhook_secret_env = "STAND_GITHUB_SECRET"
app_id = {app_id}
private_key_file = "app.pem"

[[tracker]]
forge = "gitlab"
api_url = "{api}"
project = "{gitlab}"
signing_secret_env = "STAND_GITLAB_SIGNING"
token_env = "STAND_GITLAB_TOKEN"
"""


class Process:
    """One command of ours, in a process group of its own, and what it has logged."""

    def __init__(self, command: str, folder: Path, environment: dict[str, str], log: Path) -> None:
        self.log = log
        with log.open("wb") as told:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "webhook", command],
                cwd=folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=told,
                stderr=subprocess.STDOUT,
                process_group=0,
            )

    def told(self, event: str) -> list[dict[str, Any]]:
        """What it has logged of that event."""
        lines = self.log.read_text(encoding="utf-8").splitlines()
        whole = [json.loads(line) for line in lines if line.startswith("{") and line.endswith("}")]
        return [line for line in whole if line.get("event") == event]

    @property
    def running(self) -> bool:
        return self._process.poll() is None

    @property
    def pid(self) -> int:
        return self._process.pid

    def stop(self) -> None:
        """Have it stand still until `go_on`."""
        os.killpg(self._process.pid, signal.SIGSTOP)

    def go_on(self) -> None:
        if self.running:
            os.killpg(self._process.pid, signal.SIGCONT)

    def kill(self) -> None:
        """End it and its children without a warning."""
        if self.running:
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(10)

    def end(self) -> int:
        """Have it end in good order."""
        if self.running:
            self._process.terminate()
        try:
            return self._process.wait(40)
        except subprocess.TimeoutExpired:
            self.kill()
            raise


class Service:
    """The service's folder, its processes, and a look into its work list."""

    def __init__(
        self, folder: Path, town: Town, database: str = "", *, lease: float = 60, patience: float = 20
    ) -> None:
        """`database`: SQLite in the folder if empty. `lease`, `patience`: seconds of a claim, and for an answer."""
        self.folder, self.town = folder, town
        self._database = database or f"sqlite:///{folder}/xsa-scope.db"
        self._lease, self._patience = lease, patience
        self.port = _free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.github_secret = secrets.token_hex(20)
        self.gitlab_signing = "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()
        town.connect(self.address, self.github_secret, self.gitlab_signing)
        self.processes: list[Process] = []
        (folder / "tmp").mkdir()
        (folder / "figures").mkdir()
        self._write_settings()
        upgrade(self._database)
        self.store: Store = open_store(self._database)

    @property
    def environment(self) -> dict[str, str]:
        """What its processes are given; nothing of another service's that may be set here."""
        foreign = {"XSA_SCOPE_CONFIG", "DATABASE_URL", "PORT", "DYNO"}
        return {
            **{name: value for name, value in os.environ.items() if name not in foreign},
            "PYTHONPATH": os.pathsep.join(sys.path),
            "TMPDIR": str(self.folder / "tmp"),
            "PROMETHEUS_MULTIPROC_DIR": str(self.folder / "figures"),
            "STAND_GITHUB_SECRET": self.github_secret,
            "STAND_GITLAB_SIGNING": self.gitlab_signing,
            "STAND_GITLAB_TOKEN": self.town.gitlab_token,
        }

    def start(self, command: str) -> Process:
        """Start `web`, `worker` or `serve`, and wait until it is at work."""
        log = self.folder / f"{len(self.processes)}-{command}.log"
        process = Process(command, self.folder, self.environment, log)
        self.processes.append(process)
        wait_for(lambda: not process.running or bool(process.told(f"{_ready(command)}.started")), log)
        if command != "worker":
            wait_for(lambda: not process.running or self._answers(), log)
        assert process.running, log.read_text(encoding="utf-8")
        return process

    def rest(self, within: float = PATIENCE) -> None:
        """Wait until every delivery is made and every issue is dealt with. `within`: seconds."""
        quiet = 0

        def still() -> bool:
            nonlocal quiet
            delivered = self.town.sandbox.core.deliveries.wait_idle(1.0)
            stats = self.store.stats(datetime.now(UTC))
            busy = sum(lane.due + lane.waiting + lane.running for lane in (stats.live, stats.bulk))
            quiet = quiet + 1 if delivered and not busy else 0
            return quiet >= 3  # our own writes come back as deliveries and may cause a last run

        wait_for(still, self.folder, pause=0.15, within=within)

    def post(self, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
        """Send something to the web face: status, and the whole answer as bytes."""
        return ask(urllib.request.Request(self.address + path, body, headers))  # noqa: S310  # loopback

    def get(self, path: str, headers: dict[str, str] | None = None) -> tuple[int, bytes]:
        return ask(urllib.request.Request(self.address + path, headers=headers or {}))  # noqa: S310  # loopback

    def end(self) -> None:
        """End everything in good order."""
        for process in self.processes:
            process.end()

    def _answers(self) -> bool:
        try:
            return self.get("/healthz")[0] == 200
        except OSError:
            return False

    def _write_settings(self) -> None:
        key = self.folder / "app.pem"
        key.touch(mode=0o600)
        key.write_text(self.town.app["private_key"], encoding="ascii")
        settings = SETTINGS.format(
            database=self._database,
            lease=self._lease,
            patience=self._patience,
            port=self.port,
            api=self.town.sandbox.url,
            github=PROJECTS[GITHUB],
            gitlab=PROJECTS[GITLAB],
            app_id=self.town.app["id"],
        )
        (self.folder / "xsa-scope.toml").write_text(settings, encoding="utf-8")


@contextmanager
def standing(
    folder: Path, database: str = "", *, lease: float = 60, patience: float = 20, lifetime: float = 300
) -> Iterator[Service]:
    """A service beside a sandbox; nothing is started yet, and everything is ended whatever happens."""
    with Sandbox(lifetime=lifetime) as sandbox:
        service = Service(folder, Town(sandbox), database, lease=lease, patience=patience)
        try:
            yield service
        finally:
            for process in service.processes:
                process.kill()
            service.store.close()


def ask(request: urllib.request.Request) -> tuple[int, bytes]:
    """Status, and head and body of the answer as bytes."""
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310  # loopback
            return answer.status, bytes(answer.headers) + answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, bytes(error.headers) + error.read()


def wait_for(true: Callable[[], bool], where: Path, *, pause: float = 0.05, within: float = PATIENCE) -> None:
    """Wait until it is true; `where` is to be looked at if it never is."""
    deadline = time.monotonic() + within
    while not true():
        assert time.monotonic() < deadline, f"not within {within:.0f} s; see {where}"
        time.sleep(pause)


def _ready(command: str) -> str:
    return "web" if command == "serve" else command


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
