"""From what went wrong on the way, or a status, to a refusal of the port. Pure.

The texts made here hold verb, kind of request and status, never an answer's or a request's words. What only one
forge does (moved issues, fresh tokens) is told apart in its adapter first; the rest is the same for both.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import requests
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from webhook.forges.limits import Wait
from webhook.forges.port import (
    CredentialsError,
    ForgeError,
    GoneError,
    LimitedError,
    NotFoundError,
    RefusedError,
    UnavailableError,
    UncertainError,
)


@dataclass(frozen=True, slots=True)
class Call:
    """A request in words fit for a log: verb and kind of thing, no address, no content."""

    verb: str
    what: str
    harmless: bool = False
    """A POST that changes nothing on the tracker: asking for a token."""

    @property
    def writes(self) -> bool:
        """Whether the request can change something on the tracker."""
        return self.verb != "GET" and not self.harmless

    def __str__(self) -> str:
        return f"{self.verb} {self.what}"


def transport_failure(call: Call, error: Exception) -> ForgeError:
    """No answer came: certain not to have happened if the connection never stood, else uncertain for a write."""
    if not call.writes:
        return UnavailableError(f"{call}: {type(error).__name__}")
    if never_sent(error):
        return UnavailableError(f"{call}: not sent, {type(error).__name__}")
    return UncertainError(f"{call}: {type(error).__name__}")


def never_sent(error: BaseException) -> bool:
    """Whether the failure came before the first byte of the request could leave."""
    return isinstance(error, requests.exceptions.ProxyError) or any(
        isinstance(cause, (NewConnectionError, ConnectTimeoutError, ssl.SSLCertVerificationError, _MALFORMED))
        for cause in _causes(error)
    )


_MALFORMED = (
    requests.exceptions.InvalidURL,
    requests.exceptions.InvalidSchema,
    requests.exceptions.MissingSchema,
    requests.exceptions.InvalidHeader,
)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The failure and what the libraries wrapped into it (`args`, `reason`)."""
    waiting, seen = [error], set[int]()
    while waiting:
        cause = waiting.pop()
        if id(cause) in seen:
            continue
        seen.add(id(cause))
        yield cause
        inner = (*cause.args, getattr(cause, "reason", None))
        waiting += [each for each in inner if isinstance(each, BaseException)]


def answered_failure(call: Call, status: int, wait: Wait | None) -> ForgeError:
    """The refusal an answer's status stands for, where the forges agree."""
    said = f"{call}: HTTP {status}"
    if wait is not None:
        return LimitedError(f"{said}, {wait.kind} limit", seconds=wait.seconds, kind=wait.kind)
    if status in _TIMED_OUT or status >= _SERVER_FAULTS:
        return UncertainError(said) if call.writes else UnavailableError(said)
    return _MEANING.get(status, RefusedError)(said)


_TIMED_OUT: Final = frozenset({408})
_SERVER_FAULTS: Final = 500
_MEANING: Final[Mapping[int, type[ForgeError]]] = {
    401: CredentialsError,
    404: NotFoundError,
    410: GoneError,
    # A lock or a race: not this time, and nothing was done.
    **dict.fromkeys((409, 423, 425), UnavailableError),
    # A redirect is not followed; whoever answers so did nothing.
    **dict.fromkeys(range(300, 400), UnavailableError),
}
"""Everything else below 500 is understood and refused."""


def unreadable(call: Call, why: str) -> ForgeError:
    """A 2xx whose body is not what was promised (HTML, other fields): a write may well have happened."""
    said = f"{call}: unreadable answer, {why}"
    return UncertainError(said) if call.writes else UnavailableError(said)
