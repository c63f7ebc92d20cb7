"""Webhooks of the sandbox's GitHub: which hooks hear of an event, the payload, headers and signature.

Payloads are a copy of what is so when it happens. GitHub never tries again by itself; the delivery log has it all.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from webhook.sandbox.core import Core
from webhook.sandbox.delivery import Delivery
from webhook.sandbox.github_nouns import Account, App, Hook, Installation, Repository
from webhook.sandbox.github_show import Show
from webhook.sandbox.github_urls import node_id
from webhook.sandbox.github_world import World

PERMISSION_OF_EVENT = {
    "issues": "issues",
    "issue_comment": "issues",
    "label": "metadata",
    "repository": "metadata",
    "public": "metadata",
    "push": "contents",
    "member": "members",
}
"""What an App must be granted to hear of an event (GitHub, "Webhook events and payloads")."""


@dataclass(frozen=True, slots=True)
class Postman:
    """Delivers for one hook."""

    hook: Hook
    timeout: float = 10.0
    """github.com waits 10 seconds."""

    def admits(self, delivery: Delivery) -> bool:
        """Everything that was queued while the hook was active is delivered."""
        del delivery
        return True

    def headers(self, delivery: Delivery) -> Mapping[str, str]:
        """GitHub's headers; a hook without a secret is not signed."""
        kind, target = self.hook.target
        form = self.hook.content_type == "form"
        headers = {
            "Accept": "*/*",
            "Content-Type": "application/x-www-form-urlencoded" if form else "application/json",
            "User-Agent": "GitHub-Hookshot/sandbox",
            "X-GitHub-Delivery": delivery.guid,
            "X-GitHub-Event": delivery.event,
            "X-GitHub-Hook-ID": str(self.hook.id),
            "X-GitHub-Hook-Installation-Target-ID": str(target),
            "X-GitHub-Hook-Installation-Target-Type": kind,
        }
        if self.hook.secret:
            key = self.hook.secret.encode()
            headers["X-Hub-Signature"] = "sha1=" + hmac.new(key, delivery.body, hashlib.sha1).hexdigest()
            headers["X-Hub-Signature-256"] = "sha256=" + hmac.new(key, delivery.body, hashlib.sha256).hexdigest()
        return headers

    def attempted(self, delivery: Delivery) -> None:
        """A failure has no consequence on GitHub."""


class News:
    """Tells hooks what happened."""

    def __init__(self, core: Core, world: World) -> None:
        self._core = core
        self._world = world

    @property
    def show(self) -> Show:
        """Renders with the sandbox's own address: a payload has no client."""
        return Show(self._core.base_url)

    def tell(self, event: str, action: str | None, repository: Repository, sender: Account, **parts: Any) -> None:
        """Tell every hook of the repository and every App installed there. `parts` go into the payload as they are."""
        listeners = list(self._listeners(repository, event))
        if not listeners:
            return
        show = self.show
        payload = {
            **({"action": action} if action else {}),
            **parts,
            "repository": show.repository(repository),
            **self._organisation(show, repository.owner),
            "sender": show.account(sender),
        }
        if event == "push":
            payload["repository"] |= _as_pushed(payload["repository"], repository)
        for hook, installation in listeners:
            whole = payload if installation is None else {**payload, "installation": _reference(installation)}
            self.post(hook, event, action, whole, installation=installation, repository=repository)

    def tell_app(self, app: App, event: str, action: str, installation: Installation, **parts: Any) -> None:
        """Tell an App of its installation; every App hears these."""
        show = self.show
        payload = {
            "action": action,
            "installation": show.installation(installation),
            **parts,
            "sender": show.account(installation.account),
        }
        self.post(app.hook, event, action, payload, installation=installation)

    def post(  # noqa: PLR0913  # an event, where it goes and what it concerns
        self,
        hook: Hook,
        event: str,
        action: str | None,
        payload: Mapping[str, Any],
        *,
        installation: Installation | None = None,
        repository: Repository | None = None,
    ) -> None:
        """Put one payload into one hook's line."""
        if not hook.active or not hook.url:
            return
        text = json.dumps(payload, ensure_ascii=False, separators=(",", ":"))
        body = (urlencode({"payload": text}) if hook.content_type == "form" else text).encode()
        facts = {
            "installation_id": installation.id if installation else None,
            "repository_id": repository.id if repository else None,
        }
        self._core.deliveries.send(Postman(hook), hook.line, hook.url, event, body, action=action, facts=facts)

    def ping(self, hook: Hook, repository: Repository | None = None) -> None:
        """What a new hook gets first."""
        kind, target = hook.target
        payload = {
            "zen": "Responsive is better than fast.",
            "hook_id": hook.id,
            "hook": {
                "type": "App" if kind == "integration" else "Repository",
                "id": hook.id,
                "name": "web",
                "active": hook.active,
                "events": sorted(hook.events),
                "config": {"content_type": hook.content_type, "insecure_ssl": "0", "url": hook.url},
                **({"app_id": target} if kind == "integration" else {}),
            },
        }
        if repository:
            payload["repository"] = self.show.repository(repository)
            payload["sender"] = self.show.account(repository.owner)
        self.post(hook, "ping", None, payload, repository=repository)

    def _listeners(self, repository: Repository, event: str) -> Iterator[tuple[Hook, Installation | None]]:
        for hook in repository.hooks.values():
            if event in hook.events or "*" in hook.events:
                yield hook, None
        for installation in self._world.installations_on(repository):
            granted = PERMISSION_OF_EVENT.get(event, "metadata") in {"metadata", *installation.permissions}
            if event in installation.app.hook.events and granted and installation.suspended_at is None:
                yield installation.app.hook, installation

    def _organisation(self, show: Show, owner: Account) -> dict[str, Any]:
        if owner.kind != "Organization":
            return {}
        url = f"{show.base}/orgs/{owner.login}"
        ends = ("repos", "events", "hooks", "issues", "members{/member}", "public_members{/member}")
        return {
            "organization": {
                "login": owner.login,
                "id": owner.id,
                "node_id": node_id("Organization", owner.id),
                "url": url,
                **{f"{end.partition('{')[0]}_url": f"{url}/{end}" for end in ends},
                "avatar_url": f"{show.base}/avatars/{owner.login}",
                "description": None,
            }
        }


def _reference(installation: Installation) -> dict[str, Any]:
    return {"id": installation.id, "node_id": node_id("Installation", installation.id)}


def _as_pushed(shown: dict[str, Any], repository: Repository) -> dict[str, Any]:
    """What is peculiar to the repository of a `push`: times as numbers, an owner with a name, older keys."""
    return {
        "owner": {**shown["owner"], "name": repository.owner.login, "email": None},
        "created_at": int(repository.created_at),
        "pushed_at": int(repository.pushed_at),
        "stargazers": shown["stargazers_count"],
        "master_branch": repository.default_branch,
    }
