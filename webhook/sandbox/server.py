"""The sandbox as a whole: starts and stops, finds the forge for a path, injects faults, keeps the journal."""

from __future__ import annotations

import threading
import time
from typing import Self

from webhook.sandbox.control import Control
from webhook.sandbox.core import Core, Forge
from webhook.sandbox.exchange import Call, Reply
from webhook.sandbox.faults import Fault, FaultKind
from webhook.sandbox.github import GitHub
from webhook.sandbox.gitlab import GitLab
from webhook.sandbox.wire import Server

CONTROL_PREFIX = "/_sandbox"


class Sandbox:
    """A small GitHub and GitLab in memory, listening on 127.0.0.1 from `start()` (or `with`) until `stop()`.

    `port` 0 takes a free one. With a `lifetime` (seconds) it stops by itself.
    """

    def __init__(self, port: int = 0, *, lifetime: float | None = None) -> None:
        self.core = Core()
        self.github = GitHub(self.core)
        self.gitlab = GitLab(self.core)
        self.forges: tuple[Forge, ...] = (self.gitlab, self.github)
        self.control = Control(self.core, self.forges)
        self.ended = threading.Event()
        """Set once it has stopped."""
        self._stopping = threading.Event()
        self._stop_lock = threading.Lock()
        self._server = Server(port, self.answer, self.core.clock)
        self.core.base_url = self._server.url
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, name="sandbox", daemon=True
        )
        self._timer = threading.Timer(lifetime, self.stop) if lifetime is not None else None

    @property
    def url(self) -> str:
        """GitHub's API is at this address; it is also GitLab's, whose API is under `/api/v4`."""
        return self._server.url

    def start(self) -> Self:
        """Begin to serve; returns itself."""
        self._thread.start()
        if self._timer:
            self._timer.daemon = True
            self._timer.start()
        return self

    def stop(self) -> None:
        """End connections and threads. Doing so twice is fine."""
        with self._stop_lock:
            if self.ended.is_set():
                return
            self._stopping.set()
            if self._timer:
                self._timer.cancel()
            self._server.close()
            self.core.deliveries.close()
            self.ended.set()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def answer(self, call: Call) -> Reply | None:
        """Answer one request; None hangs up."""
        if call.path.startswith(CONTROL_PREFIX):
            return self.control.answer(call)
        started = time.monotonic()
        forge = next(forge for forge in self.forges if call.path.startswith(forge.prefix))
        fault = self.core.faults.pick(call.method, call.target)
        reply = self._faulty(forge, call, fault) if fault else self._plain(forge, call)
        self.core.journal.record(
            forge.name,
            call,
            status=reply.status if reply else 0,
            fault=fault.kind if fault else "",
            seconds=time.monotonic() - started,
        )
        return reply

    def _plain(self, forge: Forge, call: Call) -> Reply:
        with self.core.lock:
            return forge.finish(call, forge.answer(call))

    def _faulty(self, forge: Forge, call: Call, fault: Fault) -> Reply | None:
        if fault.kind is FaultKind.HOLD:
            self._stopping.wait(fault.seconds)
            return None
        if fault.kind is FaultKind.SLOW:
            self._stopping.wait(fault.seconds)
            return self._plain(forge, call)
        if fault.kind is FaultKind.CUT:
            self._plain(forge, call)
            return None
        with self.core.lock:
            if fault.after:
                forge.answer(call)
            call.fault = fault
            reply = forge.fault_reply(call, fault)
            return forge.finish(call, reply if reply is not None else forge.answer(call))
