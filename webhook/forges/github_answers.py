"""What is peculiar to GitHub's answers: limits said with 403, transferred issues, renamed repositories. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from webhook.forges.failures import Call, answered_failure
from webhook.forges.limits import github_wait, moment_of_answer
from webhook.forges.port import ForgeError, MovedError, RefusedError
from webhook.forges.wire import Reply

MOVED_PERMANENTLY: Final = 301
GONE: Final = 410

_BY_ID: Final = re.compile(r"/repositories/(\d+)(?=/|$)", re.ASCII)
_BY_NAME: Final = re.compile(r"/repos/([^/]+/[^/]+)(?=/|$)")


@dataclass(frozen=True, slots=True)
class Home:
    """The repository an adapter speaks for: the number that stays, and the name it goes by now."""

    id: int
    name: str

    def holds(self, address: str) -> bool:
        """Whether an API address lies within this repository."""
        path = urlsplit(address).path
        by_id, by_name = _BY_ID.search(path), _BY_NAME.search(path)
        if by_id:
            return int(by_id[1]) == self.id
        return by_name is not None and by_name[1].casefold() == self.name.casefold()


def refusal(call: Call, reply: Reply, now: float, home: Home | None = None) -> ForgeError:
    """The refusal an answer of GitHub stands for.

    A redirect into another repository is a transferred issue. One within ours (by the new name, after renaming) or
    a 307 did nothing and is worth another try.
    """
    message = reply.message()
    wait = github_wait(reply.status, reply.headers, message, moment_of_answer(reply.headers, now))
    if wait is None and reply.status == MOVED_PERMANENTLY and home is not None:
        if not home.holds(reply.headers.get("location", "")):
            return MovedError(f"{call}: HTTP 301, in another repository now")
    elif wait is None and reply.status == GONE and "disabled" in message.casefold():
        # Not a deleted issue: the repository's issues are switched off.
        return RefusedError(f"{call}: HTTP 410, issues are disabled")
    return answered_failure(call, reply.status, wait)


def renamed_to(reply: Reply) -> str | None:
    """Where a request by name is sent after the repository was renamed: its path by number, on the same forge."""
    if reply.status != MOVED_PERMANENTLY:
        return None
    path = urlsplit(reply.headers.get("location", "")).path
    found = re.search(r"/repositories/\d+(/installation)?$", path, re.ASCII)
    return found[0] if found else None
