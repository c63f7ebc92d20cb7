"""Hooks and their delivery logs over REST: a repository's, and an App's (which only its JWT may see).

Nothing is delivered again unless it is asked for; an attempt anew keeps the GUID. The log goes back three days.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs

from webhook.sandbox import github_errors as errors
from webhook.sandbox.clock import iso
from webhook.sandbox.delivery import Delivery
from webhook.sandbox.exchange import Call, Reply
from webhook.sandbox.github_access import Need
from webhook.sandbox.github_fields import items, mapping, typed
from webhook.sandbox.github_news import Postman
from webhook.sandbox.github_nouns import Hook, Repository, Role
from webhook.sandbox.github_visit import Desk, Entrance, Visit, json_object, number, paged
from webhook.sandbox.routes import Router

LOG_KEPT = 3 * 86400
"""Seconds; github.com keeps three days, Enterprise Server seven."""
SEE = Need("administration", "read", Role.ADMIN)
SET = Need("administration", "write", Role.ADMIN)


class HookRoutes:
    """Routes of hooks. The delivery log is one code for both kinds of hooks."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def add_routes(self, entrance: Entrance, router: Router) -> None:
        """All of this module."""
        entrance.on("GET", "/hooks", SEE, self._hooks)
        entrance.on("POST", "/hooks", SET, self._create)
        entrance.on("GET", "/hooks/{hook}", SEE, lambda visit: Reply(200, self._shown(visit, _hook(visit))))
        entrance.on("PATCH", "/hooks/{hook}", SET, self._change)
        entrance.on("DELETE", "/hooks/{hook}", SET, self._delete)
        entrance.on("POST", "/hooks/{hook}/pings", SET, self._ping)
        start = "/hooks/{hook}/deliveries"
        entrance.on("GET", start, SEE, lambda visit: self._log(visit.call, _hook(visit)))
        entrance.on("GET", start + "/{delivery}", SEE, lambda visit: self._one(visit.call, _hook(visit)))
        entrance.on("POST", start + "/{delivery}/attempts", SET, lambda visit: self._again(visit.call, _hook(visit)))
        router.add("GET", "/app/hook/config", lambda call: Reply(200, _config(self._apps(call))))
        router.add("PATCH", "/app/hook/config", self._reconfigure)
        router.add("GET", "/app/hook/deliveries", lambda call: self._log(call, self._apps(call)))
        router.add("GET", "/app/hook/deliveries/{delivery}", lambda call: self._one(call, self._apps(call)))
        router.add(
            "POST",
            "/app/hook/deliveries/{delivery}/attempts",
            lambda call: self._again(call, self._apps(call)),
        )

    def _apps(self, call: Call) -> Hook:
        return self._desk.access.the_app(call.notes).hook

    def _log(self, call: Call, hook: Hook) -> Reply:
        """Newest first, paged by `cursor`. `status=failure` means 400 to 599: one without an answer is left out."""
        size = min(max(number(call, "per_page", 30), 1), 100)
        wanted = call.query.get("status", "")
        before = number(call, "cursor", 2**62)
        found = [
            one for one in reversed(self._kept(hook)) if one.id < before and wanted in {"", _outcome(one.status_code)}
        ]
        headers = {}
        if len(found) > size:
            query = f"per_page={size}&cursor={found[size - 1].id}" + (f"&status={wanted}" if wanted else "")
            headers["Link"] = f'<{call.base_url}{call.path}?{query}>; rel="next"'
        return Reply(200, [_item(one) for one in found[:size]], headers)

    def _kept(self, hook: Hook) -> list[Delivery]:
        oldest = self._desk.core.clock.now() - LOG_KEPT
        return [one for one in self._desk.core.deliveries.attempts(hook.line) if one.delivered_at >= oldest]

    def _find(self, call: Call, hook: Hook) -> Delivery:
        wanted = call.args["delivery"]
        for one in self._kept(hook):
            if str(one.id) == wanted:
                return one
        raise errors.not_found()

    def _one(self, call: Call, hook: Hook) -> Reply:
        """One delivery with both bodies."""
        one = self._find(call, hook)
        payload = parse_qs(one.body.decode())["payload"][0] if hook.content_type == "form" else one.body
        request = {"headers": dict(one.request_headers), "payload": json.loads(payload)}
        response = {"headers": dict(one.response_headers), "payload": one.response_body}
        return Reply(200, {**_item(one), "url": one.url, "request": request, "response": response})

    def _again(self, call: Call, hook: Hook) -> Reply:
        """Deliver anew: same GUID and body, the hook's address and secret of now."""
        one = self._find(call, hook)
        self._desk.core.deliveries.send(
            Postman(hook),
            hook.line,
            hook.url,
            one.event,
            one.body,
            action=one.action,
            guid=one.guid,
            facts=one.facts,
            redelivery=True,
        )
        return Reply(202, {})

    def _reconfigure(self, call: Call) -> Reply:
        hook = self._apps(call)
        _configure(hook, json_object(call))
        return Reply(200, _config(hook))

    def _hooks(self, visit: Visit) -> Reply:
        hooks = list(visit.repository.hooks.values())
        return paged(visit.call, hooks, lambda hook: self._shown(visit, hook))

    def _create(self, visit: Visit) -> Reply:
        body = visit.body()
        config = mapping(body, "config")
        if not config.get("url"):
            raise errors.invalid("Hook", "url", "missing_field")
        if any(hook.url == config["url"] for hook in visit.repository.hooks.values()):
            raise errors.invalid("Hook", "base", "custom", "Hook already exists on this repository")
        events = set(items(body, "events", str)) or {"push"}
        kind = config.get("content_type", "form")
        hook = visit.desk.upkeep.add_hook(visit.repository, config["url"], config.get("secret", ""), events, kind)
        hook.active = typed(body, "active", bool, True)
        return Reply(201, self._shown(visit, hook))

    def _change(self, visit: Visit) -> Reply:
        hook, body = _hook(visit), visit.body()
        _configure(hook, mapping(body, "config"))
        hook.active = typed(body, "active", bool, hook.active)
        kept = set(items(body, "events", str)) if "events" in body else hook.events
        hook.events = (kept | set(items(body, "add_events", str))) - set(items(body, "remove_events", str))
        hook.updated_at = visit.call.at
        return Reply(200, self._shown(visit, hook))

    def _delete(self, visit: Visit) -> Reply:
        del visit.repository.hooks[_hook(visit).id]
        return Reply(204)

    def _ping(self, visit: Visit) -> Reply:
        visit.desk.upkeep.ping(_hook(visit), visit.repository)
        return Reply(204)

    def _shown(self, visit: Visit, hook: Hook) -> dict[str, Any]:
        repository: Repository = visit.repository
        url = f"{visit.call.base_url}/repos/{repository.full_name}/hooks/{hook.id}"
        last = next(reversed(visit.desk.core.deliveries.attempts(hook.line)), None)
        return {
            "type": "Repository",
            "id": hook.id,
            "name": "web",
            "active": hook.active,
            "events": sorted(hook.events),
            "config": _config(hook),
            "updated_at": iso(hook.updated_at),
            "created_at": iso(hook.created_at),
            "url": url,
            "test_url": f"{url}/test",
            "ping_url": f"{url}/pings",
            "deliveries_url": f"{url}/deliveries",
            "last_response": {
                "code": last.status_code if last else None,
                "status": "active" if last else "unused",
                "message": last.reason if last else None,
            },
        }


