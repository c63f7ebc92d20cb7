"""The bench's forge: a sandbox as a process of its own with one private repository, an App, and the labels defined."""

from __future__ import annotations

import http.client
import json
import re
import secrets
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import scope
from tests.bench.service.processes import BenchError, Process

PROJECT = "xen-sec/private-reports"
APP = "bench"
OWNER, REPORTER = "olga", "rita"
LIFETIME = 900
"""Seconds after which a sandbox that was forgotten ends by itself."""
EFFECT = re.compile(r"/issues/(\d+)/(labels|comments)(\?|$)")


@dataclass(frozen=True)
class Request:
    """One request the sandbox answered."""

    number: int
    at: float
    method: str
    path: str
    status: int
    writes: bool
    who: str

    @property
    def effect(self) -> tuple[int, str] | None:
        """Issue and kind, if this put labels or a comment on an issue."""
        found = EFFECT.search(self.path)
        if found is None or self.method != "POST" or self.status >= 300:
            return None
        return int(found[1]), found[2]


class Ground:
    """The sandbox, driven over its control API."""

    def __init__(self, folder: Path) -> None:
        ready = folder / "sandbox.json"
        command = [sys.executable, "-m", "webhook.sandbox", "--ready-file", str(ready), "--lifetime", str(LIFETIME)]
        self.process = Process(command, folder, {}, folder / "sandbox.log")
        self.url = str(_ready(ready, self.process)["url"])
        self.secret = secrets.token_hex(20)

    def do(self, part: str, action: str, **arguments: Any) -> Any:
        """Carry out a control and return its result."""
        return self._ask("POST", f"/_sandbox/{part}/{action}", arguments)["result"]

    def set_up(self, policy: scope.Policy, hook: str) -> dict[str, Any]:
        """Make repository, labels and App; returns the App's id and private key."""
        self.do("github", "create_repository", full_name=PROJECT, roles={OWNER: "admin", REPORTER: "read"})
        token = self.do("github", "create_token", person=OWNER)
        for label in policy.labels.values():
            definition = {"name": label.name, "color": label.colour, "description": label.description}
            self._ask("POST", f"/repos/{PROJECT}/labels", definition, {"Authorization": f"Bearer {token}"})
        app: dict[str, Any] = self.do(
            "github", "create_app", slug=APP, owner="xen-sec", hook_url=hook, secret=self.secret
        )
        self.do("github", "install_app", slug=APP, repositories=[PROJECT])
        return app

    def limits(self, *, on: bool) -> None:
        """Enforce GitHub's limits, or none."""
        self.do("limits", "configure", mode="enforce" if on else "off")

    def file(self, body: str, count: int) -> list[int]:
        """File issues; returns their numbers once their deliveries have been made."""
        filed = [
            self.do("github", "file_issue", repository=PROJECT, person=REPORTER, title=f"Report {n}", body=body)
            for n in range(count)
        ]
        if not self.do("deliveries", "wait_idle", timeout=30):
            raise BenchError("the sandbox did not get its deliveries off")
        return filed

    def requests(self, since: int) -> list[Request]:
        """What was asked after the request of that number."""
        rows = self._ask("GET", f"/_sandbox/requests?forge=github&since={since}")
        return [Request(**{name: row[name] for name in Request.__dataclass_fields__}) for row in rows]

    def last(self) -> int:
        """Number of the last request, 0 if there was none."""
        rows = self.requests(0)
        return rows[-1].number if rows else 0

    def comments(self, numbers: Sequence[int]) -> dict[int, int]:
        """How many comments each issue has."""
        read = {n: self.do("github", "read_issue", repository=PROJECT, number=n) for n in numbers}
        return {n: len(issue["comments"]) for n, issue in read.items()}

    def whole(self, numbers: Sequence[int]) -> int:
        """How many of the issues carry labels and a comment."""
        read = [self.do("github", "read_issue", repository=PROJECT, number=n) for n in numbers]
        return sum(1 for issue in read if issue["labels"] and issue["comments"])

    def close(self) -> None:
        """End the sandbox."""
        self.process.stop()

    def _ask(self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Any:
        connection = http.client.HTTPConnection(self.url.removeprefix("http://"), timeout=60)
        try:
            connection.request(method, path, None if body is None else json.dumps(body), headers or {})
            response = connection.getresponse()
            text = response.read()
        finally:
            connection.close()
        if response.status >= 300:
            raise BenchError(f"the sandbox answered {response.status} to {method} {path}: {text[:200]!r}")
        return json.loads(text)


def _ready(file: Path, process: Process) -> dict[str, Any]:
    for _ in _tries(30.0):
        if file.exists():
            found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
            return found
        if not process.alive():
            break
    raise BenchError(f"the sandbox did not start: {process.log.read_text(encoding='utf-8')[-1000:]}")


def _tries(seconds: float) -> Iterator[None]:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        yield
        time.sleep(0.05)
