"""Desired - observed = the changes, each with its why. Pure, and often empty.

What is desired follows from the verdict, the people's hands and the policy's labels; how changes reach the forge,
and in which order requests go out, is the reconciler's and the adapters'.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

Reaction: TypeAlias = Literal["+1", "confused"]
Why = Literal["verdict", "no-longer-holds", "override", "override-ended", "contested", "person"]


@dataclass(frozen=True, slots=True)
class LabelChange:
    """One label to add or remove, and why."""

    label: str
    add: bool
    why: Why


@dataclass(frozen=True, slots=True)
class CommentChange:
    """The sticky comment is to be written, edited, or (a duplicate of ours) deleted."""

    kind: Literal["create", "edit", "delete"]
    comment: int | None = None
    """Id of the comment to edit or delete."""


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """A comment with commands is to be answered with a reaction."""

    comment: int
    reaction: Reaction


@dataclass(frozen=True, slots=True)
class Desired:
    """What the issue should carry."""

    labels: Mapping[str, Why]
    comment_digest: str
    reactions: Mapping[int, Reaction] = field(default_factory=dict)
    """By comment with commands: understood and permitted, or not."""


@dataclass(frozen=True, slots=True)
class Observed:
    """What the issue carries of ours."""

    labels: frozenset[str]
    """All labels on the issue, in the forge's own spelling."""
    removable: frozenset[str]
    """Those of them that are ours to remove, in the catalogue's spelling."""
    comments: tuple[tuple[int, str], ...]
    """(id, digest) of every comment of ours that bears the marker, oldest first."""
    hands_off: bool = False
    """A person deleted our comment, or edited it a second time, and the verdict is still the one it explained."""
    acknowledged: frozenset[tuple[int, str]] = frozenset()
    """Reactions we gave, by comment. None is ever taken back: where an edit makes a command right, it gets both."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The difference between what should be and what is, in the order it is applied: labels, comment, reactions."""

    labels: tuple[LabelChange, ...]
    comments: tuple[CommentChange, ...]
    reactions: tuple[Acknowledgement, ...] = ()

    @property
    def add(self) -> tuple[str, ...]:
        """Names of labels to add."""
        return tuple(c.label for c in self.labels if c.add)

    @property
    def remove(self) -> tuple[str, ...]:
        """Names of labels to remove."""
        return tuple(c.label for c in self.labels if not c.add)

    @property
    def additions(self) -> Plan:
        """Only what puts a label where none was: no removal, no comment, no reaction."""
        return Plan(tuple(change for change in self.labels if change.add), ())

    def __bool__(self) -> bool:
        return bool(self.labels or self.comments or self.reactions)


def plan(desired: Desired, observed: Observed) -> Plan:
    """Compare. Labels are compared without regard to case, as GitHub does."""
    return Plan(
        tuple(_labels(desired, observed)), tuple(_comments(desired, observed)), tuple(_reactions(desired, observed))
    )


def _labels(desired: Desired, observed: Observed) -> Iterable[LabelChange]:
    present = {name.casefold() for name in observed.labels}
    for name, why in desired.labels.items():
        if name.casefold() not in present:
            yield LabelChange(name, add=True, why=why)
    wanted = {name.casefold() for name in desired.labels}
    for name in sorted(observed.removable):
        if name.casefold() in present and name.casefold() not in wanted:
            yield LabelChange(name, add=False, why="no-longer-holds")


def _comments(desired: Desired, observed: Observed) -> Iterable[CommentChange]:
    if not observed.comments:
        if not observed.hands_off:
            yield CommentChange("create")
        return
    (oldest, digest), *rest = observed.comments
    if digest != desired.comment_digest and not observed.hands_off:
        yield CommentChange("edit", oldest)
    for duplicate, _ in rest:
        yield CommentChange("delete", duplicate)


def _reactions(desired: Desired, observed: Observed) -> Iterable[Acknowledgement]:
    for comment, reaction in desired.reactions.items():
        if (comment, reaction) not in observed.acknowledged:
            yield Acknowledgement(comment, reaction)
