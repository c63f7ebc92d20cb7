"""A small memory for answers that may be some time old, shared by the adapters of a process."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Memo(Generic[K, V]):
    """Values by key for `seconds`. Thread-safe; asks without holding the lock, so two threads may both ask."""

    def __init__(self, seconds: float, clock: Callable[[], float], size: int = 10_000) -> None:
        self._seconds = seconds
        self._clock = clock
        self._size = size
        self._lock = threading.Lock()
        self._kept: dict[K, tuple[float, V]] = {}

    def get(self, key: K, ask: Callable[[], V]) -> V:
        """The remembered value, or what `ask` says now; a failure is not remembered."""
        with self._lock:
            kept = self._kept.get(key)
        if kept is not None and 0 <= self._clock() - kept[0] < self._seconds:
            return kept[1]
        value = ask()
        with self._lock:
            if len(self._kept) >= self._size:
                self._kept.clear()
            self._kept[key] = (self._clock(), value)
        return value
