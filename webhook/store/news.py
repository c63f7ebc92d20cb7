"""Waiting for news in the database without asking it all the time.

SQLite tells cheaply whether another connection has committed anything (`PRAGMA data_version`), so a waiting worker
hears of new work within a twentieth of a second. On PostgreSQL whoever marks rings a bell (`bell`).
"""

from __future__ import annotations

import sqlite3
import time
from threading import Event

from webhook.store.bell import Bell, Listener
from webhook.store.database import Database

LOOK_SECONDS = 0.05


class News:
    """Ends a wait early when the database has changed since the last one. For one waiting thread."""

    def __init__(self, database: Database) -> None:
        self._file = database.engine.url.database if database.sqlite else None
        self._look: sqlite3.Connection | None = None
        self._seen = -1
        self._listener = None if database.sqlite else Listener(database.engine)
        self._bell = None if database.sqlite else Bell(database.engine)

    def tell(self) -> None:
        """There is new work: call this after the commit. On SQLite the commit itself tells."""
        if self._bell is not None:
            self._bell.ring()

    def wait(self, seconds: float, stop: Event) -> None:
        """Return after `seconds`, or when `stop` is set, or when somebody committed since the last wait."""
        if self._listener is not None:
            self._listener.wait(seconds, stop)
            return
        deadline = time.monotonic() + seconds
        while not self._changed() and not stop.is_set():
            left = deadline - time.monotonic()
            if left <= 0:
                return
            stop.wait(min(left, LOOK_SECONDS))

    def close(self) -> None:
        """Stop looking."""
        if self._listener is not None and self._bell is not None:
            self._listener.close()
            self._bell.close()
        if self._look is not None:
            self._look.close()
            self._look = None

    def _changed(self) -> bool:
        if self._look is None:
            self._look = sqlite3.connect(f"{self._file}", isolation_level=None, check_same_thread=False)
        (version,) = self._look.execute("PRAGMA data_version").fetchone()
        changed = bool(version != self._seen)
        self._seen = version
        return changed
