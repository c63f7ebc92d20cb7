"""`xsa-scope templates`: write the report form for both forges, check that it is in step, read a filled form.

What the files hold is in `webhook.forms.templates`; how a body is read, in `webhook.forms.reading`.
"""

from __future__ import annotations

import json
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NoReturn, TextIO

import click

import scope
from webhook.forms.description import FormError
from webhook.forms.github import GITHUB
from webhook.forms.github_yaml import description_from_github_yaml
from webhook.forms.reading import read_fields
from webhook.forms.templates import template_files

if TYPE_CHECKING:
    from collections.abc import Mapping

DRIFTED = 3
"""Exit code: the files are not what the policy asks for."""

_policy = click.option("--policy", default="builtin:xen-rfc-v2", show_default=True, help="A file, or builtin:NAME.")
_out = click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("issue_templates"),
    show_default=True,
    help="The folder of the files.",
)


@click.group()
def command() -> None:
    """Write, check and read the report form."""


templates = command


@command.command()
@_policy
@_out
def write(policy: str, out: Path) -> None:
    """Write the GitHub issue form, its chooser, and the GitLab description template."""
    for name, text in _wanted(policy).items():
        path = out / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
        click.echo(str(path))


@command.command()
@_policy
@_out
def check(policy: str, out: Path) -> None:
    """Tell which files differ from what `write` would write. Exit code 3 if any does."""
    drifted = [line for name, text in _wanted(policy).items() if (line := _drift(out / name, text))]
    for line in drifted:
        click.echo(line)
    if drifted:
        raise SystemExit(DRIFTED)
    click.echo("The templates are in step with the policy.")


@command.command()
@click.option("--form", "form_file", type=click.File(encoding="utf-8"), required=True, help="A GitHub issue form.")
@click.option("--body", type=click.File("rb"), required=True, help="An issue body as the forge stores it; - = stdin.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object: per field id its state, answer and warnings.")
def read(form_file: TextIO, body: BinaryIO, *, as_json: bool) -> None:
    """Read a body with any GitHub issue form. Prints the reporter's words: mind who can see the screen."""
    try:
        form = description_from_github_yaml(form_file.read())
    except FormError as error:
        _fail(f"{form_file.name}: {error}")
    text = body.read().decode("utf-8", errors="replace")
    fields = read_fields(form, GITHUB, text).fields
    found = {
        name: {"state": field.state, "answer": field.answer, "warnings": list(field.warnings)}
        for name, field in fields.items()
    }
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False, indent=2))
        return
    for name, field in fields.items():
        click.echo(f"{name}: {field.state}")
        for words in (*_lines(field.answer), *(f"! {warning}" for warning in field.warnings)):
            click.echo(f"    {words}")


def _lines(answer: str | list[str] | None) -> list[str]:
    return answer.split("\n") if isinstance(answer, str) else answer or []


def _wanted(source: str) -> Mapping[str, str]:
    try:
        return template_files(scope.load_policy(source))
    except (scope.PolicyError, FormError) as error:
        _fail(str(error))


def _fail(message: str) -> NoReturn:
    raise click.ClickException(message)


def _drift(path: Path, wanted: str) -> str:
    """How a file differs, in a line; empty if it does not."""
    try:
        found = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return f"{path}: missing"
    pairs = zip_longest(found.split("\n"), wanted.split("\n"))
    for number, (is_there, should_be) in enumerate(pairs, 1):
        if is_there != should_be:
            return f"{path}:{number}: {_shown(is_there)} instead of {_shown(should_be)}"
    return ""


def _shown(line: str | None) -> str:
    return "nothing" if line is None else repr(line)
