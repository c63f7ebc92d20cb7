"""The one door through which requests of both client libraries leave, and what they bring back.

It refuses what the libraries would do by themselves: follow redirects (a token or a comment's text would reach
another address), talk to another host than the configured one, wait without end, be used by two threads. Failures of
the connection become refusals of the port here, before any exception that holds a request's body is let out.
Proxies and certificate bundles named in the environment are honoured, as `requests` does; `.netrc` is not read.
What an answer means is `failures`' business.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import urlsplit

import requests
import urllib3

from webhook.forges.failures import Call, transport_failure
from webhook.forges.port import RefusedError, UnavailableError

RUN_HEADER: Final = "X-Xsa-Scope-Run"
"""Names the run a request belongs to, where the caller wants its requests told apart."""

ACCEPTED: Final = 202


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back, whatever its status. Header names in lower case; the text never shows in a `repr`."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    text: str = field(repr=False)

    def json(self) -> Any:
        """The body as JSON; None where it is none."""
        try:
            return json.loads(self.text)
        except ValueError:
            return None

    def message(self) -> str:
        """The forge's own `message`, for telling answers apart; never for showing."""
        data = self.json()
        said = data.get("message") if isinstance(data, dict) else None
        return said if isinstance(said, str) else ""


def _no_credentials_of_its_own(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


class Wire:
    """A kept-alive connection to one forge for one thread. `call` says what the next request is for."""

    def __init__(
        self,
        api_url: str,
        *,
        timeouts: tuple[float, float],
        run_id: Callable[[], str | None] = lambda: None,
        sent: Callable[[Call], None] = lambda _call: None,
        answered: Callable[[Call, int | None], None] = lambda _call, _status: None,
    ) -> None:
        parts = urlsplit(api_url)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username or parts.query:
            raise ValueError("an API address is http(s)://host[:port][/path], without user or query")
        self.origin = f"{parts.scheme}://{parts.netloc}"
        self.session = requests.Session()
        # Proxies and certificates are looked up once: a session looks through the environment for each request.
        found = self.session.merge_environment_settings(self.origin, {}, stream=False, verify=None, cert=None)
        self._way: dict[str, Any] = {"proxies": found["proxies"], "verify": found["verify"], "cert": found["cert"]}
        self._headers = requests.utils.default_headers()
        self.call = Call("GET", "nothing")
        self.reply = Reply(0, {}, "")
        self._timeouts = timeouts
        self._run_id = run_id
        self._sent = sent
        self._answered = answered
        """Told of each request after it went out, with the status that came back; None where no answer did."""
        self._thread: int | None = None

    def send(self, method: str, url: str, **options: Any) -> requests.Response:
        """Send one request, never following a redirect; keeps the answer in `reply`. Raises refusals of the port."""
        self._check(url)
        run = self._run_id()
        if run:
            options["headers"] = {**options.get("headers", {}), RUN_HEADER: run}
        outcome: requests.Response | Exception
        self._sent(self.call)
        try:
            outcome = self._exchange(method, url, **options)
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            outcome = error
        # Raised out here, so that no chained exception carries the request and with it a comment's text.
        if isinstance(outcome, Exception):
            self._answered(self.call, None)
            raise transport_failure(self.call, outcome)
        self._answered(self.call, outcome.status_code)
        self.reply = Reply(outcome.status_code, {k.lower(): v for k, v in outcome.headers.items()}, outcome.text or "")
        if outcome.status_code == ACCEPTED and not self.call.writes:
            # PyGithub would sleep and ask again.
            raise UnavailableError(f"{self.call}: HTTP 202, not ready yet")
        return outcome

    def _exchange(  # noqa: PLR0913  # what the two libraries give
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] = MappingProxyType({}),
        data: Any = None,
        json: Any = None,
        params: Any = None,
        auth: Any = None,
        **_ignored: Any,
    ) -> requests.Response:
        """One exchange through the session's adapter: nothing is followed, kept or looked up."""
        asked = requests.Request(method, url, {**self._headers, **headers}, data=data, json=json, params=params)
        # Anything but None here keeps requests from looking into .netrc.
        asked.auth = auth or _no_credentials_of_its_own
        return self.session.get_adapter(url).send(asked.prepare(), timeout=self._timeouts, **self._way)

    def close(self) -> None:
        """Close the connection."""
        self.session.close()

    def _check(self, url: str) -> None:
        parts = urlsplit(url)
        if f"{parts.scheme}://{parts.netloc}" != self.origin:
            raise RefusedError(f"{self.call}: not an address of the configured forge")
        # PyGithub mixes up the requests of two threads that share a client: rare, and silent.
        here = threading.get_ident()
        self._thread = self._thread or here
        if self._thread != here:
            raise RuntimeError("an adapter belongs to the thread that used it first")
