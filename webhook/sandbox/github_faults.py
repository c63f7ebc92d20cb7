"""Injected faults in GitHub's words."""

from __future__ import annotations

from webhook.sandbox.exchange import Call, Reply
from webhook.sandbox.faults import Fault, FaultKind
from webhook.sandbox.github_errors import error, moved
from webhook.sandbox.github_quota import primary, secondary
from webhook.sandbox.github_world import World

PAGE = b"<html><body><h1>502 Bad Gateway</h1>The server returned an invalid or incomplete response.</body></html>"
UNICORN = b"<!DOCTYPE html><html><head><title>Unicorn! &middot; GitHub</title></head><body></body></html>"


def fault_reply(world: World, call: Call, fault: Fault) -> Reply | None:
    """The answer for a fault; None for those the handlers act out."""
    kind = fault.kind
    acted = kind is FaultKind.STALE or (kind in {FaultKind.NOT_FOUND, FaultKind.FRESH_TOKEN} and fault.seconds > 0)
    if acted:
        return None
    if kind is FaultKind.MOVED:
        return moved(fault.status or 307, fault.location or call.base_url + other_address(world, call.target)).reply
    return _limited(call, fault) or _broken(fault)


def _limited(call: Call, fault: Fault) -> Reply | None:
    match fault.kind:
        case FaultKind.SECONDARY_LIMIT | FaultKind.APPLICATION_LIMIT:
            return secondary(int(fault.seconds))
        case FaultKind.PRIMARY_LIMIT:
            return primary(int(call.at + fault.seconds))
        case FaultKind.THROTTLED:
            reply = secondary(int(fault.seconds))
            reply.status, reply.body["status"] = 429, "429"
            return reply
        case _:
            return None


def _broken(fault: Fault) -> Reply:
    match fault.kind:
        case FaultKind.BAD_GATEWAY:
            return error(502, "Server Error")
        case FaultKind.BAD_GATEWAY_HTML:
            return Reply(502, PAGE, content_type="text/html")
        case FaultKind.HTML:
            return Reply(fault.status or 200, UNICORN, content_type="text/html; charset=utf-8")
        case FaultKind.NOT_FOUND:
            return error(404, "Not Found")
        case FaultKind.FRESH_TOKEN:
            return error(401, "Bad credentials")
        case _:
            return error(fault.status or 500, "Server Error")


def other_address(world: World, target: str) -> str:
    """The same thing by its repository's id, or by name if it was addressed by id."""
    parts = target.split("/", 4)
    if parts[1] == "repositories":
        _, _, number, *rest = target.split("/", 3)
        repository = world.repositories.get(int(number)) if number.isdigit() else None
        return "/".join(["", "repos", repository.full_name, *rest]) if repository else target
    if parts[1] == "repos" and len(parts) > 3:  # noqa: PLR2004  # "", repos, owner, name
        full_name = f"{parts[2]}/{parts[3]}"
        repository = world.by_name(full_name) or world.formerly(full_name)
        return "/".join(["", "repositories", str(repository.id), *parts[4:]]) if repository else target
    return target
