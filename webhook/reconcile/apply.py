"""Carry a plan out: label changes first, the comment second, reactions last; effects are noted once confirmed.

The guard stands before every request that writes. A write whose fate is unknown ends the run; the next one looks
before it writes again. Only a reaction is a courtesy: it may be given twice without a trace, and its failure is
none of the run's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Protocol

from webhook.disclosure import Guard
from webhook.forges.port import Forge, NotFoundError, RefusedError, UnavailableError, UncertainError
from webhook.log import logger
from webhook.plan import Acknowledgement, CommentChange, Plan
from webhook.reconcile.catalogue import Spelling
from webhook.store import Change

REACTION_TRIES = 2
"""So often a reaction is given whose fate is unknown; then it is taken for given."""

_log = logger(__name__)


class Note(Protocol):
    """Notes labels once the forge has confirmed them, so that a crash right after does not make them a stranger's.

    Our comment needs no such note: the next run finds it by its author and its marker.
    """

    def __call__(self, *, added: Iterable[str] = (), removed: Iterable[str] = ()) -> None:
        """Labels added and removed."""


@dataclass(slots=True)
class Done:
    """What has been carried out so far."""

    changes: list[Change] = field(default_factory=list)
    comment: tuple[int, str] | None = None
    """Id and digest of our comment, if it was written or edited."""


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
        for acknowledgement in plan.reactions:
            self._react(acknowledgement, done)
        return done

    def _labels(self, plan: Plan, done: Done) -> None:
        add, remove = self.defined.of(plan.add), self.present.of(plan.remove)
        after = self.forge.change_labels(self.number, add, remove, self.guard)
        self.note(added=plan.add, removed=plan.remove)
        done.changes += [("label-added" if c.add else "label-removed", c.label) for c in plan.labels]
        present = {name.casefold() for name in after}
        missing = [name for name in plan.add if name.casefold() not in present]
        if missing:
            raise RefusedError("a label was accepted and not set: is it archived?", labels=missing)

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

    def _react(self, one: Acknowledgement, done: Done) -> None:
        """Acknowledge a comment. A comment that is gone, or on which nobody may react, is done with."""
        for _ in range(REACTION_TRIES):
            try:
                self.forge.react(self.number, one.comment, one.reaction, self.guard)
            except (UncertainError, UnavailableError):
                continue
            except (NotFoundError, RefusedError):
                break
            done.changes.append(("reaction", str(one.comment)))
            return
        _log.info("run.no-reaction", comment=one.comment)
