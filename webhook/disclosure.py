"""May we write on this issue? Only if the public cannot read it, as far as the forge says right now; else never.

Pure but for the functions it is given: it decides and refuses, it does not talk to a forge. One guard object
protects the writes of one run: it looks at visibility again when the last look is older than two seconds.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from webhook.issue import ForgeKind, Issue, Visibility

FRESH_SECONDS = 2.0
"""A look at the visibility protects the writes that begin within this many seconds after it."""


LOOKS = 3
"""So often a write looks anew before it is given up: forge or database take longer than a look is good for."""


class PublicError(Exception):
    """The public can read this issue."""


class SlowLookError(Exception):
    """Who can read the issue could not be seen freshly enough to write."""


def is_private(issue: Issue, visibility: Visibility) -> bool:
    """Whether only people with access can read the issue.

    GitHub: the repository must be private (there is no private issue in a public repository; `internal` counts as
    public). GitLab: the issue is confidential, or the project is private.
    """
    if visibility is Visibility.PRIVATE:
        return True
    return issue.ref.forge is ForgeKind.GITLAB and issue.confidential


@dataclass(slots=True)
class Guard:
    """Called right before each write: the run must still own the issue, and the issue must still be private."""

    look: Callable[[], bool]
    """Reads from the forge whether the issue is private now."""
    still_mine: Callable[[], None]
    """Raises when the run has lost its lease."""
    now: Callable[[], float]
    """Monotonic seconds."""
    private: bool = False
    looked_at: float = field(default=float("-inf"))

    def saw(self, *, private: bool, at: float) -> None:
        """Note what a look that *began* at `at` has shown."""
        self.private, self.looked_at = private, at

    def __call__(self) -> None:
        """Raise `PublicError`, `SlowLookError`, or whatever `still_mine` raises, unless the next request may write.

        The age of the look is taken last: a database that answers late must not make it an old one.
        """
        for _ in range(LOOKS):
            if not self._fresh():
                began = self.now()
                self.saw(private=self.look(), at=began)
            if not self.private:
                raise PublicError
            self.still_mine()
            if self._fresh():
                return
        raise SlowLookError

    def _fresh(self) -> bool:
        return self.now() - self.looked_at <= FRESH_SECONDS
