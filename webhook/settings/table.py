"""The one table of all settings, made from the fields themselves, so that it cannot go stale."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from webhook.settings.base import Section
from webhook.settings.model import Settings


@dataclass(frozen=True, slots=True)
class Row:
    """One setting as the README shows it."""

    key: str
    kind: str
    default: str
    meaning: str


def settings_rows(section: type[Section] = Settings, prefix: str = "") -> Iterator[Row]:
    """Every setting in the order of the file, sections after plain keys as they are declared."""
    for name, field in section.model_fields.items():
        key = prefix + (field.alias or name)
        inner = _inner(field.annotation)
        if inner is not None:
            yield from settings_rows(inner, f"{key}.")
        else:
            yield Row(key, _kind(field.annotation), _default(field), field.description or "")


def settings_table() -> str:
    """The settings as a Markdown table."""
    lines = ["| key | value | default | meaning |", "|---|---|---|---|"]
    lines += [f"| `{r.key}` | {r.kind} | {r.default} | {r.meaning} |" for r in settings_rows()]
    return "\n".join(lines) + "\n"


def _inner(annotation: Any) -> type[Section] | None:
    for candidate in (annotation, *get_args(annotation)):
        if isinstance(candidate, type) and issubclass(candidate, Section):
            return candidate
    return None


def _kind(annotation: Any) -> str:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return " or ".join(f"`{value}`" for value in arguments)
    if origin is tuple:
        return f"list of {_kind(arguments[0])}s"
    if origin in {Union, UnionType}:
        return _kind(next(a for a in arguments if a is not NoneType))
    words = {bool: "true or false", int: "whole number", float: "number", str: "text", SecretStr: "text"}
    return words.get(annotation) or words[arguments[0]]


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "needed"
    value = field.default
    if isinstance(value, SecretStr):
        value = value.get_secret_value()
    if value is None or value in {"", ()}:
        return "none"
    if isinstance(value, tuple):
        return "`[" + ", ".join(f'"{v}"' for v in value) + "]`"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"
