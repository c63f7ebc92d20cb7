"""What comes at the same time is written in one transaction: one trip to the disk for all web threads of a process.

Whoever comes first writes at once, alone; who comes while that is being written gathers, and the next turn writes for
all of them. Each call returns only when its own part is durable. Nobody waits for company that does not come.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(slots=True, eq=False)
class _Part(Generic[T]):
    item: T
    done: bool = False
    failure: BaseException | None = None


class Together(Generic[T]):
    """Gathers what threads want written. `write` gets all of it at once, and either keeps all or raises."""

    def __init__(self, write: Callable[[Sequence[T]], None]) -> None:
        self._write = write
        self._waiting: list[_Part[T]] = []
        self._gate, self._turn = Lock(), Lock()
        self._process = os.getpid()

    def add(self, item: T) -> None:
        """Have the item written. Raises what the write raised."""
        if self._process != os.getpid():  # another thread of the parent may have held these at the fork
            self._gate, self._turn, self._waiting, self._process = Lock(), Lock(), [], os.getpid()
        mine = _Part(item)
        with self._gate:
            self._waiting.append(mine)
        with self._turn:
            if not mine.done:
                self._write_all()
        if mine.failure is not None:
            raise mine.failure

    def _write_all(self) -> None:
        with self._gate:
            parts, self._waiting = self._waiting, []
        failure: BaseException | None = None
        try:
            self._write([part.item for part in parts])
        except BaseException as error:  # noqa: BLE001  # each thread whose part was in it raises it
            failure = error
        for part in parts:
            part.done, part.failure = True, failure
