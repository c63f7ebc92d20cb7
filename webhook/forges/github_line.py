"""PyGithub's requester over our own guarded connection.

PyGithub builds the request: address under the API's prefix, authorisation, API version, JSON. It is kept from acting
on the answer, where it would follow a transferred issue's 301 into another repository with the comment in hand, take
a 307 for success, sleep on a 202, or fail on an odd rate header after the write took place.
Its DEBUG log holds bodies and installation tokens and is shut for good.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, Final

import requests
from github import Auth, Github
from github.Requester import HTTPSRequestsConnectionClass, RequestsResponse

from webhook.forges.counting import counter
from webhook.forges.exchange import PER_PAGE, Query
from webhook.forges.failures import Call
from webhook.forges.wire import Reply, Wire

API_VERSION: Final = "2022-11-28"
USER_AGENT: Final = "xsa-scope"


class _Silent(RequestsResponse):
    """An answer that gives PyGithub nothing to act upon; ours is in `Wire.reply`."""

    def __init__(self, response: requests.Response) -> None:
        super().__init__(response)
        self.status = requests.codes.ok

    def getheaders(self) -> Any:
        return {}.items()

    def read(self) -> str:
        return ""


class _Connection(HTTPSRequestsConnectionClass):
    """What PyGithub takes for its connection (for either scheme): hands each request to the wire."""

    def __init__(self, wire: Wire) -> None:
        super().__init__("")
        self.session.close()
        self._wire = wire

    def getresponse(self) -> RequestsResponse:
        url = self._wire.origin + self.url
        return _Silent(self._wire.send(self.verb, url, headers=self.headers, data=self.input))

    def close(self) -> None:
        self._wire.close()


class Line:
    """Sends requests with one kind of authorisation. For one thread."""

    def __init__(
        self,
        api_url: str,
        auth: Auth.Auth,
        *,
        timeouts: tuple[float, float],
        run_id: Callable[[], str | None] = lambda: None,
        sent: Callable[[Call], None] = lambda _call: None,
    ) -> None:
        _shut_debug_log()
        self._wire = Wire(api_url, timeouts=timeouts, run_id=run_id, sent=sent, answered=counter("github"))
        self._connection = _Connection(self._wire)
        # No retries (they would POST a comment again) and no pacing: that is the service's budget.
        self._requester = Github(
            auth=auth,
            base_url=api_url.rstrip("/"),
            user_agent=USER_AGENT,
            per_page=PER_PAGE,
            retry=None,
            seconds_between_requests=None,
            seconds_between_writes=None,
            lazy=True,
            api_version=API_VERSION,
        ).requester

    def transmit(self, call: Call, path: str, query: Query | None, body: object | None) -> Reply:
        """One request; the answer as it came. Raises refusals of the port if none came."""
        self._wire.call = call
        self._requester.requestJson(
            call.verb,
            path,
            parameters=dict(query) if query else None,
            headers={"Accept": "application/vnd.github+json"},
            input=body,
            cnx=self._connection,
        )
        return self._wire.reply

    def close(self) -> None:
        """Close the connection."""
        self._requester.close()
        self._connection.close()


def _warnings_only(record: logging.LogRecord) -> bool:
    return record.levelno >= logging.WARNING


def _shut_debug_log() -> None:
    """A filter on top of the level: it stays when somebody turns the whole program to DEBUG."""
    logger = logging.getLogger("github.Requester")
    logger.setLevel(logging.WARNING)
    logger.addFilter(_warnings_only)
