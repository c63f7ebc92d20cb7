"""Project hooks: which hook hears of an event, how a delivery is made, and what failures do to the hook.

Sources, read in GitLab's code: `WebHookService`, `WebHooks::AutoDisabling`, `Gitlab::WebHooks::RecursionDetection`
and `RateLimiter`; the headers of 19.0 from its documentation. What a delivery says is `gitlab_payloads`.
A failed delivery is logged and never tried again; one that finds its hook disabled, over quota or in a loop is
dropped without a trace in the hook's log (`Doorman.dropped` counts them for tests).
"""

from __future__ import annotations

import json
import uuid
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from webhook.sandbox import gitlab_signing
from webhook.sandbox.core import Core
from webhook.sandbox.delivery import Delivery
from webhook.sandbox.gitlab_limits import HOOKS
from webhook.sandbox.gitlab_nouns import Project
from webhook.sandbox.gitlab_world import VERSION
from webhook.sandbox.limits import Mode

Trigger: TypeAlias = Literal["issue_hooks", "confidential_issue_hooks", "note_hooks", "confidential_note_hooks"]
AlertStatus: TypeAlias = Literal["executable", "temporarily_disabled", "disabled"]

FLAGS: dict[Trigger, str] = {
    "issue_hooks": "issues_events",
    "confidential_issue_hooks": "confidential_issues_events",
    "note_hooks": "note_events",
    "confidential_note_hooks": "confidential_note_events",
}
"""What is sent, and the flag of a hook that lets it through. A flag lets through nothing but its own."""

EVENT_NAMES: dict[Trigger, str] = {
    "issue_hooks": "Issue Hook",
    "confidential_issue_hooks": "Confidential Issue Hook",
    "note_hooks": "Note Hook",
    "confidential_note_hooks": "Confidential Note Hook",
}

GRACE = 3
"""Failures in a row that do nothing yet; the next one disables the hook for a minute, doubled each time."""
LAST = 39
"""Failures in a row after which the next one disables the hook for good."""
FIRST_BACKOFF, LONGEST_BACKOFF = 60.0, 86_400.0
CHAIN_LIMIT, CHAIN_MEMORY = 100, 1_800.0


@dataclass(eq=False)
class Hook:
    """A project's webhook. Its secrets are write-only: answers only say whether they are there."""

    id: int
    project_id: int
    url: str
    created_at: float
    flags: dict[str, bool]
    token: str = field(default="", repr=False)
    signing_token: str = field(default="", repr=False)
    name: str | None = None
    description: str | None = None
    enable_ssl_verification: bool = True
    recent_failures: int = 0
    disabled_until: float | None = None

    @property
    def key(self) -> str:
        """The hook's line at the sandbox's post office."""
        return f"gitlab:{self.id}"

    def alert_status(self, now: float) -> AlertStatus:
        """Whether events reach it."""
        if self.recent_failures > LAST:
            return "disabled"
        paused = self.disabled_until is not None and self.disabled_until >= now
        return "temporarily_disabled" if paused and self.recent_failures > GRACE else "executable"

    def succeeded(self) -> None:
        """One success, of a test too, forgives everything."""
        self.recent_failures, self.disabled_until = 0, None

    def failed(self, now: float) -> None:
        """One more failure in a row."""
        if self.alert_status(now) != "executable":
            return
        before, self.recent_failures = self.recent_failures, min(self.recent_failures + 1, LAST + 1)
        if self.recent_failures > GRACE:
            self.disabled_until = now + min(FIRST_BACKOFF * 2.0 ** (before - GRACE), LONGEST_BACKOFF)


