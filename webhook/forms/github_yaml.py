"""GitHub issue form files (YAML) -> a form description. Checks only what reading needs; GitHub checks the rest."""

from __future__ import annotations

import re
from typing import Any

import yaml

from webhook.forms.description import FieldDescription, FormDescription, FormError, Kind

_STRUCTURED = ("single", "multiple", "ticks")


def description_from_github_yaml(text: str) -> FormDescription:
    """Read an issue form file. A field without an id gets its label in snake case, as GitHub's own parser does.

    Raises:
        FormError: no YAML, no `body` list, or a field that cannot be read.

    """
    try:
        # Every scalar stays the text it is: an option `Yes` or `1.10` is what people see, not a boolean or a number.
        form = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506  # BaseLoader makes strings, lists and dicts only
    except yaml.YAMLError as error:
        raise FormError(f"not YAML: {error}") from error
    body = form.get("body") if isinstance(form, dict) else None
    if not isinstance(body, list):
        raise FormError("the form has no list called `body`")
    elements = [_element(f"body[{number}]", element) for number, element in enumerate(body)]
    return FormDescription(id="", fields=tuple(field for field in elements if field is not None))


def _element(where: str, element: Any) -> FieldDescription | None:
    if not isinstance(element, dict):
        raise FormError(f"{where} is no mapping")
    if element.get("type") == "markdown":
        return None
    attributes = element.get("attributes")
    label = attributes.get("label") if isinstance(attributes, dict) else None
    if not isinstance(attributes, dict) or not isinstance(label, str):
        raise FormError(f"{where} has no label")
    kind = _kind(element.get("type"), attributes)
    options = attributes.get("options", []) if kind in _STRUCTURED else []
    if not isinstance(options, list):
        raise FormError(f"{where}: `options` is no list")
    return FieldDescription(
        id=element.get("id") or snake(label),
        kind=kind,
        label=label,
        options=tuple(_option(where, option) for option in options),
        render=attributes.get("render", "") if kind == "text" else "",
    )


def _kind(name: Any, attributes: dict[str, Any]) -> Kind:
    match name:
        case "dropdown":
            return "multiple" if attributes.get("multiple", "").casefold() == "true" else "single"
        case "checkboxes":
            return "ticks"
        case "input":
            return "line"
        case _:  # text areas; uploads and kinds to come, of which nobody says how they are rendered: anything goes
            return "text"


def _option(where: str, option: Any) -> str:
    text = option.get("label") if isinstance(option, dict) else option
    if not isinstance(text, str):
        raise FormError(f"{where}: an option is no text")
    return text.strip()


def snake(label: str) -> str:
    """A label in snake case, ASCII letters and digits only."""
    return re.sub(r"[^a-z0-9]+", "_", label.lower()).strip("_")
