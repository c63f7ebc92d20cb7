"""Counting against rate limits: windows per key, violations listed. Which limits there are is the forge half's.

Off by default. `count` only lists what would have been refused, `enforce` refuses it. `scale` makes the forge's
time run faster: with 20 an hour's window lasts 180 seconds, so that a run over an hour's limits takes minutes.
"""

from __future__ import annotations

import threading
from collections import Counter, deque
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from webhook.sandbox.clock import Clock


class Mode(StrEnum):
    """What happens when a limit is passed."""

    OFF = "off"
    COUNT = "count"
    ENFORCE = "enforce"


@dataclass(frozen=True, slots=True)
class Limit:
    """At most so many units in so many seconds; `fixed` windows start anew at a reset, others slide."""

    name: str
    most: int
    seconds: float
    fixed: bool = False


@dataclass(frozen=True, slots=True)
class Spent:
    """Where a key stands after asking: what is left, when it is full again, whether this one was within the limit."""

    within: bool
    used: int
    left: int
    reset_at: float


@dataclass(frozen=True, slots=True)
class Violation:
    """One request too many."""

    at: float
    limit: str
    key: str
    method: str
    path: str


class _Window:
    """What one key used of one limit."""

    def __init__(self) -> None:
        self.spent: deque[tuple[float, int]] = deque()
        self.total = 0
        self.started = 0.0

    def forget(self, limit: Limit, now: float, length: float) -> None:
        if limit.fixed:
            if now >= self.started + length:
                self.spent.clear()
                self.total = 0
                self.started = now
            return
        while self.spent and self.spent[0][0] <= now - length:
            self.total -= self.spent.popleft()[1]

    def reset_at(self, limit: Limit, now: float, length: float) -> float:
        if limit.fixed:
            return self.started + length
        return self.spent[0][0] + length if self.spent else now

    def take(self, now: float, cost: int, *, fixed: bool) -> None:
        self.total += cost
        if not fixed:
            self.spent.append((now, cost))


class Limits:
    """The counters of all keys and limits of the sandbox."""

    def __init__(self, clock: Clock) -> None:
        self.mode = Mode.OFF
        self.scale = 1.0
        self.overrides: dict[str, int] = {}
        """Other figures for single limits, by name: `{"content-minute": 5}` makes a test short."""
        self.violations: list[Violation] = []
        self._clock = clock
        self._windows: dict[tuple[str, str], _Window] = {}
        self._lock = threading.Lock()

    def configure(self, mode: str = "enforce", scale: float = 1.0, **overrides: int) -> None:
        """Switch counting or refusing on or off, with a time scale and other figures by the limit's name."""
        self.mode, self.scale, self.overrides = Mode(mode), scale, dict(overrides)
        self._windows.clear()

    @property
    def on(self) -> bool:
        """Whether anything is counted."""
        return self.mode is not Mode.OFF

    def most(self, limit: Limit) -> int:
        """The figure in force for a limit."""
        return self.overrides.get(limit.name, limit.most)

    def take(self, limit: Limit, key: str, *, cost: int = 1, method: str = "", path: str = "") -> Spent:
        """Spend on a limit. Beyond it nothing is spent, and a violation is listed."""
        with self._lock:
            now, length = self._clock.now(), limit.seconds / self.scale
            window = self._windows.setdefault((limit.name, key), _Window())
            window.forget(limit, now, length)
            most = self.most(limit)
            within = window.total + cost <= most
            if within:
                window.take(now, cost, fixed=limit.fixed)
            elif self.on:
                self.violations.append(Violation(now, limit.name, key, method, path))
            left = max(0, most - window.total)
            return Spent(within, window.total, left, window.reset_at(limit, now, length))

    def give_back(self, limit: Limit, key: str, cost: int = 1) -> None:
        """Undo a spending on a fixed window: the forge does not charge for this request after all."""
        with self._lock:
            window = self._windows.get((limit.name, key))
            if window:
                window.total = max(0, window.total - cost)

    def listed(self) -> dict[str, Any]:
        """Mode, scale and all violations, counted by limit and one by one."""
        with self._lock:
            rows = [asdict(violation) for violation in self.violations]
        counts = Counter(row["limit"] for row in rows)
        return {"mode": self.mode, "scale": self.scale, "counts": dict(counts), "violations": rows}

    def clear(self) -> None:
        """Forget what was spent and every violation; the mode stays."""
        with self._lock:
            self._windows.clear()
            self.violations.clear()
