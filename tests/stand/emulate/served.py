"""The service's own process, started as an operator starts it, and what it has logged."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

LONGEST = 600
"""Seconds after which it is told to end even if the tests that started it are gone."""


class Served:
    """`xsa-scope serve` in a process group of its own."""

    def __init__(self, folder: Path, environment: dict[str, str], log: Path) -> None:
        self._log = log
        bound = shutil.which("timeout")
        command = [sys.executable, "-m", "webhook", "serve"]
        if bound is not None:
            command = [bound, "--foreground", "--kill-after=30", str(LONGEST), *command]
        with log.open("wb") as told:
            self._process = subprocess.Popen(
                command,
                cwd=folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=told,
                stderr=subprocess.STDOUT,
                process_group=0,
            )

    @property
    def running(self) -> bool:
        return self._process.poll() is None

    def told(self, event: str) -> int:
        """How often it has logged the event."""
        lines = self._log.read_text(encoding="utf-8").splitlines()
        return sum(json.loads(line)["event"] == event for line in lines if line.startswith("{") and line.endswith("}"))

    def end(self) -> None:
        """Have it end in good order."""
        self._process.terminate()
        assert self._process.wait(40) == 0, self._log.read_text(encoding="utf-8")

    def kill(self) -> None:
        """End it and its children without a warning."""
        if self.running:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(10)
