"""GitHub's rate limits: which requests count towards which, what the headers say, what a refusal looks like.

Documented figures (GitHub, "Rate limits for the REST API"): 5,000 requests an hour; secondary: 900 points a minute
(GET 1, write 5), 80 content-creating requests a minute and 500 an hour. Whether edits of comments and label writes
are "content" GitHub does not say: here creating issues and comments is, and nothing else, unless `strict` is set.
Not simulated: 100 concurrent requests (the sandbox answers one at a time) and CPU seconds.
"""

from __future__ import annotations

import math
import re

from webhook.sandbox.core import Core
from webhook.sandbox.exchange import Call, Reply
from webhook.sandbox.github_errors import error
from webhook.sandbox.limits import Limit, Mode

PRIMARY = Limit("primary", 5000, 3600, fixed=True)
POINTS = Limit("points", 900, 60)
CONTENT_MINUTE = Limit("content-minute", 80, 60)
CONTENT_HOUR = Limit("content-hour", 500, 3600)
CREATES = re.compile(r"/issues(/\d+/comments)?$")
FREE = frozenset({"/rate_limit"})
SECONDARY = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
SECONDARY_DOCS = "https://docs.github.com/rest/overview/rate-limits-for-the-rest-api#about-secondary-rate-limits"


class Quota:
    """Spends each request on the limits of its credential."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self.strict = False
        """Count every write as content."""

    def refusal(self, call: Call, key: str) -> Reply | None:
        """Charge one request; the answer that refuses it, if it is one too many and limits are enforced."""
        limits = self._core.limits
        if not limits.on or call.path in FREE:
            return None
        enforced = limits.mode is Mode.ENFORCE
        if not limits.take(PRIMARY, key, method=call.method, path=call.path).within and enforced:
            return error(403, f"API rate limit exceeded for {key}.")
        for limit, cost in self._secondary(call):
            spent = limits.take(limit, key, cost=cost, method=call.method, path=call.path)
            if not spent.within and enforced:
                return secondary(math.ceil(spent.reset_at - self._core.clock.now()))
        return None

    def _secondary(self, call: Call) -> list[tuple[Limit, int]]:
        charges = [(POINTS, 5 if call.writes else 1)]
        if (call.method == "POST" and CREATES.search(call.path)) or (self.strict and call.writes):
            charges += [(CONTENT_MINUTE, 1), (CONTENT_HOUR, 1)]
        return charges

    def not_charged(self, key: str) -> None:
        """A 304 is free of the primary limit."""
        self._core.limits.give_back(PRIMARY, key)

    def headers(self, key: str) -> dict[str, str]:
        """The `x-ratelimit-*` headers; with limits off nothing is ever used up."""
        standing = self.standing(key)
        return {f"X-RateLimit-{name.capitalize()}": str(standing[name]) for name in standing} | {
            "X-RateLimit-Resource": "core"
        }

    def standing(self, key: str) -> dict[str, int]:
        """limit, remaining, used and reset (seconds since 1970) of the primary limit."""
        limits, now = self._core.limits, self._core.clock.now()
        if not limits.on:
            return {"limit": PRIMARY.most, "remaining": PRIMARY.most, "used": 0, "reset": int(now + 3600)}
        spent = limits.take(PRIMARY, key, cost=0)
        reset = math.ceil(spent.reset_at)
        return {"limit": limits.most(PRIMARY), "remaining": spent.left, "used": spent.used, "reset": reset}


def secondary(retry_after: int) -> Reply:
    """403 of a secondary limit; 0 leaves `Retry-After` out, as GitHub sometimes does."""
    reply = error(403, SECONDARY)
    reply.body["documentation_url"] = SECONDARY_DOCS
    if retry_after:
        reply.headers["Retry-After"] = str(retry_after)
    return reply


def primary(reset_at: int) -> Reply:
    """403 of the primary limit with the headers that go with it."""
    reply = error(403, "API rate limit exceeded for installation.")
    reply.headers |= {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(reset_at)}
    return reply
