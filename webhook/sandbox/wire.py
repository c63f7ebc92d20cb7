"""HTTP/1.1 on the loopback interface: keep-alive, one thread per connection, and the rude ways to end one.

The standard library's server rather than a framework's: the faults need the socket, the routes the path as sent.
"""

from __future__ import annotations

import socket
import sys
import threading
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, TypeAlias

from webhook.sandbox.clock import Clock
from webhook.sandbox.exchange import Call, Reply

Answerer: TypeAlias = Callable[[Call], Reply | None]
"""Answers a call; None closes the connection without a word."""

MOST_BYTES = 30_000_000
NO_BODY = frozenset({HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED})


class Server(ThreadingHTTPServer):
    """Listens on 127.0.0.1; `port` 0 takes a free one."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, port: int, answer: Answerer, clock: Clock) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.answer = answer
        self.clock = clock
        self._open: set[socket.socket] = set()
        self._open_lock = threading.Lock()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def process_request(self, request: Any, client_address: Any) -> None:
        """Remember open connections, so that stopping ends them."""
        with self._open_lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Forget a connection that ended."""
        with self._open_lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hung up is no news; anything else is a fault of ours and is shown."""
        if not isinstance(sys.exception(), ConnectionError | TimeoutError):
            super().handle_error(request, client_address)

    def close(self) -> None:
        """Stop listening and end every open connection."""
        self.shutdown()
        self.server_close()
        with self._open_lock:
            for connection in self._open:
                _hang_up(connection)


class Handler(BaseHTTPRequestHandler):
    """Reads requests off one connection and writes each answer in one piece."""

    server: Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 120
    wbufsize = -1

    def _serve(self) -> None:
        body = self._body()
        if body is None:
            return
        host = self.headers.get("Host") or self.server.url.removeprefix("http://")
        headers = {name.lower(): value for name, value in self.headers.items()}
        call = Call(self.command, self.path, headers, body, f"http://{host}", self.server.clock.now())
        reply = self.server.answer(call)
        if reply is None:
            self.close_connection = True
            _hang_up(self.connection)
            return
        self._send(reply)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = _serve  # noqa: N815  # http.server's names

    def _body(self) -> bytes | None:
        length = int(self.headers.get("Content-Length") or 0)
        if self.headers.get("Transfer-Encoding") or length > MOST_BYTES:
            self.close_connection = True
            self._send(Reply(HTTPStatus.LENGTH_REQUIRED, {"message": "send at most 30 MB, with a length"}))
            return None
        return self.rfile.read(length)

    def _send(self, reply: Reply) -> None:
        content = b"" if reply.status in NO_BODY else reply.encoded()
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        if content:
            self.send_header("Content-Type", reply.content_type)
        if reply.status not in NO_BODY:
            self.send_header("Content-Length", str(len(content)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def date_time_string(self, timestamp: float | None = None) -> str:
        """The `Date` header tells the sandbox's time, which a test may have moved."""
        return super().date_time_string(int(timestamp or self.server.clock.now()))

    def version_string(self) -> str:
        """What stands in the `Server` header."""
        return "xsa-scope-sandbox"

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # http.server's name
        """Nothing: the journal has it, and request lines on the terminal would only be noise."""


def _hang_up(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # it is gone already, which is what we wanted
