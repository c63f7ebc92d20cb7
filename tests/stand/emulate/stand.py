"""The whole stand: the real service as a process, the proxy before it, emulate behind; and counting between two rests.

The service is started as an operator would start it: a settings file, a key file, a secret in the environment.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import scope
from tests.stand.emulate.emulator import APP_ID, PRIVATE, PUBLIC, Emulator
from tests.stand.emulate.running import ask, wait_for
from tests.stand.emulate.served import Served
from tests.stand.emulate.wire import Exchange, Wire
from webhook.cli.demo.reports import DemoReport
from webhook.issue import ForgeKind
from webhook.store import open_store

SETTINGS = """\
database_url = "sqlite:///{folder}/xsa-scope.db"

[settling]
quiet_seconds = 0.3
longest_seconds = 2

[worker]
poll_seconds = 0.2

[timeouts]
read_seconds = 3

[web]
bind = "127.0.0.1:{port}"
workers = 1

[log]
format = "json"
"""
TRACKER = """
[[tracker]]
forge = "github"
api_url = "{api}"
project = "{project}"
webhook_secret_env = "STAND_WEBHOOK_SECRET"
app_id = {app_id}
private_key_file = "{key}"
"""
QUIET = 0.8
"""Seconds without work after which the service is at rest: longer than settling and any delivery takes."""


@dataclass
class Counted:
    """The service's requests during a scenario; filled when the scenario is over."""

    exchanges: list[Exchange] = field(default_factory=list)

    def _of(self, kind: str) -> list[str]:
        return [f"{one.verb} {one.path}" for one in self.exchanges if one.kind == kind]

    @property
    def reads(self) -> list[str]:
        return self._of("read")

    @property
    def writes(self) -> list[str]:
        return self._of("write")

    @property
    def tokens(self) -> list[str]:
        return self._of("token")


@dataclass(frozen=True)
class Street:
    """What stays for all tests: the server, the proxy, and where the service is to live."""

    emulator: Emulator
    wire: Wire
    port: int
    secret: str


class Stand:
    """One service on an empty database, and the way to everything around it."""

    def __init__(self, folder: Path, street: Street) -> None:
        self.folder, self.emulator, self.wire = folder, street.emulator, street.wire
        self.policy = scope.load_policy("builtin:xen-rfc-v2")
        self._address, self._secret = f"http://127.0.0.1:{street.port}", street.secret
        self._database = f"sqlite:///{folder}/xsa-scope.db"
        trackers = [
            TRACKER.format(api=self.wire.url, project=project, app_id=APP_ID, key=self.emulator.key)
            for project in (PRIVATE, PUBLIC)
        ]
        settings = SETTINGS.format(folder=folder, port=street.port) + "".join(trackers)
        (folder / "xsa-scope.toml").write_text(settings, encoding="utf-8")
        self._processes: list[Served] = []

    def start(self) -> None:
        """Start the service and wait until it takes webhooks and works."""
        log = self.folder / f"{len(self._processes)}-serve.log"
        process = Served(self.folder, self._environment, log)
        self._processes.append(process)
        wait_for(lambda: not process.running or self._is_up(process), f"the service is up; see {log}")
        assert process.running, log.read_text(encoding="utf-8")

    def stop(self) -> None:
        """End the service in good order."""
        self._processes[-1].end()

    def lose_database(self) -> None:
        """All the service knew is gone."""
        for file in self.folder.glob("xsa-scope.db*"):
            file.unlink()

    def kill(self) -> None:
        """Leave nothing running."""
        for process in self._processes:
            process.kill()

    def body(self, ticks: Mapping[str, str | Sequence[str]]) -> str:
        """A form filled in: by fact, what is ticked."""
        return DemoReport("", ForgeKind.GITHUB, ticks).body(self.policy)

    def told(self, event: str) -> int:
        """How often the service has logged the event, since its first start."""
        return sum(process.told(event) for process in self._processes)

    @contextmanager
    def counted(self, *, deliveries: int = 1) -> Iterator[Counted]:
        """Do something that makes at least so many deliveries; at the end the service is at rest, and is counted."""
        seen, before, kept = Counted(), len(self.wire.journal()), self.told("delivery.kept")
        yield seen
        wait_for(lambda: self.told("delivery.kept") >= kept + deliveries, "the deliveries arrive")
        self.rest()
        seen.exchanges = self.wire.journal()[before:]

    def rest(self) -> None:
        """Wait until nothing is left to do, the deliveries that our own writes cause included."""
        store = open_store(self._database)
        quiet_since = time.monotonic()

        def still() -> bool:
            nonlocal quiet_since
            stats = store.stats(datetime.now(UTC))
            if any(lane.due + lane.waiting + lane.running for lane in (stats.live, stats.bulk)):
                quiet_since = time.monotonic()
            return time.monotonic() - quiet_since >= QUIET

        try:
            wait_for(still, f"the service comes to rest; see {self.folder}", pause=0.1)
        finally:
            store.close()

    def deliver_again(self, project: str, number: int, delivery: str) -> int:
        """What GitHub redelivers: a signed `issues.edited` under a delivery id of old. The service's status."""
        issue = self.emulator.do("octavia", "GET", f"/repos/{project}/issues/{number}")
        sender = issue["user"]
        about = {"full_name": project, "private": True}
        payload = {"action": "edited", "issue": issue, "repository": about, "sender": sender, "changes": {}}
        body = json.dumps(payload)
        signature = hmac.new(self._secret.encode(), body.encode(), hashlib.sha256).hexdigest()
        headers = {
            "x-github-event": "issues",
            "x-github-delivery": delivery,
            "x-hub-signature-256": f"sha256={signature}",
        }
        return ask("POST", f"{self._address}/webhooks/github", payload, headers)[0]

    @property
    def _environment(self) -> dict[str, str]:
        foreign = {"XSA_SCOPE_CONFIG", "DATABASE_URL", "PORT", "DYNO", "PROMETHEUS_MULTIPROC_DIR"}
        mine = {"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "STAND_WEBHOOK_SECRET": self._secret}
        return {**{name: value for name, value in os.environ.items() if name not in foreign}, **mine}

    def _is_up(self, process: Served) -> bool:
        if not process.told("worker.started"):
            return False
        try:
            with urllib.request.urlopen(f"{self._address}/healthz", timeout=2) as answer:  # noqa: S310  # loopback
                return bool(answer.status == 200)
        except OSError:
            return False
