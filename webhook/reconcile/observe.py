"""Look at one issue as the forge shows it now: itself, what was said below it, and who can read it. Nothing else.

Three requests where nothing is unusual: the issue, its comments, the visibility of its project, in this order, so
that the look at the visibility is the freshest when the first write begins.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from webhook.disclosure import Guard, is_private
from webhook.forges.port import Forge
from webhook.issue import Comment, ForgeKind, Issue, Visibility


@dataclass(frozen=True, slots=True)
class Observation:
    """What the forge shows, and the guard that stands before every write of this run."""

    issue: Issue
    comments: tuple[Comment, ...]
    us: frozenset[int]
    guard: Guard

    @property
    def private(self) -> bool:
        """Whether the public cannot read the issue, by the look just taken."""
        return self.guard.private


def observe(
    forge: Forge, kind: ForgeKind, number: int, still_mine: Callable[[], None], now: Callable[[], float]
) -> Observation:
    """Read the issue. Raises the port's `NotFoundError`, `GoneError`, `MovedError` where there is nothing to read."""
    began = now()
    issue = forge.issue(number)
    comments = tuple(forge.comments(number))
    if kind is ForgeKind.GITHUB:
        began = now()
    visibility = forge.visibility()
    guard = Guard(_look(forge, kind, number), still_mine, now)
    guard.saw(private=is_private(issue, visibility), at=began)
    return Observation(issue, comments, forge.us(), guard)


def _look(forge: Forge, kind: ForgeKind, number: int) -> Callable[[], bool]:
    """A fresh look at whether the issue is private, with as few requests as the forge's rules allow."""

    def github() -> bool:
        return forge.visibility() is Visibility.PRIVATE

    def gitlab() -> bool:
        return forge.issue(number).confidential or forge.visibility() is Visibility.PRIVATE

    return github if kind is ForgeKind.GITHUB else gitlab
