"""The sandbox's time: real time plus an offset that a test may move, so that tokens expire without waiting."""

from __future__ import annotations

import time
from datetime import UTC, datetime


class Clock:
    """Seconds since 1970, never going back by itself."""

    def __init__(self) -> None:
        self.offset = 0.0

    def now(self) -> float:
        """The time now, in seconds since 1970."""
        return time.time() + self.offset

    def advance(self, seconds: float) -> float:
        """Move the clock on (or back, if negative); returns the new time.

        Clients keep their own: an App whose clock is more than ten minutes behind is refused its JWT. To end its
        tokens without that, there is `github.expire_installation_tokens`.
        """
        self.offset += seconds
        return self.now()


def iso(at: float, *, milliseconds: bool = False) -> str:
    """A time as forges write it: `2026-11-23T02:00:00Z` (GitHub), with milliseconds on GitLab.

    >>> iso(1795399200.25), iso(1795399200.25, milliseconds=True)
    ('2026-11-23T02:00:00Z', '2026-11-23T02:00:00.250Z')
    """
    moment = datetime.fromtimestamp(at, UTC)
    text = moment.isoformat(timespec="milliseconds" if milliseconds else "seconds")
    return text.replace("+00:00", "Z")


def parse(text: str) -> float:
    """The reverse of `iso`; also takes an offset, and no offset as UTC. Raises `ValueError`.

    >>> parse("2026-11-23T02:00:00Z") == parse("2026-11-23T03:00:00+01:00") == parse("2026-11-23T02:00:00")
    True
    """
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
