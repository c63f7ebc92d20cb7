"""Waking idle workers on PostgreSQL with LISTEN and NOTIFY. Only a convenience: who misses it finds the row by asking.

The bell is rung after the mark is committed and by a thread of its own: a NOTIFY inside the mark's transaction would
make all commits of the server queue behind one lock, fsync included, and the web process would wait for it.
"""

from __future__ import annotations

import os
import threading
import time
from threading import Event
from typing import Any, Final

from sqlalchemy import Engine

CHANNEL: Final = "xsa_scope_work"
LOOK_SECONDS: Final = 0.25
"""How often a listener looks whether it was told to stop."""
REST_SECONDS: Final = 0.02
"""How long the bell rests after ringing: what happens meanwhile is one more ring."""
TRY_AGAIN_SECONDS: Final = 1.0


class Line:
    """One connection of its own to the server, made when it is needed and made again when it breaks."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._connection: Any = None
        self._process = 0
        self.failure: type[Exception] = engine.dialect.loaded_dbapi.Error

    def open(self) -> tuple[Any, bool]:
        """The connection, and whether it is new. Raises `failure`."""
        if self._connection is not None and self._process == os.getpid() and not self._connection.closed:
            return self._connection, False
        args, options = self._engine.dialect.create_connect_args(self._engine.url)
        options = {"connect_timeout": 5, **options}
        connect = self._engine.dialect.loaded_dbapi.connect
        self._connection, self._process = connect(*args, autocommit=True, **options), os.getpid()
        return self._connection, True

    def close(self) -> None:
        """Hang up."""
        if self._connection is not None and self._process == os.getpid():
            self._connection.close()
        self._connection = None


class Listener:
    """Waits for the bell. For one waiting thread."""

    def __init__(self, engine: Engine) -> None:
        self._line = Line(engine)

    def wait(self, seconds: float, stop: Event) -> None:
        """Return after `seconds`, or when `stop` is set, or when the bell was rung since the last wait."""
        deadline = time.monotonic() + seconds
        while not stop.is_set() and (left := deadline - time.monotonic()) > 0:
            try:
                if self._heard(min(left, LOOK_SECONDS)):
                    return
            except self._line.failure:  # the server is away: asking will tell, this only waits
                self._line.close()
                stop.wait(min(left, TRY_AGAIN_SECONDS))

    def _heard(self, seconds: float) -> bool:
        connection, new = self._line.open()
        if new:  # the bell may have been rung while nobody listened
            connection.execute(f"LISTEN {CHANNEL}")
            return True
        return any(True for _ in connection.notifies(timeout=seconds, stop_after=1))

    def close(self) -> None:
        """Listen no more."""
        self._line.close()


class Bell:
    """Rings for all listeners, soon, and once for any number of calls in a short while. Threads may share one."""

    def __init__(self, engine: Engine) -> None:
        self._line = Line(engine)
        self._wanted = Event()
        self._end = Event()
        self._lock = threading.Lock()
        self._ringer: threading.Thread | None = None
        self._process = 0

    def ring(self) -> None:
        """Let whoever listens look at the work list."""
        self._wanted.set()
        if self._process != os.getpid():  # threads do not survive a fork
            self._start()

    def _start(self) -> None:
        with self._lock:
            if self._process != os.getpid():
                self._process = os.getpid()
                self._ringer = threading.Thread(target=self._ring_when_wanted, name="bell", daemon=True)
                self._ringer.start()

    def _ring_when_wanted(self) -> None:
        while not self._end.is_set():
            self._wanted.wait()
            self._wanted.clear()
            try:
                self._line.open()[0].execute(f"NOTIFY {CHANNEL}")
            except self._line.failure:
                self._line.close()
            self._end.wait(REST_SECONDS)
        self._line.close()

    def close(self) -> None:
        """Ring no more."""
        self._end.set()
        self._wanted.set()
        if self._ringer is not None and self._process == os.getpid():
            self._ringer.join(5)
