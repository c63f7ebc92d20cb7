"""Stands between the sandbox's deliveries and the contender: collects, forwards side by side as GitHub does, repeats.

The sandbox posts one delivery after the other; GitHub does not wait for one receiver's answer before the next.
Bytes, headers and signature go through untouched, so the same delivery can be made again.
"""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

SIDE_BY_SIDE = 10
TIMEOUT = 10.0
"""Seconds GitHub gives a receiver."""
HOP = frozenset({"host", "connection", "accept-encoding", "content-length"})


@dataclass(frozen=True)
class Delivery:
    """One webhook as it was sent."""

    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    @property
    def kind(self) -> str:
        """Event and action, as `issues.opened`."""
        return f"{self.headers.get('X-GitHub-Event', '')}.{self.payload.get('action', '')}"

    @property
    def payload(self) -> dict[str, Any]:
        """The body's JSON."""
        found: dict[str, Any] = json.loads(self.body)
        return found


class Postbox:
    """Receives at `url` and forwards to `target`, at once or when released."""

    def __init__(self, target: str) -> None:
        self._target = target
        self._holding = False
        self._held: list[Delivery] = []
        self._lock = threading.Lock()
        self._pool = ThreadPoolExecutor(SIDE_BY_SIDE, thread_name_prefix="postbox")
        self._server = _Server(self._receive)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._thread.start()
        self.answers: list[int] = []
        """The contender's statuses in order of arrival; 0 where it gave none."""

    @property
    def url(self) -> str:
        """The hook's address."""
        return f"http://127.0.0.1:{self._server.server_port}/hook"

    def hold(self) -> None:
        """Collect from now on."""
        self._holding = True

    def release(self) -> list[Delivery]:
        """Forward what was collected, and everything from now on; returns what was collected, without waiting."""
        with self._lock:
            held, self._held, self._holding = self._held, [], False
        self.send(held)
        return held

    def take(self) -> list[Delivery]:
        """What was collected so far, without forwarding it."""
        with self._lock:
            held, self._held = self._held, []
        return held

    def send(self, deliveries: Iterable[Delivery]) -> list[Future[None]]:
        """Make deliveries, which may have been made before."""
        return [self._pool.submit(self._forward, one) for one in deliveries]

    def close(self) -> None:
        """Receive and forward no more."""
        self._server.shutdown()
        self._server.server_close()
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _receive(self, delivery: Delivery) -> None:
        with self._lock:
            if self._holding:
                self._held.append(delivery)
                return
        self.send([delivery])

    def _forward(self, delivery: Delivery) -> None:
        connection = http.client.HTTPConnection(self._target, timeout=TIMEOUT)
        status = 0
        try:
            connection.request("POST", "/webhooks/github", delivery.body, dict(delivery.headers))
            status = connection.getresponse().status
        except (OSError, http.client.HTTPException):
            pass  # the forge would write down that it got no answer, and so do we
        finally:
            connection.close()
        with self._lock:
            self.answers.append(status)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, take: Callable[[Delivery], None]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.take = take


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_POST(self) -> None:  # http.server's name
        body = self.rfile.read(int(self.headers["Content-Length"]))
        headers = {name: value for name, value in self.headers.items() if name.lower() not in HOP}
        self.server.take(Delivery(headers, body))
        self.send_response(202)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # http.server's name
        pass
