"""From an exception to what follows: wait how long, is the whole tracker held, does it count, when is it given up.

Pure: time and chance come in as figures, and what is decided here is carried out in `loop`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from webhook.disclosure import SlowLookError
from webhook.forges.port import (
    CredentialsError,
    ForgeError,
    GoneError,
    LimitedError,
    MovedError,
    NotFoundError,
    NoTrackerError,
    RefusedError,
    UnavailableError,
    UncertainError,
)

_REASONS: Mapping[type[Exception], str] = {
    UncertainError: "forge-uncertain",
    UnavailableError: "forge-unavailable",
    SlowLookError: "forge-unavailable",
    CredentialsError: "forge-credentials",
    RefusedError: "forge-refused",
    NotFoundError: "forge-not-found",
    GoneError: "forge-gone",
    MovedError: "forge-moved",
    NoTrackerError: "not-configured",
    ForgeError: "forge-error",
}


@dataclass(frozen=True, slots=True)
class Retry:
    """How patient the worker is with failures. Times in seconds."""

    first: float = 2.0
    """Wait after the first failure; doubled after each further one."""
    longest: float = 900.0
    attempts: int = 8
    """Failed runs before an issue becomes a dead letter."""
    refused: int = 3
    """The same where the forge said no: few, because trying again rarely changes that."""
    outage: int = 100
    """The same where the forge or its credentials fail: about a day, because it is no fault of the issue."""
    crashes: int = 20
    """Runs that take their process with them, or lose it, before an issue becomes a dead letter. Many, because a
    killed process is charged to every issue it was working on, and most of them are innocent."""
    look_again: float = 5.0
    """After a write that may have happened: what the forge shows sooner may be older than the write."""

    def delay(self, attempt: int, chance: float) -> float:
        """Exponential, between half and all of it by `chance` (0 to 1), so that failures do not march in step."""
        doublings = min(attempt - 1, 30)
        return min(self.longest, self.first * 2.0**doublings) * (0.5 + 0.5 * chance)

    def is_over(self, response: Response, attempt: int, last_reason: str) -> bool:
        """Whether this failure is the last: a patient count is not used up for a failure of another kind."""
        enough = attempt >= response.attempts and last_reason in ("", response.reason)
        return enough or attempt >= max(self.outage, self.attempts)


@dataclass(frozen=True, slots=True)
class Response:
    """What follows from one failed run."""

    reason: str
    attempts: int
    """How many counted failures in a row make a dead letter."""
    hold: float = 0.0
    """Seconds for which all rows of the tracker wait; such a failure does not count."""
    wait: float = 0.0
    """Seconds for which this row waits by our own budget; such a failure does not count, and of the tracker's other
    rows only bulk ones wait with it."""
    at_least: float = 0.0
    """Seconds that pass before the next run, whatever happens meanwhile."""
    expected: bool = True
    """Whether this is how forges fail; anything else is a fault of ours and told loudly."""


def respond(error: Exception, retry: Retry) -> Response:
    """What follows from a run that ended with `error`."""
    if isinstance(error, LimitedError):
        return _limited(error, retry)
    reason = next((reason for kind, reason in _REASONS.items() if isinstance(error, kind)), None)
    match reason:
        case None:
            return Response("unexpected-error", retry.attempts, expected=False)
        case "forge-uncertain":
            return Response(reason, retry.outage, at_least=retry.look_again)
        case "forge-unavailable" | "forge-credentials":
            return Response(reason, retry.outage)
        case "forge-refused" | "not-configured":
            return Response(reason, retry.refused)
        case _:
            return Response(reason, retry.attempts)


def _limited(error: LimitedError, retry: Retry) -> Response:
    if error.kind == "budget":
        return Response("budget", retry.outage, wait=max(error.seconds, 0.1))
    return Response(f"limited-{error.kind}", retry.outage, hold=max(error.seconds, 1.0))