class Doorman:
    """Sends events out, and is the `Postman` of every hook's deliveries."""

    def __init__(self, core: Core) -> None:
        self.core = core
        self.hooks: dict[int, Hook] = {}
        self.auto_disable = True
        """GitLab.com disables failing hooks; self-managed instances do it behind a flag that is off by default."""
        self.timeout = 10.0
        """Seconds, as on GitLab.com (`webhook_timeout` elsewhere)."""
        self.dropped: Counter[str] = Counter()
        """Events that went nowhere, by reason: `disabled`, `quota`, `recursion`."""
        self._chains: dict[str, tuple[float, set[int]]] = {}

    def of(self, project: Project) -> list[Hook]:
        """The project's hooks, oldest first."""
        return [hook for hook in self.hooks.values() if hook.project_id == project.id]

    def alert_status(self, hook: Hook) -> AlertStatus:
        """The hook's health as GitLab tells it; always `executable` where nothing is disabled by itself."""
        return hook.alert_status(self.core.clock.now()) if self.auto_disable else "executable"

    def send(self, project: Project, trigger: Trigger, payload: Mapping[str, Any], chain: str) -> None:
        """Tell every hook that listens. `chain` is the event UUID of the request that caused it, empty without one.

        Every hook of one event gets the same body, a copy taken now. The order of the checks is GitLab's: what a
        loop guard stops has been counted against the quota already.
        """
        body = json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()
        for hook in self.of(project):
            if not hook.flags.get(FLAGS[trigger]):
                continue
            if reason := self._refusal(project, hook, chain):
                self.dropped[reason] += 1
                continue
            facts = {"hook_id": hook.id, "trigger": trigger, "event_uuid": chain or str(uuid.uuid4())}
            action = payload["object_attributes"].get("action")
            event = EVENT_NAMES[trigger]
            self.core.deliveries.send(self, hook.key, hook.url, event, body, action=action, facts=facts)

    def _refusal(self, project: Project, hook: Hook, chain: str) -> str:
        if self.alert_status(hook) != "executable":
            return "disabled"
        limits = self.core.limits
        if limits.on:
            spent = limits.take(HOOKS, project.top_namespace, method="HOOK", path=f"/hooks/{hook.id}")
            if not spent.within and limits.mode is Mode.ENFORCE:
                return "quota"
        return "recursion" if chain and self._in_loop(chain, hook) else ""

    def _in_loop(self, chain: str, hook: Hook) -> bool:
        until, called = self._chains.get(chain, (0.0, set()))
        if until < self.core.clock.now():
            return False
        return hook.id in called or len(called) >= CHAIN_LIMIT

    def admits(self, delivery: Delivery) -> bool:
        """Drops what finds its hook deleted or disabled; a resend or a test of it (`force`) goes out all the same."""
        with self.core.lock:
            hook = self.hooks.get(delivery.facts["hook_id"])
            if hook is None:
                return False
            if not delivery.facts.get("force") and self.alert_status(hook) != "executable":
                self.dropped["disabled"] += 1
                return False
            chain = delivery.facts["event_uuid"]
            until, called = self.core.clock.now() + CHAIN_MEMORY, self._chains.get(chain, (0.0, set()))[1]
            self._chains[chain] = (until, called | {hook.id})
            return True

    def headers(self, delivery: Delivery) -> Mapping[str, str]:
        """`Idempotency-Key` and `webhook-id` last over resends, `X-Gitlab-Webhook-UUID` is new each time."""
        with self.core.lock:
            hook = self.hooks.get(delivery.facts["hook_id"])
            token, signing_token = (hook.token, hook.signing_token) if hook else ("", "")
            at = self.core.clock.now()
        return {
            "Content-Type": "application/json",
            "User-Agent": f"GitLab/{VERSION}",
            "Idempotency-Key": delivery.guid,
            "X-Gitlab-Event": delivery.event,
            "X-Gitlab-Webhook-UUID": str(uuid.uuid4()),
            "X-Gitlab-Instance": self.core.base_url,
            "X-Gitlab-Event-UUID": delivery.facts["event_uuid"],
        } | gitlab_signing.headers(token, signing_token, delivery.guid, at, delivery.body)

    def attempted(self, delivery: Delivery) -> None:
        """2xx and redirects are a success; everything else, 4xx too, counts as a failure."""
        with self.core.lock:
            hook = self.hooks.get(delivery.facts["hook_id"])
            if hook is None or not self.auto_disable:
                return
            if 200 <= delivery.status_code < 400:  # noqa: PLR2004  # success and redirection
                hook.succeeded()
            else:
                hook.failed(self.core.clock.now())

    def deliver_now(self, hook: Hook, event: str, body: bytes, facts: Mapping[str, Any], guid: str = "") -> Delivery:
        """A test or a resend: made within the request that asks for it, and its outcome told.

        The sandbox's lock is opened while the receiver answers, or the receiver could not call back.
        """
        delivery = Delivery(
            self.core.next_id(), hook.key, hook.url, event, None, body, guid or str(uuid.uuid4()),
            {"hook_id": hook.id, "force": True, "event_uuid": str(uuid.uuid4()), **facts},
            redelivery=bool(guid), queued_at=self.core.clock.now(),
        )  # fmt: skip
        self.core.lock.release()
        try:
            self.core.deliveries.attempt(delivery, self)
        finally:
            self.core.lock.acquire()
        return delivery
