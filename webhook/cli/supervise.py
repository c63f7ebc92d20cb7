"""Keeping a few child processes running, and ending them together in good order.

What the children do is not known here. Signals are waited for, not handled, so that nothing happens half-way through
something else; a child that outlives its parent is ended by the kernel where that is possible (Linux).
"""

from __future__ import annotations

import ctypes
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from webhook.log import logger

STOPS = {signal.SIGTERM, signal.SIGINT, signal.SIGHUP}
WATCHED = STOPS | {signal.SIGCHLD}
PR_SET_PDEATHSIG = 1
"""Linux: the signal that a process gets when its parent dies, see prctl(2)."""
QUICK_SECONDS = 5.0
"""A process that ends sooner than this after its start has not really started."""
MOST_QUICK = 3
"""How often in a row that is tolerated before everything is ended. A killed process shows no fault of its own."""
LONGEST_PAUSE = 30.0

_log = logger(__name__)


@dataclass
class Part:
    """One of the processes that are kept running."""

    name: str
    command: Sequence[str]
    vital: bool = True
    """Whether all is ended where this part does not start; if not, it is only tried again, ever more rarely."""
    process: subprocess.Popen[bytes] | None = None
    quick: int = 0
    """How often in a row it ended right after its start."""
    failed: int = 0
    """How often in a row it did so of its own accord, and was not killed."""
    started: float = 0.0
    resume: float = field(default=0.0)
    """When to start it again."""

    def start(self, now: float) -> None:
        """Start the process, out of reach of the terminal's own signals: it is for the parent to pass them on."""
        self.started = now
        self.process = subprocess.Popen(  # noqa: S603  # our own program
            self.command,
            stdin=subprocess.DEVNULL,
            process_group=0,
            preexec_fn=_as_child,  # noqa: PLW1509  # this process has no other thread
        )
        _log.info("part.started", kind=self.name, pid=self.process.pid)

    def ended(self, now: float) -> bool:
        """Whether the process has just ended; notes when to start it again."""
        if self.process is None or self.process.poll() is None:
            return False
        code = self.process.returncode
        _log.warning("part.ended", kind=self.name, pid=self.process.pid, code=code)
        self.process = None
        quick = now - self.started < QUICK_SECONDS
        self.quick = self.quick + 1 if quick else 0
        self.failed = self.failed + 1 if quick and code >= 0 else 0
        self.resume = now + min(LONGEST_PAUSE, 2.0**self.quick - 1)
        return True


class Supervisor:
    """Runs its parts until a signal to stop comes. `patience` is how long they may take to end, in seconds."""

    def __init__(self, parts: Sequence[Part], patience: float, gone: Callable[[int], None] = lambda _pid: None) -> None:
        self._parts = tuple(parts)
        self._patience = patience
        self._gone = gone
        """Told the id of each process that has ended."""

    def run(self) -> bool:
        """Run until told to stop: True. False where a part does not start, again and again."""
        before = signal.pthread_sigmask(signal.SIG_BLOCK, WATCHED)
        try:
            return self._watch()
        finally:
            self._end()
            signal.pthread_sigmask(signal.SIG_SETMASK, before)

    def _watch(self) -> bool:
        while True:
            now = time.monotonic()
            for part in self._parts:
                if not self._holds(part, now):
                    return False
                if part.process is None and now >= part.resume:
                    part.start(now)
            told = signal.sigtimedwait(WATCHED, 1.0)
            if told is not None and told.si_signo in STOPS:
                return True

    def _holds(self, part: Part, now: float) -> bool:
        """Whether the service can go on after a look at this part."""
        pid = part.process.pid if part.process is not None else 0
        if not part.ended(now):
            return True
        self._gone(pid)
        if part.failed >= MOST_QUICK:
            _log.error("part.does-not-start", kind=part.name)
            return not part.vital
        return True

    def _end(self) -> None:
        running = [part.process for part in self._parts if part.process is not None]
        for process in running:
            process.terminate()
        deadline = time.monotonic() + self._patience
        for process in running:
            try:
                process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _as_child() -> None:
    """Between fork and exec: hear signals again, and end when the parent does."""
    signal.pthread_sigmask(signal.SIG_UNBLOCK, WATCHED)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
