"""One HTTP exchange as a forge half sees it: the call that came in, the reply that goes out, a refusal on the way.

Sockets, threads and JSON encoding are the server's; what an answer must look like is the forge half's.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

if TYPE_CHECKING:
    from webhook.sandbox.faults import Fault

WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})


class BadJsonError(Exception):
    """The request body is not JSON. The forge half words the answer."""


@dataclass
class Call:
    """A request. `headers` have lower-case names; `target` is what stood in the request line, still encoded."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    base_url: str
    """`http://host:port` as the client addressed us: links in answers start with it."""
    at: float
    """The sandbox's time in seconds since 1970 when the request came."""
    args: dict[str, str] = field(default_factory=dict)
    """Decoded parts of the path, by the names of the route."""
    fault: Fault | None = None
    """A fault the forge half has to act out itself (a stale read, say)."""
    notes: Any = None
    """Whatever the forge half's `admit` leaves for its handlers and for `finish`; None where `admit` did not run."""
    who: str = "anonymous"
    """For the journal: login or name of the credential, never a secret. Set by `Forge.admit`."""

    @cached_property
    def path(self) -> str:
        """The path, still percent-encoded, without the query."""
        return urlsplit(self.target).path

    @cached_property
    def query(self) -> dict[str, str]:
        """Query parameters; the last of several with one name wins."""
        return dict(self.query_items)

    @cached_property
    def query_items(self) -> list[tuple[str, str]]:
        """All query parameters in order (`labels[]=a&labels[]=b`)."""
        return parse_qsl(urlsplit(self.target).query, keep_blank_values=True)

    @property
    def writes(self) -> bool:
        """Whether the method asks for a change."""
        return self.method in WRITES

    @cached_property
    def json(self) -> Any:
        """The body read as JSON; None when empty. Raises `BadJsonError`."""
        if not self.body:
            return None
        try:
            return json.loads(self.body)
        except ValueError as error:
            raise BadJsonError from error


@dataclass
class Reply:
    """An answer. `body` is sent as JSON, or as it is when it is `bytes`; None sends nothing."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str = "application/json; charset=utf-8"

    def encoded(self) -> bytes:
        """The bytes that go on the wire."""
        if self.body is None:
            return b""
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body, ensure_ascii=False).encode()


class RefusalError(Exception):
    """The forge says no: raise it anywhere below `Forge.answer`, its reply is what the client gets."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(f"status {reply.status}")
        self.reply = reply
