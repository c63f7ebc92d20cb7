"""The faults a forge really answers with, each on the requests a test names.

A test sends a list of rules (`PUT /_stand/faults`). The first one that is due strikes; counting begins anew with each
list, so a run can be repeated.

    kind     secondary      403, GitHub's secondary limit, Retry-After `seconds` (left out where 0)
             primary        403, quota spent; so for everything that matches until `seconds` are over
             bad-gateway    502 with a page of HTML, nothing reached the server
             cut            the connection ends without an answer, nothing reached the server
             lost-reply     the server did it, the client sees the 502: naive clients do it a second time
             cut-reply      the server did it, the client sees the connection end
             slow           the server did it, the client waits `seconds` for the answer or goes away before
             unauthorised   401: emulate accepts any token as somebody's, GitHub does not
             hidden         404: emulate answers 403 for what it hides, GitHub 404
    method   read, write, any, or a verb
    path     a regular expression, searched in the path as the client asked for it
    skip     let the first ones that match go by
    every    then strike at each of so many
    times    so often; 0 means without end
"""

from __future__ import annotations

import asyncio
import json
import re
import time
from dataclasses import dataclass, field
from typing import Any

from mitmproxy import http

READS = {"GET", "HEAD"}
REFUSALS = {"secondary", "primary", "bad-gateway", "unauthorised", "hidden"}
KINDS = REFUSALS | {"cut", "lost-reply", "cut-reply", "slow"}
LIMITS = "https://docs.github.com/rest/overview/rate-limits-for-the-rest-api#about-secondary-rate-limits"
PATIENCE = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
UNICORN = "<html><body><h1>502 Bad Gateway</h1></body></html>"


@dataclass
class Fault:
    """One rule and how often it has met and struck."""

    kind: str
    method: str = "any"
    path: str = ""
    skip: int = 0
    every: int = 1
    times: int = 1
    seconds: float = 1
    met: int = field(default=0, init=False)
    struck: int = field(default=0, init=False)
    until: float = field(default=0.0, init=False)

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"no fault is called {self.kind!r}")
        re.compile(self.path)

    def strikes(self, verb: str, path: str) -> bool:
        """Whether it is this request's turn; counts it."""
        if not self._matches(verb) or not re.search(self.path, path):
            return False
        if time.time() < self.until:
            return True
        self.met += 1
        turn = self.met > self.skip and (self.met - self.skip - 1) % self.every == 0
        if not turn or (self.times and self.struck >= self.times):
            return False
        self.struck += 1
        self.until = time.time() + self.seconds if self.kind == "primary" else 0.0
        return True

    def refusal(self) -> http.Response:
        """The answer of a refusal."""
        match self.kind:
            case "secondary":
                after = {"retry-after": f"{self.seconds:.0f}"} if self.seconds else {}
                quota = {"x-ratelimit-limit": "5000", "x-ratelimit-remaining": "4000"}
                return _answer(403, {"message": PATIENCE, "documentation_url": LIMITS}, {**quota, **after})
            case "primary":
                quota = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(int(self.until) + 1)}
                return _answer(403, {"message": "API rate limit exceeded for installation ID 100."}, quota)
            case "unauthorised":
                return _answer(401, {"message": "Bad credentials", "status": "401"}, {})
            case "hidden":
                return _answer(404, {"message": "Not Found", "status": "404"}, {})
            case _:
                return http.Response.make(502, UNICORN, {"content-type": "text/html"})

    def _matches(self, verb: str) -> bool:
        kinds = {"any": True, "read": verb in READS, "write": verb not in READS}
        return kinds.get(self.method, verb == self.method)


class Faults:
    """Strikes at requests on their way in, and at answers on their way out."""

    def __init__(self) -> None:
        self.rules: list[Fault] = []

    def request(self, flow: http.HTTPFlow) -> None:
        if flow.metadata.get("stand"):
            return
        path = flow.metadata["asked"]
        rule = next((rule for rule in self.rules if rule.strikes(flow.request.method, path)), None)
        if rule is None:
            return
        flow.metadata["fault"], flow.metadata["seconds"] = rule.kind, rule.seconds
        if rule.kind in REFUSALS:
            flow.metadata["made-up"] = True
            flow.response = rule.refusal()
        elif rule.kind == "cut":
            flow.kill()

    async def response(self, flow: http.HTTPFlow) -> None:
        match flow.metadata.get("fault"):
            case "lost-reply":
                flow.response = http.Response.make(502, UNICORN, {"content-type": "text/html"})
            case "cut-reply":
                flow.kill()
            case "slow":
                await asyncio.sleep(flow.metadata["seconds"])


def _answer(status: int, body: dict[str, Any], headers: dict[str, str]) -> http.Response:
    return http.Response.make(status, json.dumps(body), {"content-type": "application/json; charset=utf-8", **headers})
