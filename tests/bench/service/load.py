"""Load on the door: as fast as it goes by `wrk`, at a fixed rate by a client that does not wait for slow answers.

Every request has an issue number and a signature of its own over a delivery that the sandbox really made.
"""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import os
import shutil
import statistics
import subprocess
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.bench.service.contenders import Site
from tests.bench.service.postbox import Delivery
from tests.bench.service.processes import BenchError

SCRIPT = Path(__file__).with_name("sign_webhooks.lua")
MARK = 987654321
"""Stands for the issue's number in a template."""
CLIENTS = 8
SATURATED_SECONDS = 5
PACED_SECONDS = 5.0
RATE = 200
"""Requests a second of the paced load."""


@dataclass(frozen=True)
class Load:
    """What came back under load."""

    by: str
    per_s: float
    p50_ms: float
    p99_ms: float
    refused: int
    """Answers other than 2xx, and requests without one."""


@dataclass(frozen=True)
class Letters:
    """Signed deliveries without end, made from a real one: an edit, of which the peers take note and do nothing."""

    secret: str = field(repr=False)
    template: bytes = field(repr=False)

    @classmethod
    def like(cls, delivery: Delivery, secret: str) -> Letters:
        """Deliveries that tell of an edit of other issues of the same repository."""
        payload: dict[str, Any] = delivery.payload
        payload["action"] = "edited"
        payload["issue"] = {**payload["issue"], "number": MARK}
        return cls(secret, json.dumps(payload).encode())

    def __iter__(self) -> Iterator[tuple[bytes, dict[str, str]]]:
        number = 500_000_000
        while True:
            number += 1
            body = self.template.replace(str(MARK).encode(), str(number).encode(), 1)
            signature = hmac.new(self.secret.encode(), body, hashlib.sha256).hexdigest()
            yield (
                body,
                {
                    "Content-Type": "application/json",
                    "X-GitHub-Event": "issues",
                    "X-GitHub-Delivery": str(uuid.uuid4()),
                    "X-Hub-Signature-256": f"sha256={signature}",
                },
            )


def saturated(site: Site, letters: Letters) -> Load:
    """As many as it takes, from eight connections."""
    if shutil.which("wrk") is None:
        return _clients("Python client (wrk is not installed)", site, letters, rate=0, seconds=SATURATED_SECONDS)
    body = site.folder / "delivery.json"
    body.write_bytes(letters.template)
    command = ["wrk", "-t2", f"-c{CLIENTS}", f"-d{SATURATED_SECONDS}s", "-s", str(SCRIPT), f"http://{site.address}"]
    environment = {**os.environ, "WEBHOOK_SECRET": letters.secret, "BODY_FILE": str(body)}
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    told = [line for line in ran.stdout.splitlines() if line.startswith("{")]
    if ran.returncode or not told:
        raise BenchError(f"wrk failed: {ran.stdout[-500:]}{ran.stderr[-500:]}")
    found = json.loads(told[-1])
    accepted = sum(n for code, n in found["answers"].items() if code.startswith("2"))
    refused = sum(found["answers"].values()) - accepted + found["failed"]
    return Load("wrk", round(accepted / found["seconds"], 1), found["p50_ms"], found["p99_ms"], refused)


def paced(site: Site, letters: Letters) -> Load:
    """At a fixed rate. A latency counts from when the request was due, so that a stall is seen in full."""
    return _clients("Python client", site, letters, rate=RATE, seconds=PACED_SECONDS)


def _clients(by: str, site: Site, letters: Letters, *, rate: int, seconds: float) -> Load:
    """Eight threads, each with a connection it keeps. `rate` 0: without pause."""
    statuses: Counter[int] = Counter()
    waited: list[float] = []
    due = iter(range(int(rate * seconds))) if rate else iter(range(10**9))
    mail = iter(letters)
    lock = threading.Lock()
    start = time.perf_counter() + 0.2

    def client() -> None:
        connection = http.client.HTTPConnection(site.address, timeout=10)
        while True:
            with lock:
                turn, letter = next(due, None), next(mail)
            now = time.perf_counter()
            when = start + turn / rate if rate and turn is not None else now
            if turn is None or (not rate and now > start + seconds):
                break
            time.sleep(max(0.0, when - now))
            status = _post(connection, *letter)
            with lock:
                statuses[status] += 1
                waited.append(time.perf_counter() - when)
        connection.close()

    threads = [threading.Thread(target=client) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.perf_counter() - start
    accepted = sum(n for status, n in statuses.items() if 200 <= status < 300)
    p50, p99 = (statistics.quantiles(waited, n=100)[rank] * 1000 for rank in (49, 98))
    return Load(by, round(accepted / took, 1), round(p50, 2), round(p99, 2), statuses.total() - accepted)


def _post(connection: http.client.HTTPConnection, body: bytes, headers: dict[str, str]) -> int:
    try:
        connection.request("POST", "/webhooks/github", body, headers)
        response = connection.getresponse()
        response.read()
    except (OSError, http.client.HTTPException):
        connection.close()
        return 0
    return response.status
