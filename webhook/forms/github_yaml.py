"""GitHub issue form files (YAML) -> a form description. Checks only what reading needs; GitHub checks the rest."""

from __future__ import annotations

import re
from typing import Any

import yaml

from webhook.forms.description import FieldDescription, FormDescription, FormError, Kind

_KINDS: dict[str, Kind] = {
    "input": "line",
    "textarea": "text",
    "upload": "text",  # how uploads are rendered is not documented: anything may stand there
    "checkboxes": "ticks",
}


def description_from_github_yaml(text: str) -> FormDescription:
    """Read an issue form file. A field without an id gets its label in snake case, as GitHub's own parser does.

    Raises:
        FormError: no YAML, no `body` list, or a field that cannot be read.
    """
    try:
        form = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise FormError(f"not YAML: {error}") from error
    body = form.get("body") if isinstance(form, dict) else None
    if not isinstance(body, list):
        raise FormError("the form has no list called `body`")
    elements = [_element(number, element) for number, element in enumerate(body)]
    return FormDescription(id="", fields=tuple(field for field in elements if field is not None))


def _element(number: int, element: Any) -> FieldDescription | None:
    where = f"body[{number}]"
    if not isinstance(element, dict):
        raise FormError(f"{where} is no mapping")
    if element.get("type") == "markdown":
        return None
    attributes = element.get("attributes")
    if not isinstance(attributes, dict) or not isinstance(attributes.get("label"), str | int | float):
        raise FormError(f"{where} has no label")
    label = str(attributes["label"])
    kind = _kind(where, element.get("type"), multiple=attributes.get("multiple") is True)
    options = attributes.get("options", []) if kind in ("single", "multiple", "ticks") else []
    if not isinstance(options, list):
        raise FormError(f"{where}: `options` is no list")
    return FieldDescription(
        id=str(element.get("id") or snake(label)),
        kind=kind,
        label=label,
        options=tuple(_option(where, option) for option in options),
        render=str(attributes.get("render") or "") if kind == "text" else "",
    )


def _kind(where: str, name: Any, *, multiple: bool) -> Kind:
    if name == "dropdown":
        return "multiple" if multiple else "single"
    if not isinstance(name, str) or name not in _KINDS:
        raise FormError(f"{where}: unknown field type {name!r}")
    return _KINDS[name]


def _option(where: str, option: Any) -> str:
    text = option.get("label") if isinstance(option, dict) else option
    if isinstance(text, bool) or not isinstance(text, str | int | float):
        raise FormError(f"{where}: an option is no text")
    return str(text).strip()


def snake(label: str) -> str:
    """A label in snake case, ASCII letters and digits only."""
    return re.sub(r"[^a-z0-9]+", "_", label.lower()).strip("_")
