"""One delivery of a webhook, what a forge half has to say about it, and how badly the post may work."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from webhook.sandbox.clock import iso


@dataclass(eq=False)
class Delivery:
    """One attempt to tell one hook of one event. A later attempt for the same event has the same `guid`."""

    id: int
    hook: str
    """Key of the hook's line, unique in the sandbox: `github:7`."""
    url: str
    event: str
    action: str | None
    body: bytes = field(repr=False)
    guid: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    """What the forge half wants to remember with it (ids of repository and installation)."""
    redelivery: bool = False
    queued_at: float = 0.0
    delivered_at: float = 0.0
    """0 until attempted."""
    seconds: float = 0.0
    status_code: int = 0
    """The receiver's answer; 0 where there was none."""
    reason: str = ""
    """`OK`, another reason phrase, or why there was no answer."""
    request_headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    response_headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    response_body: str = field(default="", repr=False)

    def summary(self) -> dict[str, Any]:
        """For the control API: no body, no headers."""
        return {
            "id": self.id,
            "hook": self.hook,
            "guid": self.guid,
            "event": self.event,
            "action": self.action,
            "redelivery": self.redelivery,
            "status_code": self.status_code,
            "reason": self.reason,
            "delivered_at": iso(self.delivered_at) if self.delivered_at else None,
            "seconds": round(self.seconds, 4),
        }


class Postman(Protocol):
    """The forge half's part in a delivery. Called in the hook's thread, so it takes the sandbox's lock itself."""

    @property
    def timeout(self) -> float:
        """Seconds a receiver may take to answer."""

    def admits(self, delivery: Delivery) -> bool:
        """Whether to attempt it now; False drops it without a line in the log (a hook that is disabled)."""

    def headers(self, delivery: Delivery) -> Mapping[str, str]:
        """All headers of this attempt, the signature over `delivery.body` among them."""

    def attempted(self, delivery: Delivery) -> None:
        """It was attempted and is in the log: count failures, disable the hook."""


@dataclass(frozen=True, slots=True)
class Weather:
    """How badly the post works. Probabilities are drawn from `seed`, in the order of the events."""

    duplicate: float = 0.0
    """Chance that a delivery is made twice."""
    drop: float = 0.0
    """Chance that it is never attempted and stands in no log."""
    reorder: float = 0.0
    """Chance that it is held back for `hold` seconds, so that later ones overtake it."""
    hold: float = 0.3
    delay: float = 0.0
    """Seconds every delivery waits."""
    seed: int = 0
