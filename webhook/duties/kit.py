"""What a duty is given to do its work with: the tracker's adapter, the store, the clock, and the guard of writes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from webhook.disclosure import Guard
from webhook.forges.port import Forge
from webhook.issue import ForgeKind, IssueRef, Visibility
from webhook.store import Lane, LeaseLostError, Store, TrackerRef


class Names(Protocol):
    """Some labels, whatever their case."""

    def __contains__(self, name: str, /) -> bool: ...


class Labels(Protocol):
    """Sees to it that the policy's labels are defined on a tracker."""

    def ensure(self, tracker: str, forge: Forge, guard: Guard) -> Names:
        """Define what is missing; returns the names that were there."""

    def forget(self, tracker: str) -> None:
        """Believe no earlier look."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the operator or the policy has chosen, the same for all trackers."""

    managed: frozenset[str]
    """The policy's labels."""
    keep_answers: timedelta
    """How long answers of a closed issue are kept."""
    public_url: str = ""
    """Where this service's hooks point to; empty if not configured."""


@dataclass(slots=True)
class Memory:
    """What duties remember between runs in one process only; forgetting it costs a few requests."""

    looked_back_to: dict[TrackerRef, datetime] = field(default_factory=dict)
    """By tracker: all older deliveries are settled."""


@dataclass(frozen=True, slots=True)
class Kit:
    """One tracker, and the means to look after it."""

    tracker: TrackerRef
    forge: Forge
    store: Store
    labels: Labels
    chosen: Chosen
    memory: Memory
    is_mine: Callable[[], bool]
    """Whether the claim still holds."""
    now: Callable[[], datetime]
    monotonic: Callable[[], float]

    def still_mine(self) -> None:
        """Raise `LeaseLostError` if somebody else does these duties by now."""
        if not self.is_mine():
            raise LeaseLostError

    def guard(self) -> Guard:
        """Stands before every write on the tracker itself.

        GitHub: the repository must be private. On GitLab only issues are confidential: a public project's labels are
        there for all to see, and their names give nothing away.
        """
        on_github = self.tracker.forge is ForgeKind.GITHUB
        return Guard(
            lambda: not on_github or self.forge.visibility() is Visibility.PRIVATE, self.still_mine, self.monotonic
        )

    def mark(self, number: int, *, event: str, changed_at: datetime | None = None) -> None:
        """Let the issue be looked at, behind all that people are waiting for."""
        ref = IssueRef(self.tracker.forge, self.tracker.project, number)
        self.store.mark(ref, event=event, delivery="", now=self.now(), lane=Lane.BULK, changed_at=changed_at)
