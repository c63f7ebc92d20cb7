"""What was asked of the sandbox, in order: method, path, answer, who, when. A digest of the body, never the body."""

from __future__ import annotations

import hashlib
import itertools
import threading
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from webhook.sandbox.exchange import Call

TRACES = ("x-xsa-scope-run", "x-github-delivery", "x-gitlab-event-uuid")
"""Headers by which a client may tie a request to the event or run that caused it."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One request and what became of it."""

    number: int
    at: float
    forge: str
    method: str
    path: str
    """Path and query as sent."""
    status: int
    """0 where the connection was closed without an answer."""
    who: str
    trace: str
    writes: bool
    body_digest: str
    """First 16 hexadecimal digits of the SHA-256 of the request body; empty without one."""
    fault: str
    """Kind of the fault that was injected, or empty."""
    seconds: float


class Journal:
    """All requests to the forges (not to the control API), oldest first."""

    def __init__(self, most: int = 200_000) -> None:
        self._most = most
        self._numbers = itertools.count(1)
        self._entries: list[Entry] = []
        self._lock = threading.Lock()

    def record(self, forge: str, call: Call, *, status: int, fault: str, seconds: float) -> None:
        """Write one line; the oldest tenth is forgotten when the journal is full."""
        digest = hashlib.sha256(call.body).hexdigest()[:16] if call.body else ""
        trace = next((call.headers[name] for name in TRACES if name in call.headers), "")
        with self._lock:
            if len(self._entries) >= self._most:
                del self._entries[: self._most // 10]
            self._entries.append(
                Entry(
                    number=next(self._numbers),
                    at=call.at,
                    forge=forge,
                    method=call.method,
                    path=call.target,
                    status=status,
                    who=call.who,
                    trace=trace,
                    writes=call.writes,
                    body_digest=digest,
                    fault=fault,
                    seconds=round(seconds, 6),
                )
            )

    def entries(self, since: int = 0, *, forge: str = "", writes: bool = False) -> Sequence[Entry]:
        """Lines with a number greater than `since`, of one forge, writes only, as asked."""
        with self._lock:
            return [
                entry
                for entry in self._entries
                if entry.number > since and forge in ("", entry.forge) and (entry.writes or not writes)
            ]

    def as_json(self, since: int = 0, *, forge: str = "", writes: bool = False) -> list[dict[str, Any]]:
        """The same for the control API."""
        return [asdict(entry) for entry in self.entries(since, forge=forge, writes=writes)]

    def clear(self) -> None:
        """Forget everything; numbers go on counting."""
        with self._lock:
            self._entries.clear()
