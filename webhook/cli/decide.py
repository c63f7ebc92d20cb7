"""`xsa-scope decide`: reports from JSON, from options or from an issue's body, decided and printed.

With `--jsonl` it is the interface other programs use: one report a line in, one verdict or error a line out, in
order, in constant memory. Otherwise one report, told to a person. Exit codes: 0 done, 1 a line was bad or the policy
cannot be used, 2 usage, 3 nothing decided (one report only).
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, BinaryIO

import click

import scope
from webhook.cli.policies import DEFAULT_POLICY, POLICY_HELP, load
from webhook.interface import BadReportError, ReportReader, decision, nearest, refusal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic import BaseModel

    from webhook.answers import FormAnswers

LONGEST_LINE = 1 << 20
"""Bytes. A report of a thousand paths has a tenth of it; a longer line is refused, so that memory stays constant."""

UNDECIDED = 3
"""Exit code for one report whose verdict is open."""


@click.command(
    context_settings={"ignore_unknown_options": True},
    epilog="Any fact may be answered by an option of its name, for example: xsa-scope decide --source guest_kernel "
    "--effect denial_of_service --target hypervisor. Several values are joined with commas.",
)
@click.option("--jsonl", is_flag=True, help="One JSON report a line on standard input, one JSON verdict a line out.")
@click.option("--policy", "source", default=DEFAULT_POLICY, show_default=True, help=POLICY_HELP)
@click.option("--report", type=click.File("rb"), help="A file with one JSON report; - is standard input.")
@click.option("--body", type=click.File("rb"), help="A file with an issue's body as the forge stores it.")
@click.option(
    "--forge",
    type=click.Choice(["github", "gitlab"]),
    default="github",
    show_default=True,
    help="Whose form the body is.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the one verdict as JSON.")
@click.argument("answers", nargs=-1, type=click.UNPROCESSED, metavar="[--FACT VALUE[,VALUE]]...")
def command(  # noqa: PLR0913  # one parameter for each option
    *,
    jsonl: bool,
    source: str,
    report: BinaryIO | None,
    body: BinaryIO | None,
    forge: str,
    as_json: bool,
    answers: tuple[str, ...],
) -> None:
    """Decide reports under a policy and say why.

    Without --jsonl, --body or answers, one JSON report is read from standard input.
    """
    if sum([jsonl, report is not None, body is not None, bool(answers)]) > 1:
        raise click.UsageError("Give one of --jsonl, --report, --body and answers.")
    policy = load(source)
    if jsonl:
        sys.exit(decide_lines(policy, sys.stdin.buffer, sys.stdout.buffer))
    form = _form(policy, forge, body) if body else None
    sys.exit(_decide_one(policy, form, _report(policy, form, report, answers), as_json=as_json))


def decide_lines(policy: scope.Policy, lines: BinaryIO, out: BinaryIO) -> int:
    """Answer every line that is not blank, each as soon as it is read; returns the exit code."""
    reader, bad = ReportReader(policy), False
    for number, line in _numbered(lines):
        try:
            answer: BaseModel = decision(policy, scope.assess(policy, _read(reader, line)))
        except BadReportError as error:
            answer, bad = refusal(number, error), True
        out.write(answer.model_dump_json().encode() + b"\n")
        out.flush()  # who reads along waits for this line, not for a full buffer
    return int(bad)


def _numbered(lines: BinaryIO) -> Iterator[tuple[int, bytes | None]]:
    """Each line that is not blank with its number from 1; None for one that is too long to be read."""
    number = 0
    while line := lines.readline(LONGEST_LINE + 1):
        number += 1
        whole = len(line) <= LONGEST_LINE
        rest = line
        while not rest.endswith(b"\n") and (rest := lines.readline(LONGEST_LINE)):
            pass
        if line.strip():
            yield number, line if whole else None


def _read(reader: ReportReader, line: bytes | None) -> scope.Report:
    if line is None:
        raise BadReportError(None, f"is longer than {LONGEST_LINE} bytes")
    return reader.read(line)


def _form(policy: scope.Policy, forge: str, body: BinaryIO) -> FormAnswers:
    from webhook import forms  # noqa: PLC0415  # the Markdown reader is needed for bodies only
    from webhook.issue import ForgeKind  # noqa: PLC0415

    return forms.read(policy, ForgeKind(forge), body.read().decode("utf-8", "replace"))


def _report(
    policy: scope.Policy, form: FormAnswers | None, file: BinaryIO | None, answers: tuple[str, ...]
) -> scope.Report:
    """The one report, from wherever it comes."""
    if form is not None:
        from webhook.answers import merge  # noqa: PLC0415

        return merge(form).report()
    if answers:
        return _answered(policy, answers)
    if file is None and sys.stdin.isatty():
        raise click.UsageError("Nothing to decide: give --FACT VALUE, --report, --body or a report on standard input.")
    try:
        return ReportReader(policy).read((file or sys.stdin.buffer).read())
    except BadReportError as error:
        raise click.ClickException(_told(error)) from None


def _told(error: BadReportError) -> str:
    where = f"{error.field}: " if error.field else "the report "
    near = f"; nearest: {error.nearest}" if error.nearest else ""
    return f"{where}{error.message}{near}"


def _answered(policy: scope.Policy, answers: tuple[str, ...]) -> scope.Report:
    """The report that options such as `--source guest_kernel` describe: one path."""
    path: dict[str, frozenset[str]] = {}
    words = iter(answers)
    for word in words:
        option, _, value = word.partition("=")
        fact = policy.facts.get(option.removeprefix("--").replace("-", "_")) if option.startswith("--") else None
        if fact is None:
            near = nearest(option.lstrip("-"), policy.facts)
            raise click.NoSuchOption(option, possibilities=[f"--{near}"] if near else None)
        given = (value or next(words, "")).replace("-", "_").split(",")
        for one in given:
            if one not in fact.values:
                raise click.BadParameter(_unknown(one, fact), param_hint=option)
        path[fact.name] = frozenset(given)
    return scope.Report(paths=(path,))


def _unknown(word: str, fact: scope.Fact) -> str:
    near = nearest(word, fact.values)
    return f"{word!r} is none of {', '.join(fact.values)}" + (f"; did you mean {near!r}?" if near else "")


def _decide_one(policy: scope.Policy, form: FormAnswers | None, report: scope.Report, *, as_json: bool) -> int:
    verdict = scope.assess(policy, report)
    if as_json:
        click.echo(decision(policy, verdict).model_dump_json())
    else:
        from webhook.cli import told  # noqa: PLC0415  # rich is needed to tell people only

        told.verdict(policy, scope.explain(policy, report, verdict), form)
    return UNDECIDED if verdict.standing is scope.Standing.OPEN else 0
