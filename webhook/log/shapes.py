"""Which keys a log line may have, and the shape of each value. No value can hold white space, so none is a sentence.

A new key belongs here first: an address, an enumerated word, an id, a figure. Never what a person wrote.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any, Final

Check = Callable[[Any], bool]


class UnfitForLogError(Exception):
    """A log line has a key outside the fixed set, or a value that could be prose."""


def _shape(pattern: str) -> Check:
    compiled = re.compile(pattern, re.ASCII)
    return lambda value: isinstance(value, str) and compiled.fullmatch(value) is not None


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _each(check: Check) -> Check:
    return lambda value: isinstance(value, list) and all(check(item) for item in value)


_WORD = _shape(r"[a-z0-9][a-z0-9_.:-]{0,63}")
_ADDRESS = _shape(r"(github|gitlab):[\w./-]{1,255}(#\d{1,19})?")
_NAME = _shape(r"[A-Za-z_][\w.]{0,119}")
_PLACE = _shape(r"[\w./+<>-]{1,160}:\d{1,7}")
_TRACE = _shape(r"[\w.:-]{1,80}")
_LABELS = _each(_shape(r"[A-Za-z0-9_.:-]{1,64}"))

SHAPES: Final[Mapping[str, Check]] = {
    # what happened, and where in the program
    "event": _WORD,
    "level": _WORD,
    "logger": _NAME,
    "timestamp": _shape(r"[0-9T:.+Z-]{10,40}"),
    "at": _PLACE,
    "error": _NAME,
    # whom it concerns: addresses and ids
    "issue": _ADDRESS,
    "tracker": _ADDRESS,
    "comment": _number,
    "delivery": _TRACE,
    "run": _TRACE,
    "owner": _TRACE,
    # enumerated words
    "forge": _WORD,
    "kind": _WORD,
    "reason": _WORD,
    "outcome": _WORD,
    "standing": _WORD,
    "duty": _WORD,
    "lane": _WORD,
    "state": _WORD,
    "labels": _LABELS,
    "added": _LABELS,
    "removed": _LABELS,
    "codes": _LABELS,
    "unfit": _each(_WORD),
    "digest": _shape(r"[0-9a-f]{6,128}"),
    "revision": _TRACE,
    # HTTP: the route as it was declared, never the address that was asked for
    "method": _shape(r"[A-Z]{3,8}"),
    "route": _shape(r"/[\w/<>:.-]{0,119}|none"),
    "status": _number,
    # figures
    "attempt": _number,
    "bytes": _number,
    "code": _number,
    "count": _number,
    "due": _number,
    "generation": _number,
    "number": _number,
    "pid": _number,
    "port": _number,
    "seconds": _number,
    "threads": _number,
    "total": _number,
    "workers": _number,
}
"""Every key a log line may have, and the test its value must pass."""


def plain(key: str, value: Any) -> Any:
    """The value as JSON has it: enumerated values by their word, addresses as text, sets as sorted lists."""
    if isinstance(value, Enum):
        return value.value if isinstance(value.value, str) else value.name.lower()
    if isinstance(value, tuple | list | set | frozenset):
        return sorted(plain("", item) for item in value if isinstance(item, str))
    return str(value) if key in {"issue", "tracker"} else value


def fits(key: str, value: Any) -> bool:
    """Whether a plain value may be written under a key."""
    check = SHAPES.get(key)
    return check is not None and check(value)


def fit_key(key: str) -> str:
    """The key's name if it may itself be written, else a word for "some key"."""
    return key if _WORD(key) else "key"
