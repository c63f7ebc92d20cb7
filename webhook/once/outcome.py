"""What became of the issues of one job, in addresses, labels and enumerated answers only."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from webhook.issue import IssueRef
from webhook.plan import Plan

COMMENT = {"create": "created", "edit": "edited", "delete": "deleted"}


@dataclass(frozen=True, slots=True)
class Outcome:
    """One issue: what was found, and what was, or would be, written."""

    ref: IssueRef
    verdict: str = ""
    """`in-scope`, `out-of-scope`, `open`; empty where none was reached."""
    standing: str = ""
    labels: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()
    """Such as `add xsa-candidate`, `remove needs-info`, `comment created`."""
    failed: str = ""
    """The reason code of what went wrong; empty if nothing did."""


@dataclass(frozen=True, slots=True)
class Tally:
    """The whole job."""

    outcomes: tuple[Outcome, ...] = ()
    stopped: str = ""
    """Why the project may not be worked on at all (a reason code); empty if it may."""
    waiting: tuple[str, ...] = field(default=())
    """Reason codes of what the issues left over wait for."""

    @property
    def failed(self) -> bool:
        """Whether anything is left undone."""
        return bool(self.stopped or self.waiting) or any(one.failed for one in self.outcomes)

    @property
    def changes(self) -> int:
        """How many changes were, or would be, made."""
        return sum(len(one.changes) for one in self.outcomes)


def words(changes: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """Changes as the decision log keeps them, in words. A comment's or reaction's id tells nobody anything."""
    verbs = {"label-added": "add", "label-removed": "remove"}
    told = (f"{verbs[kind]} {what}" if kind in verbs else kind.replace("-", " ") for kind, what in changes)
    return tuple(told)


def planned_words(plan: Plan) -> tuple[str, ...]:
    """A plan in the same words."""
    labels = [f"{'add' if change.add else 'remove'} {change.label}" for change in plan.labels]
    comments = [f"comment {COMMENT[change.kind]}" for change in plan.comments]
    return (*labels, *comments, *("reaction" for _ in plan.reactions))
