"""Carry a plan out, label changes first and the comment second, each effect noted as soon as the forge confirms it.

The guard stands before every request that writes. A write whose fate is unknown ends the run; the next one looks
before it writes again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from threading import Lock
from typing import Protocol

import scope
from webhook.disclosure import Guard
from webhook.forges.port import Forge, RefusedError
from webhook.issue import LabelDefinition
from webhook.plan import CommentChange, Plan
from webhook.store import Change

LABELS_KNOWN_SECONDS = 3600.0
"""How long a look at a tracker's label definitions is trusted."""


class Note(Protocol):
    """Notes an effect that the forge has confirmed."""

    def __call__(
        self, *, added: Iterable[str] = (), removed: Iterable[str] = (), comment: tuple[int, str] | None = None
    ) -> None: ...


@dataclass(slots=True)
class Done:
    """What has been carried out so far."""

    changes: list[Change] = field(default_factory=list)
    comment: tuple[int, str] | None = None
    """Id and digest of our comment, if it was written or edited."""


class Catalogue:
    """Makes sure the policy's labels are defined on a tracker before one is used. Threads may share one.

    An unknown label is created by the forge itself, grey and without a description, or silently dropped.
    """

    def __init__(self, policy: scope.Policy, now: Callable[[], float]) -> None:
        self._policy, self._now = policy, now
        self._known_until: dict[str, float] = {}
        self._lock = Lock()

    def ensure(self, tracker: str, forge: Forge, guard: Guard) -> None:
        """Create what is missing. One request an hour where nothing is."""
        with self._lock:
            if self._known_until.get(tracker, float("-inf")) > self._now():
                return
        defined = {label.name.casefold() for label in forge.label_definitions()}
        for label in self._policy.labels.values():
            if label.name.casefold() not in defined:
                forge.create_label(LabelDefinition(label.name, label.colour, label.description), guard)
        with self._lock:
            self._known_until[tracker] = self._now() + LABELS_KNOWN_SECONDS

    def forget(self, tracker: str) -> None:
        """Look again before the next use: somebody changed the tracker's labels."""
        with self._lock:
            self._known_until.pop(tracker, None)


@dataclass(frozen=True, slots=True)
class Hand:
    """The hand that writes on one issue: where, past which guard, and who takes note."""

    forge: Forge
    number: int
    guard: Guard
    note: Note

    def apply(self, plan: Plan, body: str, digest: str) -> Done:
        """Carry the plan out. Raises the port's errors, and whatever the guard raises."""
        done = Done()
        if plan.labels:
            self._labels(plan, done)
        for change in plan.comments:
            self._comment(change, body, digest, done)
        return done

    def _labels(self, plan: Plan, done: Done) -> None:
        after = self.forge.change_labels(self.number, plan.add, plan.remove, self.guard)
        self.note(added=plan.add, removed=plan.remove)
        done.changes += [("label-added" if c.add else "label-removed", c.label) for c in plan.labels]
        present = {name.casefold() for name in after}
        if any(name.casefold() not in present for name in plan.add):
            raise RefusedError("a label was accepted and not set: is it archived?")

    def _comment(self, change: CommentChange, body: str, digest: str, done: Done) -> None:
        if change.kind == "create":
            written = self.forge.create_comment(self.number, body, self.guard)
            done.changes.append(("comment-created", str(written)))
        elif change.comment is not None and change.kind == "edit":
            self.forge.edit_comment(self.number, change.comment, body, self.guard)
            written = change.comment
            done.changes.append(("comment-edited", str(written)))
        elif change.comment is not None:
            self.forge.delete_comment(self.number, change.comment, self.guard)
            done.changes.append(("comment-deleted", str(change.comment)))
            return
        else:
            raise ValueError("an edit and a deletion name their comment")
        done.comment = (written, digest)
        self.note(comment=done.comment)
