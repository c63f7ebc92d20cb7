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
    ) -> None:
        """Labels added and removed; our comment's id and digest."""


@dataclass(slots=True)
class Done:
    """What has been carried out so far."""

    changes: list[Change] = field(default_factory=list)
    comment: tuple[int, str] | None = None
    """Id and digest of our comment, if it was written or edited."""


class Spelling:
    """How labels are spelled where they lie. A label in other case is adopted, not made a second time.

    GitHub takes any case for the same label; GitLab may keep both, so requests name the one that is there.
    """

    def __init__(self, names: Iterable[str] = ()) -> None:
        self._exact = frozenset(names)
        self._by_fold = {name.casefold(): name for name in sorted(self._exact)}

    def __contains__(self, name: str) -> bool:
        return name.casefold() in self._by_fold

    def of(self, names: Iterable[str]) -> tuple[str, ...]:
        """The names as they are spelled there; unknown ones as they are."""
        return tuple(name if name in self._exact else self._by_fold.get(name.casefold(), name) for name in names)


class Catalogue:
    """Makes sure the policy's labels are defined on a tracker before one is used. Threads may share one.

    An unknown label is created by the forge itself, grey and without a description, or silently dropped.
    """

    def __init__(self, policy: scope.Policy, now: Callable[[], float]) -> None:
        self._policy, self._now = policy, now
        self._known: dict[str, tuple[float, Spelling]] = {}
        """By tracker: until when a look is trusted, and what it showed."""
        self._lock = Lock()

    def ensure(self, tracker: str, forge: Forge, guard: Guard) -> Spelling:
        """Create what is missing; return how the tracker spells its labels. One request an hour where none is."""
        with self._lock:
            until, spelling = self._known.get(tracker, (float("-inf"), Spelling()))
            if until > self._now():
                return spelling
        spelling = Spelling(label.name for label in forge.label_definitions())
        for label in self._policy.labels.values():
            if label.name not in spelling:
                forge.create_label(LabelDefinition(label.name, label.colour, label.description), guard)
        with self._lock:
            self._known[tracker] = self._now() + LABELS_KNOWN_SECONDS, spelling
        return spelling

    def forget(self, tracker: str) -> None:
        """Look again before the next use: somebody changed the tracker's labels."""
        with self._lock:
            self._known.pop(tracker, None)


@dataclass(frozen=True, slots=True)
class Hand:
    """The hand that writes on one issue: where, past which guard, and who takes note."""

    forge: Forge
    number: int
    guard: Guard
    note: Note
    defined: Spelling = field(default_factory=Spelling)
    """Labels as the tracker spells them."""
    present: Spelling = field(default_factory=Spelling)
    """Labels as the issue carries them."""
    pace: Callable[[Plan], None] = lambda _plan: None
    """Called before the first write: pays for all of them, and may raise `LimitedError`."""

    def apply(self, plan: Plan, body: str, digest: str) -> Done:
        """Carry the plan out. Raises the port's errors, and whatever the guard raises."""
        done = Done()
        self.pace(plan)
        if plan.labels:
            self._labels(plan, done)
        for change in plan.comments:
            self._comment(change, body, digest, done)
        return done

    def _labels(self, plan: Plan, done: Done) -> None:
        add, remove = self.defined.of(plan.add), self.present.of(plan.remove)
        after = self.forge.change_labels(self.number, add, remove, self.guard)
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
