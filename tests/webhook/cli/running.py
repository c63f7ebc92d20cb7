"""Our commands as real processes, what they log, and talking to them over the wire."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from tests.webhook.intake.door import github_signature

TOML = """
admin_bind = "127.0.0.1:0"
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

    def __init__(self, folder: Path, command: str, **variables: str) -> None:
        self.folder = folder
        environ = {k: v for k, v in os.environ.items() if k not in {"PORT", "DATABASE_URL", "DYNO", "XSA_SCOPE_CONFIG"}}
        environ |= {"HOOK": "alpha secret", "TOKEN": "api-token", "TMPDIR": str(folder), **variables}
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


def fetch(port: int, path: str, **headers: str) -> tuple[int, bytes]:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=20)) as connection:
        connection.request("GET", path, headers=headers)
        with connection.getresponse() as answer:
            return answer.status, answer.read()


def get(port: int, path: str) -> int:
    return fetch(port, path)[0]
