"""Reading a forge's limit answers: how long it asks us to wait, and which kind of limit spoke. Pure.

Whether an answer is a limit at all is decided here too, because GitHub says it with 403 as often as with 429.
Holding rows back is the work list's business. A missing header is never read as 0, and no wait is below a second
or above six hours, whatever the header says.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Final, Literal

SHORTEST: Final = 1.0
LONGEST: Final = 6 * 3600.0
DEFAULT: Final = 60.0
"""Where the forge does not say: https://docs.github.com/en/rest/using-the-rest-api/best-practices (one minute)."""

_NUMBER: Final = re.compile(r"[0-9]{1,400}(\.[0-9]{0,20})?", re.ASCII)
_A_DELAY: Final = 10_000_000
"""Reset values below this are seconds from now (the IETF draft's meaning), not seconds since 1970."""
_MILLISECONDS: Final = 100_000_000_000
"""Reset values above this are milliseconds since 1970."""

_SPEAKS_OF_A_LIMIT: Final = (
    "rate limit exceeded",
    "secondary rate limit",
    "abuse detection",
    "was submitted too quickly",
    "please retry your request again later",
    "please wait a few minutes before you try again",
)
"""Wordings of GitHub's 403s that ask for patience without any header."""


@dataclass(frozen=True, slots=True)
class Wait:
    """The forge asks for patience: seconds from now, and the kind of limit."""

    seconds: float
    kind: Literal["primary", "secondary", "application"]


def moment_of_answer(headers: Mapping[str, str], otherwise: float) -> float:
    """The forge's own clock when it answered (header `Date`, seconds since 1970); `otherwise` where it is missing."""
    date = _http_date(headers.get("date"))
    return otherwise if date is None else date


def delay(value: str | None, now: float) -> float | None:
    """Seconds that `Retry-After` asks for: a number or an HTTP date. None: missing, negative or unreadable."""
    if value is None:
        return None
    if _NUMBER.fullmatch(value.strip()):
        return float(value)
    date = _http_date(value)
    return None if date is None else max(0.0, date - now)


def until(value: str | None, now: float) -> float | None:
    """Seconds until a reset header's moment: seconds or milliseconds since 1970, or a delay. None as in `delay`."""
    if value is None or not _NUMBER.fullmatch(value.strip()):
        return None
    number = float(value)
    if number < _A_DELAY:
        return number
    if number > _MILLISECONDS:
        number /= 1000
    return max(0.0, number - now)


def github_wait(status: int, headers: Mapping[str, str], message: str, now: float) -> Wait | None:
    """The wait an answer of GitHub asks for, or None if it is no limit. Header names in lower case."""
    spent = headers.get("x-ratelimit-remaining", "").strip() == "0"
    words = message.casefold()
    limited = "retry-after" in headers or spent or any(phrase in words for phrase in _SPEAKS_OF_A_LIMIT)
    if status != 429 and not (status == 403 and limited):  # noqa: PLR2004  # HTTP's own numbers read best
        return None
    primary = spent or words.startswith("api rate limit exceeded")
    reset = until(headers.get("x-ratelimit-reset"), now) if primary else None
    # Both may be there; going by the smaller one would draw the next refusal.
    asked = [said for said in (delay(headers.get("retry-after"), now), reset) if said is not None]
    return Wait(_bounded(max(asked, default=DEFAULT)), "primary" if primary else "secondary")


def gitlab_wait(status: int, headers: Mapping[str, str], now: float) -> Wait | None:
    """The wait an answer of GitLab asks for, or None if it is no limit. Header names in lower case.

    The application limits (say, notes a minute) answer 429 without any limit header, or with one that says there is
    quota left: then it is not the general throttle that refused.
    """
    if status != 429:  # noqa: PLR2004  # as above
        return None
    asked = delay(headers.get("retry-after"), now)
    if asked is not None:
        return Wait(_bounded(asked), "primary")
    if headers.get("ratelimit-remaining", "").strip() != "0":
        return Wait(DEFAULT, "application")
    reset = until(headers.get("ratelimit-reset"), now)
    if reset is None:
        reset = delay(headers.get("ratelimit-resettime"), now)
    return Wait(_bounded(DEFAULT if reset is None else reset), "primary")


def _bounded(seconds: float) -> float:
    return min(max(seconds, SHORTEST), LONGEST)


def _http_date(value: str | None) -> float | None:
    if value is None:
        return None
    try:
        date = parsedate_to_datetime(value)
        return (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
