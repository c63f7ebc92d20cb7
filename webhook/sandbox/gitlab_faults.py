"""The sandbox's faults in GitLab's own words: what a client sees when GitLab, or what stands before it, gives up."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from webhook.sandbox import gitlab_limits
from webhook.sandbox.exchange import Call, Reply
from webhook.sandbox.faults import Fault, FaultKind
from webhook.sandbox.gitlab_answers import html_page
from webhook.sandbox.gitlab_gate import PREFIX, moved_permanently
from webhook.sandbox.gitlab_world import World

USUAL_WAIT = 60.0
REDIRECTS_BY_DEFAULT = 307
REFUSALS: Mapping[FaultKind, Callable[[], Reply]] = {
    FaultKind.FRESH_TOKEN: lambda: Reply(401, {"message": "401 Unauthorized"}),
    FaultKind.NOT_FOUND: lambda: Reply(404, {"message": "404 Not found"}),
}
THROTTLES = frozenset({FaultKind.THROTTLED, FaultKind.PRIMARY_LIMIT, FaultKind.SECONDARY_LIMIT})
"""GitLab's throttle knows one answer, whichever of its limits was passed."""
PAGES = {FaultKind.BAD_GATEWAY: 502, FaultKind.BAD_GATEWAY_HTML: 502, FaultKind.HTML: 200}


def reply(world: World, call: Call, fault: Fault) -> Reply | None:
    """The answer of a fault; None for those a handler acts out: stale reads, and what depends on an age."""
    kind = fault.kind
    if kind in REFUSALS:
        return None if fault.seconds else REFUSALS[kind]()
    if kind is FaultKind.APPLICATION_LIMIT:
        return gitlab_limits.application_limit_reply()
    if kind in THROTTLES:
        return _throttled(call, fault.seconds or USUAL_WAIT)
    if kind in PAGES:
        return html_page(fault.status or PAGES[kind])
    if kind is FaultKind.ERROR:
        return _error(fault.status or 500)
    return _moved(world, call, fault) if kind is FaultKind.MOVED else None


def _throttled(call: Call, seconds: float) -> Reply:
    most = gitlab_limits.API.most
    headers = gitlab_limits.standing_headers(most, most + 1, 0, call.at + seconds, known=True)
    return gitlab_limits.throttle_reply(headers, seconds, call.at)


def _error(status: int) -> Reply:
    """The application's own error is JSON, that of the server before it a page."""
    if status == 500:  # noqa: PLR2004  # the one the application answers itself
        return Reply(500, {"message": "500 Internal Server Error"})
    return html_page(status) if status > 500 else Reply(status, {"message": f"{status} Error"})  # noqa: PLR2004


def _moved(world: World, call: Call, fault: Fault) -> Reply | None:
    """To `location`, or to the same thing by the project's id; None where the path names no project."""
    status = fault.status or REDIRECTS_BY_DEFAULT
    if fault.location:
        return Reply(status, b"", {"location": fault.location}, "text/plain; charset=utf-8")
    parts = call.path.removeprefix(PREFIX).split("/")
    key = parts[1].replace("%2F", "/").replace("%2f", "/") if parts[0] == "projects" and len(parts) > 1 else ""
    project = world.project(key) if key else None
    return moved_permanently(call, project, status) if project else None
