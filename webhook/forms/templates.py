"""Our form as each forge wants it: a GitHub issue form with its chooser, and a GitLab description template."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import yaml

import scope
from webhook.forms.asked import form_id
from webhook.forms.description import FormError
from webhook.forms.gitlab import CONFIDENTIAL
from webhook.forms.render import gitlab_body
from webhook.forms.rules import parameterized, problems

_WIDTH = 120
_TYPES = {"choice": "dropdown", "ticks": "checkboxes", "line": "input", "text": "textarea"}


def template_files(policy: scope.Policy) -> Mapping[str, str]:
    """The files to install, by path below `issue_templates/`.

    Raises:
        FormError: the policy's form breaks a rule of a forge or of the grammar.

    """
    form = policy.form
    broken = problems(form)
    if broken:
        raise FormError("; ".join(broken))
    name = parameterized(form.name)
    origin = f"written by `xsa-scope templates write` from the policy {policy.id}, form {form_id(form)}"
    return {
        f"github/01-{name}.yml": f"# {origin.capitalize()}.\n{_dump(_github(form))}",
        "github/config.yml": f"# {origin.capitalize()}.\n{_dump({'blank_issues_enabled': False})}",
        f"gitlab/{name}.md": f"{gitlab_body(form, {})}\n\n{CONFIDENTIAL}\n",
    }


def _github(form: scope.Form) -> dict[str, Any]:
    return {"name": form.name, "description": form.description, "body": list(_elements(form))}


def _elements(form: scope.Form) -> Iterator[dict[str, Any]]:
    if form.intro:
        yield _markdown(form.intro)
    for section in form.sections:
        if section.title:
            yield _markdown(f"## {section.title}")
        yield from (_element(field) for field in section.fields)


def _markdown(text: str) -> dict[str, Any]:
    return {"type": "markdown", "attributes": {"value": text}}


def _element(field: scope.Field) -> dict[str, Any]:
    attributes: dict[str, Any] = {"label": field.label}
    if field.hint:
        attributes["description"] = field.hint
    if field.kind == "choice":
        attributes["options"] = [option.text for option in field.options]
    if field.kind == "ticks":
        attributes["options"] = [{"label": option.text} for option in field.options]
    return {"type": _TYPES[field.kind], "id": field.id, "attributes": attributes}


class _Dumper(yaml.SafeDumper):
    """Block style, lists indented under their key, prose folded."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: FBT001, FBT002  # PyYAML's signature
        del indentless
        super().increase_indent(flow, False)


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else ">" if len(text) > _WIDTH else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)


def _dump(data: Mapping[str, Any]) -> str:
    return yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=_WIDTH)
