"""The plan of a policy change: every issue decided anew from what is stored of it, and what would change there. Pure.

Issues come one by one, so that a hundred thousand cost time and no memory. The plan's id is a digest of both policies
and of everything it rests on: approve it, and if an answer has changed meanwhile, it is another plan.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field

import scope
from webhook.answers import restore
from webhook.commands import CONTESTED
from webhook.issue import IssueRef
from webhook.resync.migrate import migrated
from webhook.store import Stored, StoredVerdict

ID_DIGITS = 12


@dataclass(frozen=True, slots=True)
class Move:
    """An issue whose labels would change."""

    ref: IssueRef
    before: tuple[str, ...]
    after: tuple[str, ...]
    why: str
    """The old verdict and the new one, with their codes."""


@dataclass(frozen=True, slots=True)
class PolicyPlan:
    """What a policy would change."""

    id: str
    policy: scope.Policy
    issues: int
    """Open issues that were ever read."""
    moves: tuple[Move, ...] = ()
    overridden: tuple[Move, ...] = ()
    """The same of issues under a person's decision: listed, not touched."""
    explained: tuple[IssueRef, ...] = ()
    """Issues that keep their labels and are explained otherwise."""
    unread: tuple[IssueRef, ...] = ()
    """Issues of which no answers are stored: they are read anew."""

    @property
    def concerned(self) -> tuple[IssueRef, ...]:
        """The issues that a relabelling has to visit."""
        return (*(move.ref for move in self.moves), *self.explained, *self.unread)

    @property
    def changes(self) -> int:
        """On how many issues labels would or may change."""
        return len(self.moves) + len(self.unread)


@dataclass(slots=True)
class _Drawing:
    policy: scope.Policy
    digest: hashlib._Hash
    issues: int = 0
    moves: list[Move] = field(default_factory=list)
    overridden: list[Move] = field(default_factory=list)
    explained: list[IssueRef] = field(default_factory=list)
    unread: list[IssueRef] = field(default_factory=list)

    def take(self, one: Stored) -> None:
        self.issues += 1
        rests_on = [str(one.ref), one.answers, one.desired, one.overridden]
        self.digest.update(json.dumps(rests_on, sort_keys=True).encode())
        if one.answers is None:
            self.unread.append(one.ref)
            return
        verdict = scope.assess(self.policy, migrated(self.policy, restore(one.answers)))
        found = StoredVerdict.of(verdict)
        labels = scope.labels_for(self.policy, verdict)
        if one.confirmed and one.verdict is not None and one.verdict.key == found.key:
            labels = tuple(label for label in labels if label != CONTESTED)
        if set(labels) != set(one.desired):
            move = Move(one.ref, one.desired, labels, f"{_told(one.verdict)} -> {_told(found)}")
            (self.overridden if one.overridden else self.moves).append(move)
        elif found != one.verdict and not one.overridden:
            self.explained.append(one.ref)


def draw_up(policy: scope.Policy, issues: Iterable[Stored], *, instead_of: str) -> PolicyPlan:
    """Simulate a policy on stored issues. `instead_of`: the digest of the one in force."""
    drawing = _Drawing(policy, hashlib.sha256(f"{instead_of} {policy.digest}".encode()))
    for one in issues:
        drawing.take(one)
    return PolicyPlan(
        id=drawing.digest.hexdigest()[:ID_DIGITS],
        policy=policy,
        issues=drawing.issues,
        moves=tuple(drawing.moves),
        overridden=tuple(drawing.overridden),
        explained=tuple(drawing.explained),
        unread=tuple(drawing.unread),
    )


def _told(verdict: StoredVerdict | None) -> str:
    if verdict is None:
        return "not decided"
    codes = f" ({', '.join(verdict.codes)})" if verdict.codes else ""
    return f"{verdict.outcome}{codes}{', to be confirmed' if verdict.contested else ''}"
