"""Switches that make the sandbox misbehave as real forges do: which requests are hit, how often, and by what.

Acting a fault out is the server's (`hold`, `cut`, `slow`) or the forge half's (everything with a forge's own
wording, and the reads that lie). All switches are off until a rule is added.
"""

from __future__ import annotations

import itertools
import random
import re
import threading
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class FaultKind(StrEnum):
    """What goes wrong."""

    HOLD = "hold"
    """Hold the connection for `seconds`, then close it; nothing was done."""
    CUT = "cut"
    """Do what was asked, then close the connection without an answer."""
    SLOW = "slow"
    """Answer properly, `seconds` late."""
    ERROR = "error"
    """`status` (default 500) with the forge's JSON; `after=True`: the effect took place all the same."""
    BAD_GATEWAY = "bad_gateway"
    """502 with the forge's JSON."""
    BAD_GATEWAY_HTML = "bad_gateway_html"
    """502 with a page of HTML."""
    HTML = "html"
    """A page of HTML where JSON was asked for, `status` default 200."""
    SECONDARY_LIMIT = "secondary_limit"
    """GitHub: 403 secondary rate limit, with `Retry-After: seconds` unless `seconds` is 0."""
    PRIMARY_LIMIT = "primary_limit"
    """GitHub: 403 with remaining 0 and a reset `seconds` away. GitLab: 429 with its limit headers."""
    THROTTLED = "throttled"
    """GitLab: 429, plain text `Retry later`, `Retry-After: seconds`. GitHub: 429 with `Retry-After`."""
    APPLICATION_LIMIT = "application_limit"
    """GitLab: 429 in JSON without any limit header."""
    FRESH_TOKEN = "fresh_token"  # noqa: S105  # the name of a fault
    """401 for tokens younger than `seconds`."""
    NOT_FOUND = "not_found"
    """404; with `seconds`, only for issues younger than that."""
    STALE = "stale"
    """A read of an issue serves the version before its last change."""
    MOVED = "moved"
    """A redirect with `status` (default 307) to `location`, or to the same thing by its id."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A rule: requests that match, from among them those whose turn it is, and what happens to these."""

    kind: FaultKind
    method: str = ""
    """Regular expression on the whole method; empty matches all."""
    path: str = ""
    """Regular expression searched in the path with its query."""
    skip: int = 0
    """Let the first so many matching requests pass."""
    every: int = 1
    """Hit every so-manieth matching request."""
    times: int = 0
    """Stop after so many hits; 0 goes on until removed."""
    probability: float = 1.0
    """Chance of each hit, drawn from `seed`, so that a run can be repeated."""
    seed: int = 0
    after: bool = False
    """For errors: let the request take effect first, then answer with the error."""
    seconds: float = 0.0
    status: int = 0
    location: str = ""


class _Armed:
    """A rule with its counters."""

    def __init__(self, number: int, fault: Fault) -> None:
        self.number = number
        self.fault = fault
        self.seen = 0
        self.hits = 0
        self._method = re.compile(fault.method or ".*")
        self._path = re.compile(fault.path)
        self._random = random.Random(fault.seed)  # noqa: S311  # repeatable misbehaviour, not a secret

    def turn(self, method: str, target: str) -> bool:
        fault = self.fault
        if (fault.times and self.hits >= fault.times) or not self._method.fullmatch(method):
            return False
        if not self._path.search(target):
            return False
        self.seen += 1
        if self.seen <= fault.skip or (self.seen - fault.skip) % fault.every:
            return False
        if fault.probability < 1 and self._random.random() >= fault.probability:
            return False
        self.hits += 1
        return True


class Faults:
    """The rules in force, in the order they were added; the first whose turn it is wins."""

    def __init__(self) -> None:
        self._armed: list[_Armed] = []
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()

    def add(self, kind: str, **rule: Any) -> int:
        """Arm a rule (`kind` and the fields of `Fault`); returns its number. Raises on unknown kinds and fields."""
        armed = _Armed(next(self._numbers), Fault(FaultKind(kind), **rule))
        with self._lock:
            self._armed.append(armed)
        return armed.number

    def pick(self, method: str, target: str) -> Fault | None:
        """The fault this request gets, if any."""
        if not self._armed:
            return None
        with self._lock:
            return next((armed.fault for armed in self._armed if armed.turn(method, target)), None)

    def remove(self, number: int) -> bool:
        """Disarm one rule; False if there is none of that number."""
        with self._lock:
            before = len(self._armed)
            self._armed = [armed for armed in self._armed if armed.number != number]
            return len(self._armed) < before

    def clear(self) -> None:
        """Disarm all."""
        with self._lock:
            self._armed.clear()

    def listed(self) -> list[dict[str, Any]]:
        """The rules with how often each matched and hit."""
        with self._lock:
            return [{"number": a.number, "seen": a.seen, "hits": a.hits, **asdict(a.fault)} for a in self._armed]
