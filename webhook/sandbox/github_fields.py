"""Reading what a client sent, as strictly as GitHub: types, lengths, missing fields. Each refusal is a 422."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, TypeVar

from webhook.sandbox import github_errors as errors

T = TypeVar("T")

MOST_TITLE = 256
MOST_TEXT = 65_536
"""Characters of a comment; GitHub documents none for issues, the same is taken."""
MOST_LABEL = 50
MOST_DESCRIPTION = 100
MOST_LABELS = 100
"""Labels on one issue (actions/labeler#917)."""
COLOUR = re.compile(r"[0-9A-Fa-f]{6}")


def text(body: Mapping[str, Any], field: str, resource: str, most: int) -> str:
    """A string that must be there and not blank."""
    value = body.get(field)
    if value is None:
        raise errors.invalid(resource, field, "missing_field")
    if not isinstance(value, str):
        raise errors.wrong_type(f"properties/{field}", value, "a string")
    if not value.strip():
        raise errors.invalid(resource, field, "custom", f"{field} cannot be blank")
    return _short(value, field, resource, most)


def optional_text(body: Mapping[str, Any], field: str, resource: str, most: int) -> str | None:
    """A string or null."""
    value = body.get(field)
    if value is None:
        return None
    if not isinstance(value, str):
        raise errors.wrong_type(f"properties/{field}", value, "a string")
    return _short(value, field, resource, most)


def _short(value: str, field: str, resource: str, most: int) -> str:
    if len(value) > most:
        raise errors.invalid(resource, field, "custom", f"{field} is too long (maximum is {most} characters)")
    return value


def label_names(body: Any) -> list[str]:
    """The names in a body of label routes: `{"labels": [...]}`, or the bare list that GitHub still takes."""
    given = body.get("labels", []) if isinstance(body, dict) else body
    if not isinstance(given, list):
        raise errors.wrong_type("properties/labels", given, "an array")
    names = [one.get("name") if isinstance(one, dict) else one for one in given]
    return [label_name(name) for name in names]


def label_name(name: Any) -> str:
    """One label's name, at most 50 characters."""
    if not isinstance(name, str):
        raise errors.wrong_type("items", name, "a string")
    if not name.strip():
        raise errors.invalid("Label", "name", "missing_field")
    return _short(name, "name", "Label", MOST_LABEL)


def colour(body: Mapping[str, Any], default: str) -> str:
    """Six hexadecimal digits without `#`."""
    value = body.get("color", default)
    if not isinstance(value, str) or not COLOUR.fullmatch(value):
        raise errors.invalid("Label", "color")
    return value.lower()


def typed(body: Mapping[str, Any], field: str, wanted: type[T], default: T) -> T:
    """A value of a JSON type, or the default where the field is absent or null."""
    value = body.get(field)
    if value is None:
        return default
    if not isinstance(value, wanted):
        raise errors.wrong_type(f"properties/{field}", value, f"a {wanted.__name__}")
    return value


def items(body: Mapping[str, Any], field: str, wanted: type[T]) -> list[T]:
    """A list of values of one JSON type; empty where the field is absent."""
    values = typed(body, field, list, [])
    for value in values:
        if not isinstance(value, wanted):
            raise errors.wrong_type(f"properties/{field}/items", value, f"a {wanted.__name__}")
    return values


def mapping(body: Mapping[str, Any], field: str) -> dict[str, str]:
    """An object with strings in it; empty where the field is absent."""
    given = typed(body, field, dict, {})
    for key, value in given.items():
        if not isinstance(value, str):
            raise errors.wrong_type(f"properties/{field}/properties/{key}", value, "a string")
    return given