def _hook(visit: Visit) -> Hook:
    given = visit.call.args["hook"]
    hook = visit.repository.hooks.get(int(given)) if given.isdigit() else None
    if hook is None:
        raise errors.not_found()
    return hook


def _config(hook: Hook) -> dict[str, Any]:
    config = {"content_type": hook.content_type, "insecure_ssl": "0", "url": hook.url}
    return {**config, "secret": "********"} if hook.secret else config


def _configure(hook: Hook, config: dict[str, Any]) -> None:
    hook.url = typed(config, "url", str, hook.url)
    hook.secret = typed(config, "secret", str, hook.secret)
    hook.content_type = typed(config, "content_type", str, hook.content_type)


def _outcome(status: int) -> str:
    """`success`, `failure`, or neither where the receiver did not answer."""
    if 200 <= status < 400:  # noqa: PLR2004  # HTTP's figures
        return "success"
    return "failure" if 400 <= status < 600 else "no answer"  # noqa: PLR2004  # HTTP's figures


def _item(one: Delivery) -> dict[str, Any]:
    return {
        "id": one.id,
        "guid": one.guid,
        "delivered_at": iso(one.delivered_at),
        "redelivery": one.redelivery,
        "duration": round(one.seconds, 2),
        "status": one.reason,
        "status_code": one.status_code,
        "event": one.event,
        "action": one.action,
        "installation_id": one.facts.get("installation_id"),
        "repository_id": one.facts.get("repository_id"),
        "throttled_at": None,
    }
