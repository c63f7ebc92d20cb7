"""Does the configured policy load? Its file is read and proved again only after it changed."""

from __future__ import annotations

from pathlib import Path
from typing import Final, TypeAlias

import scope
from webhook.health.checks import Finding
from webhook.store import PolicyStamp

Mark: TypeAlias = tuple[int, int, int] | None
"""What tells one content of a file from another, cheaply; None for what is no file."""

NAME: Final = "policy"


class PolicyCheck:
    """The policy that the settings name. Threads may share one."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._found: tuple[Mark, Finding, PolicyStamp | None] | None = None

    def look(self) -> tuple[Finding, PolicyStamp | None]:
        """Whether it loads, and which it is."""
        mark = self._mark()
        known = self._found
        if known is None or known[0] != mark:
            known = self._found = (mark, *self._load())
        return known[1:]

    def _load(self) -> tuple[Finding, PolicyStamp | None]:
        try:
            policy = scope.load_policy(self._source)
        except scope.PolicyError as error:
            return Finding(NAME, well=False, hint=f"The policy cannot be used: {error}"), None
        facts = {"id": policy.id, "version": policy.version, "digest": policy.digest}
        return Finding(NAME, well=True, facts=facts), PolicyStamp(**facts)

    def _mark(self) -> Mark:
        try:
            found = Path(self._source).stat()
        except (OSError, ValueError):
            return None
        return found.st_ino, found.st_mtime_ns, found.st_size
