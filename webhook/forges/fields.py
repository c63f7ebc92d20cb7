"""Reading fields of a forge's JSON: typed, lenient about what is not asked for, silent about what was there.

A field that is missing or of another type is a `ShapeError` naming the field alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final, TypeVar

from webhook.issue import Person

T = TypeVar("T")

GHOST: Final = Person(0, "ghost")
"""Stands where the forge names no account any more."""


class ShapeError(Exception):
    """An answer lacks a field we need, or it is of another type."""


def take(data: Any, key: str, kind: type[T]) -> T:
    """The field's value, of exactly the type asked for (a boolean is no number)."""
    value = data.get(key) if isinstance(data, dict) else None
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise ShapeError(f"no usable {key!r}")
    return value


def text(data: Any, key: str) -> str:
    """A text that may be null or absent: then empty."""
    value = data.get(key) if isinstance(data, dict) else None
    return value if isinstance(value, str) else ""


def moment(data: Any, key: str) -> datetime:
    """An ISO 8601 time, in UTC where it names no zone."""
    try:
        when = datetime.fromisoformat(take(data, key, str))
    except ValueError:
        when = None
    if when is None:
        raise ShapeError(f"no usable {key!r}")
    return when if when.tzinfo else when.replace(tzinfo=UTC)


def person(data: Any, login: str) -> Person | None:
    """An account, its name under the key `login`; None where it is null (gone)."""
    if data is None:
        return None
    return Person(take(data, "id", int), text(data, login))


def names(data: Any, key: str) -> frozenset[str]:
    """Names of labels: plain strings, or objects with a name."""
    values = take(data, key, list)
    return frozenset(each if isinstance(each, str) else take(each, "name", str) for each in values)


def rows(data: Any) -> Sequence[Any]:
    """A list answer."""
    if not isinstance(data, list):
        raise ShapeError("no list")
    return data
