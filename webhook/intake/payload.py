"""Reading a forge's JSON leniently: a value is there in the expected type, or it is None. Only `parse` raises.

The forges' own schemas reject many of their real deliveries, so only the handful of values we need are looked at.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, TypeAlias

Payload: TypeAlias = Mapping[str, Any]

HIGHEST_NUMBER = 2**31 - 1
"""An issue's number fits any database's plain integer."""
HIGHEST_ID = 2**63 - 1


class MalformedError(ValueError):
    """The body is no JSON object."""


def parse(body: bytes) -> Payload:
    """The body's JSON object. Raises `MalformedError`, whose message says nothing of the body."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        raise MalformedError("the body is not JSON") from None
    if not isinstance(found, dict):
        raise MalformedError("the body is no JSON object")
    return found


def is_json(content_type: str | None) -> bool:
    """Whether a `Content-Type` header says JSON."""
    return (content_type or "").partition(";")[0].strip().lower() == "application/json"


def at(payload: Any, *path: str) -> Any:
    """The value at a path of keys, None if any step is missing."""
    for key in path:
        if not isinstance(payload, Mapping):
            return None
        payload = payload.get(key)
    return payload


def text(payload: Any, *path: str) -> str | None:
    """The non-empty text at a path."""
    value = at(payload, *path)
    return value if isinstance(value, str) and value else None


def number(payload: Any, *path: str) -> int | None:
    """The issue number at a path."""
    return _whole(at(payload, *path), HIGHEST_NUMBER)


def account(payload: Any, *path: str) -> int | None:
    """The account id at a path."""
    return _whole(at(payload, *path), HIGHEST_ID)


def time(payload: Any, *path: str) -> datetime | None:
    """The time at a path, in UTC: ISO 8601, or as older GitLabs write it, `2018-01-31 09:30:00 UTC`."""
    value = text(payload, *path)
    try:
        found = datetime.fromisoformat((value or "").replace(" UTC", "+00:00"))
        return found.astimezone(UTC) if found.tzinfo else None
    except (ValueError, OverflowError):
        return None


def texts(payload: Any, key: str, *path: str) -> Iterator[str]:
    """The text at a key of each object in the list at a path."""
    items = at(payload, *path)
    for item in items if isinstance(items, list) else ():
        value = text(item, key)
        if value is not None:
            yield value


def _whole(value: Any, highest: int) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value <= highest else None
