"""A filled form as the forge stores it: what the self-check page hands over to paste, and what tests read back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias, assert_never

import scope
from webhook.forms.asked import describe
from webhook.forms.description import FieldDescription, FormDescription
from webhook.forms.github import SEPARATOR
from webhook.forms.reading import NO_RESPONSE
from webhook.issue import ForgeKind

Choices: TypeAlias = Mapping[str, str | Sequence[str]]
"""By field id: the option's text, several of them, or what was typed. A field left out was left empty."""


def render(policy: scope.Policy, forge: ForgeKind, choices: Choices) -> str:
    """The body of an issue filed through the policy's form with these choices. Line ends are LF."""
    match forge:
        case ForgeKind.GITHUB:
            return github_body(describe(policy.form), choices)
        case ForgeKind.GITLAB:
            return gitlab_body(policy.form, choices)
        case _:
            assert_never(forge)


def github_body(form: FormDescription, choices: Choices) -> str:
    """What GitHub makes of any form: heading, value, a blank line after each, none at the end."""
    return "\n\n".join(f"### {field.label}\n\n{_value(field, _several(choices, field.id))}" for field in form.fields)


def _value(field: FieldDescription, given: Sequence[str]) -> str:
    if field.kind == "ticks":
        return "\n".join(f"- [{'x' if option in given else ' '}] {option}" for option in field.options)
    value = SEPARATOR.join(given)
    if field.render:
        return f"```{field.render}\n{value}\n```"
    return value or NO_RESPONSE


def gitlab_body(form: scope.Form, choices: Choices) -> str:
    """The description template with the boxes ticked and the lines written."""
    return "\n\n".join(_blocks(form, choices))


def _blocks(form: scope.Form, choices: Choices) -> Iterator[str]:
    if form.intro:
        yield form.intro
    for section in form.sections:
        if section.title:
            yield f"# {section.title}"
        for field in section.fields:
            yield from filter(None, _field_blocks(field, _several(choices, field.id)))


def _field_blocks(field: scope.Field, given: Sequence[str]) -> Iterator[str]:
    yield f"## {field.label}"
    if field.kind == "choice":
        yield _hint(f"One choice. {field.hint}".strip())
    elif field.hint:
        yield _hint(field.hint)
    if field.options:
        yield "\n".join(f"- [{'x' if option.text in given else ' '}] {option.text}" for option in field.options)
    else:
        yield "\n".join(given)


def _hint(text: str) -> str:
    return text if "*" in text else f"*{text}*"


def _several(choices: Choices, field: str) -> Sequence[str]:
    given = choices.get(field, ())
    return [given] if isinstance(given, str) else given
