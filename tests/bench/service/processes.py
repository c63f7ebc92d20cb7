"""Processes of the bench: each in a group of its own, so that it is ended whole and nothing else is. Linux only."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

START_SECONDS = 60.0
STOP_SECONDS = 10.0
FOREIGN = ("XSA_SCOPE_CONFIG", "DATABASE_URL", "PORT", "DYNO", "PROMETHEUS_MULTIPROC_DIR")
FIRST_PORT, LAST_PORT = 20_000, 30_000
TICKS = os.sysconf("SC_CLK_TCK")


class BenchError(Exception):
    """The bench cannot go on; the message says what did not work."""


@dataclass(frozen=True)
class Memory:
    """What a process holds, in megabytes: as the kernel counts it, and with shared pages divided fairly."""

    rss_mb: float
    pss_mb: float


class Process:
    """One program with whatever it starts, from its making until `stop` or `kill`."""

    def __init__(self, command: Sequence[str], folder: Path, environment: Mapping[str, str], log: Path) -> None:
        bare = {name: value for name, value in os.environ.items() if name not in FOREIGN}
        self.log = log
        with log.open("ab") as out:
            self._process = subprocess.Popen(
                command,
                cwd=folder,
                env={**bare, **environment},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.group = self._process.pid
        RUNNING.add(self)

    def alive(self) -> bool:
        return self._process.poll() is None

    def wait(self) -> int:
        """Wait for a program that ends by itself; returns its exit code."""
        code = self._process.wait(START_SECONDS)
        RUNNING.discard(self)
        return code

    def kill(self) -> None:
        """SIGKILL for all of it at once."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.group, signal.SIGKILL)
        self._process.wait()
        RUNNING.discard(self)

    def stop(self) -> None:
        """Ask it to end, and see to it."""
        self._process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(STOP_SECONDS)
        self.kill()

    def members(self) -> Iterator[int]:
        """Ids of its processes, the first one and its descendants."""
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                with contextlib.suppress(OSError):
                    fields = (entry / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
                    if int(fields[2]) == self.group and fields[0] != "Z":
                        yield int(entry.name)

    def memory(self) -> list[Memory]:
        """Of each of its processes."""
        return [_memory(pid) for pid in self.members()]

    def cpu_seconds(self) -> float:
        """What its processes have used so far."""
        total = 0
        for pid in self.members():
            with contextlib.suppress(OSError):
                fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
                total += int(fields[11]) + int(fields[12])
        return total / TICKS


_PORTS = iter(range(FIRST_PORT + os.getpid() % 500 * 10, LAST_PORT))
_PORTS_LOCK = threading.Lock()
RUNNING: set[Process] = set()
"""All that has not been ended; whoever ends the bench early ends these."""


def end_all() -> None:
    """SIGKILL for everything that is still there."""
    for process in list(RUNNING):
        process.kill()


def free_port() -> int:
    """A port of the loopback interface that nobody listens on, and that is given to nobody else of this bench.

    Taken from below the range out of which the kernel serves outgoing connections, of which the bench has many.
    """
    with _PORTS_LOCK:
        for port in _PORTS:
            with socket.socket() as probe, contextlib.suppress(OSError):
                probe.bind(("127.0.0.1", port))
                return port
    raise BenchError("no port is free")


def wait_for_port(port: int, process: Process) -> None:
    """Wait until somebody listens. Raises `BenchError` if the process ends, or takes too long."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.alive():
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    tail = process.log.read_text(encoding="utf-8", errors="replace")[-2000:]
    raise BenchError(f"{process.log.stem} did not start; the end of its log:\n{tail}")


def _memory(pid: int) -> Memory:
    text = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="utf-8")
    lines = dict(line.split(":", 1) for line in text.splitlines()[1:])
    rss, pss = (int(lines[name].split()[0]) / 1024 for name in ("Rss", "Pss"))
    return Memory(round(rss, 1), round(pss, 1))
