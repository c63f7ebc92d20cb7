"""Programs of others that the stand starts: ready when they say so, ended by process id, never waited for for ever."""

from __future__ import annotations

import json
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

LIFETIME = 1800
"""Seconds after which such a program ends by itself, whatever became of the tests."""
PATIENCE = 60.0


class Program:
    """One program with standard input and output to talk over; what it complains of goes into a file."""

    def __init__(self, command: Sequence[str], folder: Path, complaints: Path) -> None:
        self.complaints = complaints
        with complaints.open("wb") as told:
            self._process = subprocess.Popen(
                command, cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=told, text=True
            )

    def say(self, line: str) -> None:
        """Send it a line."""
        assert self._process.stdin is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()

    def hear(self) -> dict[str, Any]:
        """The next line it says. A program that ends says nothing."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, f"{self.complaints.name}: {self.complaints.read_text(encoding='utf-8', errors='replace')}"
        heard: dict[str, Any] = json.loads(line)
        return heard

    @property
    def running(self) -> bool:
        return self._process.poll() is None

    def end(self) -> None:
        """End it, gently first."""
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(10)
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()


def free_ports(count: int) -> list[int]:
    """Different ports on which nobody listens just now."""
    probes = [socket.socket() for _ in range(count)]
    try:
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]
    finally:
        for probe in probes:
            probe.close()


def ask(
    verb: str, url: str, body: object = None, headers: dict[str, str] | None = None, *, patience: float = 20.0
) -> tuple[int, Any]:
    """Status and JSON of an answer; its text where it is none, None where there is no body."""
    data = None if body is None else json.dumps(body).encode()
    sent = {"content-type": "application/json", **(headers or {})}
    request = urllib.request.Request(url, data, sent, method=verb)  # noqa: S310  # loopback
    try:
        with urllib.request.urlopen(request, timeout=patience) as answer:  # noqa: S310  # loopback
            return answer.status, _read(answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return error.code, _read(error.read())


def wait_for(true: Callable[[], bool], what: str, *, patience: float = PATIENCE, pause: float = 0.05) -> None:
    """Wait until it is true."""
    deadline = time.monotonic() + patience
    while not true():
        assert time.monotonic() < deadline, f"not within {patience:.0f} s: {what}"
        time.sleep(pause)


def _read(body: bytes) -> Any:
    try:
        return json.loads(body or b"null")
    except ValueError:
        return body.decode(errors="replace")
