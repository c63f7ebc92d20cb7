"""python-gitlab over our own guarded connection.

It builds addresses, authorisation and JSON, and is kept from acting on answers: following redirects with token and
note in hand, sleeping on a 429, repeating a POST, or raising errors that hold the answer's body and lose its headers.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any, Final

from gitlab import Gitlab
from gitlab._backends.requests_backend import RequestsBackend, RequestsResponse

from webhook.forges.access import GitLabAccess
from webhook.forges.counting import counter
from webhook.forges.exchange import PER_PAGE, Query
from webhook.forges.failures import Call
from webhook.forges.wire import Reply, Wire

USER_AGENT: Final = "xsa-scope"
_SUCCESS: Final = range(200, 300)


class _NoSuccessError(Exception):
    """The answer is no 2xx; it is in `Wire.reply`."""


class _Backend(RequestsBackend):
    """What python-gitlab sends with: hands each request to the wire."""

    def __init__(self, wire: Wire) -> None:
        super().__init__(session=wire.session)
        self._wire = wire

    def http_request(self, method: str, url: str, *args: Any, **options: Any) -> RequestsResponse:
        del args  # python-gitlab names all further arguments
        options.pop("timeout", None)
        response = self._wire.send(method.upper(), url, **options)
        if response.status_code not in _SUCCESS:
            raise _NoSuccessError
        return RequestsResponse(response)


class Line:
    """Sends requests to one GitLab. For one thread."""

    def __init__(self, access: GitLabAccess) -> None:
        url = access.api_url.rstrip("/").removesuffix("/api/v4")
        self._wire = Wire(
            url, timeouts=access.timeouts, run_id=access.run_id, sent=access.sent, answered=counter("gitlab")
        )
        self._gitlab = Gitlab(
            url,
            per_page=PER_PAGE,
            user_agent=USER_AGENT,
            keep_base_url=True,
            retry_transient_errors=False,
            backend=_Backend,
            wire=self._wire,
            oauth_token=access.token if access.sent_as == "bearer" else None,
            private_token=access.token if access.sent_as == "private" else None,
        )

    def transmit(self, call: Call, path: str, query: Query | None, body: Any) -> Reply:
        """One request; the answer as it came. Raises refusals of the port if none came."""
        self._wire.call = call
        with suppress(_NoSuccessError):
            self._gitlab.http_request(
                call.verb.lower(),
                path,
                query_data=dict(query) if query else None,
                post_data=body,
                obey_rate_limit=False,
                retry_transient_errors=False,
                max_retries=0,
            )
        return self._wire.reply

    def close(self) -> None:
        """Close the connection."""
        self._wire.close()
