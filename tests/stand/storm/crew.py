"""The processes of the service in a storm: each place is filled again when its process was killed."""

from __future__ import annotations

import threading
import time

from tests.stand.service import Process, Service

STANDSTILL = 7.0
"""Seconds for which a stopped worker stands still: longer than its claims are good for."""


class Crew:
    """One web process and some workers; knows who was killed, and who once stood still."""

    def __init__(self, service: Service, workers: int) -> None:
        self._service = service
        self._web = service.start("web")
        self._workers = [service.start("worker") for _ in range(workers)]
        self._frozen: list[tuple[float, Process]] = []
        self._lock = threading.Lock()
        self.killed = 0
        self.stood_still: list[Process] = []

    def kill_web(self) -> None:
        """Kill the web face, and start another one."""
        self._web.kill()
        self.killed += 1
        self._web = self._service.start("web")

    def kill_worker(self, place: int) -> None:
        """Kill a worker, whatever it is doing, and start another one in its place."""
        self._workers[place].go_on()
        self._workers[place].kill()
        self.killed += 1
        self._workers[place] = self._service.start("worker")

    def stop_worker(self, place: int) -> None:
        """Have a worker stand still for longer than its claims last."""
        worker = self._workers[place]
        worker.stop()
        self.stood_still.append(worker)
        self._frozen.append((time.monotonic() + STANDSTILL, worker))

    def wake(self, *, all_of_them: bool = False) -> None:
        """Let those go on whose time is over."""
        now = time.monotonic()
        for until, worker in list(self._frozen):
            if all_of_them or until <= now:
                worker.go_on()
                self._frozen.remove((until, worker))

    @property
    def alive(self) -> bool:
        """Whether every place is filled."""
        return all(process.running for process in (self._web, *self._workers))
