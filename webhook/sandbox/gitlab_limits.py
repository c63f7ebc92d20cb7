"""The limits of GitLab.com that the service has to live with, and the headers that tell of them.

Figures are those of GitLab.com's documentation of 2025; single ones are changed by name with the core's
`limits.configure`. Two kinds behave differently: the API throttle announces itself in `RateLimit-*` headers, the
application limits (notes, issues, resends) answer 429 out of the blue, in JSON and without any header.
Source of both shapes: `Gitlab::RackAttack::RequestThrottleData` and gotsunami/gitlab-copy#52.
"""

from __future__ import annotations

from email.utils import formatdate
from math import ceil

from webhook.sandbox.exchange import Call, RefusalError, Reply
from webhook.sandbox.limits import Limit, Limits, Mode

API = Limit("gitlab-api-minute", 2_000, 60.0, fixed=True)
"""All authenticated requests of one user."""
ANONYMOUS = Limit("gitlab-anonymous-minute", 500, 60.0, fixed=True)
"""Requests without a token."""
NOTES = Limit("gitlab-notes-minute", 60, 60.0, fixed=True)
"""Creation of notes, per user; self-managed instances allow 300."""
ISSUES = Limit("gitlab-issues-minute", 200, 60.0, fixed=True)
"""Creation of issues, per user."""
PROJECT = Limit("gitlab-project-minute", 400, 60.0, fixed=True)
"""`GET /projects/:id`, per user."""
HOOKS = Limit("gitlab-hooks-minute", 500, 60.0, fixed=True)
"""Hook deliveries per top-level namespace (Free; paid plans get 1,600 to 13,000)."""
RESENDS = Limit("gitlab-resends-minute", 5, 60.0, fixed=True)
"""Resends of hook events, per hook and user."""

TOO_MANY = "This endpoint has been requested too many times. Try again later."


def application_limit_reply() -> Reply:
    """429 without any limit header."""
    return Reply(429, {"message": {"error": TOO_MANY}})


def throttle_reply(headers: dict[str, str], seconds: float, now: float) -> Reply:
    """429 of the throttle in front of the application: plain text, and when to come back."""
    wait = max(1, ceil(seconds))
    more = {"Retry-After": str(wait), "RateLimit-ResetTime": formatdate(now + wait, usegmt=True)}
    return Reply(429, b"Retry later\n", headers | more, "text/plain; charset=utf-8")


def is_application_limit(reply: Reply) -> bool:
    """Whether a reply is the refusal of an application limit: those say nothing of the throttle either."""
    return reply.status == application_limit_reply().status and isinstance(reply.body, dict)


def count(limits: Limits, limit: Limit, key: str, call: Call) -> None:
    """Spend one on an application limit. Raises `RefusalError` beyond it, if limits are enforced."""
    if not limits.on:
        return
    spent = limits.take(limit, key, method=call.method, path=call.path)
    if not spent.within and limits.mode is Mode.ENFORCE:
        raise RefusalError(application_limit_reply())


def throttle(limits: Limits, key: str, call: Call) -> None:
    """Spend one on the API throttle of a user, or of all who have no token. Raises `RefusalError` beyond it."""
    if not limits.on:
        return
    spent = limits.take(_throttle_of(key), key, method=call.method, path=call.path)
    if not spent.within and limits.mode is Mode.ENFORCE:
        raise RefusalError(throttle_reply(standing(limits, key), spent.reset_at - call.at, call.at))


def standing(limits: Limits, key: str) -> dict[str, str]:
    """What every answer carries while limits are on; nothing is spent by telling."""
    if not limits.on:
        return {}
    limit = _throttle_of(key)
    spent = limits.take(limit, key, cost=0)
    return standing_headers(limits.most(limit), spent.used, spent.left, spent.reset_at, known=bool(key))


def standing_headers(most: int, used: int, left: int, reset_at: float, *, known: bool) -> dict[str, str]:
    """The `RateLimit-*` headers, as `RequestThrottleData` makes them."""
    return {
        "RateLimit-Name": f"throttle_{'' if known else 'un'}authenticated_api",
        "RateLimit-Limit": str(most),
        "RateLimit-Observed": str(used),
        "RateLimit-Remaining": str(left),
        "RateLimit-Reset": str(ceil(reset_at)),
    }


def _throttle_of(key: str) -> Limit:
    return API if key else ANONYMOUS
