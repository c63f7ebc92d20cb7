"""`xsa-scope policy`: check a policy file, show a policy, tell how two policies differ, replay decided cases.

What a change of policy means for the issues of our trackers is planned here and done in `policy_change`. Exit codes: 0
done or no difference in meaning, 1 the policy has a fault, 2 usage, 3 the policies differ or changes are pending.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

import scope
from webhook.cli.policies import DEFAULT_POLICY, POLICY_HELP, load

if TYPE_CHECKING:
    from typing import TextIO

DIFFERENT = 3
"""Exit code of `diff` where the policies differ in meaning."""

SOURCE_TEXT_HELP = "The text the policy puts into tables; every quotation is looked up in it."


@click.group()
def command() -> None:
    """Check, show and compare policies. A policy is a file, or builtin:NAME."""


@command.command()
@click.argument("policy", default=DEFAULT_POLICY)
@click.option("--source-text", type=click.File("r", encoding="utf-8"), help=SOURCE_TEXT_HELP)
def check(policy: str, source_text: TextIO | None) -> None:
    """Prove a policy sound, or say where it is not: file, table, rows, and answers for which the fault shows."""
    text = source_text.read() if source_text else None
    for line in _proved(load(policy, source_text=text), quotes=text is not None):
        click.echo(line)


def _proved(policy: scope.Policy, *, quotes: bool) -> list[str]:
    rows = sum(len(table.rows) for table in policy.tables)
    return [
        f"{policy.file}: {policy.id}, version {policy.version}",
        f"{len(policy.tables)} tables, {rows} rows: for all answers exactly one row of each fires, and none is dead",
        f"{len(policy.clauses)} clauses and {len(policy.readings)} readings: every citation exists",
        f"{len(policy.examples)} examples: each comes out as the text says",
        f"{len(policy.codes)} codes, {len(policy.labels)} labels: each code, outcome and mark has one label",
        "quotations: each is verbatim in the source text" if quotes else "quotations: not looked up (--source-text)",
        f"meaning {policy.digest}",
        f"wording {policy.text_digest}",
    ]


@command.command()
@click.argument("policy", default=DEFAULT_POLICY)
@click.option("--json", "as_json", is_flag=True, help="Print it as one JSON object.")
def show(policy: str, *, as_json: bool) -> None:
    """Show facts, tables with clause and readings, presumptions and labels."""
    loaded = load(policy)
    if as_json:
        from webhook.cli.policy_json import as_data  # noqa: PLC0415  # only this command needs it

        click.echo(json.dumps(as_data(loaded), ensure_ascii=False, indent=2))
        return
    from webhook.cli import policy_shown  # noqa: PLC0415  # rich is needed to show to people only

    policy_shown.show(loaded)


@command.command()
@click.argument("old")
@click.argument("new")
@click.option("--json", "as_json", is_flag=True, help="Print the differences as one JSON object.")
def diff(old: str, new: str, *, as_json: bool) -> None:
    """Tell what NEW decides otherwise than OLD. Exit code 0 if nothing (wording at most), 3 if something."""
    before, after = load(old), load(new)
    comparison = scope.compare(before, after)
    if as_json:
        from webhook.cli.policy_json import differences  # noqa: PLC0415  # only this command needs it

        click.echo(json.dumps(differences(before, after, comparison), ensure_ascii=False, indent=2))
    else:
        for line in comparison.lines or [_nothing(comparison)]:
            click.echo(line)
    if comparison:
        raise click.exceptions.Exit(DIFFERENT)


@command.command()
@click.option(
    "--corpus", type=click.Path(path_type=Path), required=True, help="JSON lines: one case a line, with its report."
)
@click.option("--policy", default=DEFAULT_POLICY, show_default=True, help=POLICY_HELP)
@click.option("--against", help="A second policy: tell which cases it moves.")
@click.option("--json", "as_json", is_flag=True, help="Print everything as one JSON object.")
def backtest(*, corpus: Path, policy: str, against: str | None, as_json: bool) -> None:
    """Replay cases whose end is known: what agrees, what does not and by which clause, what would be asked.

    Exit code 3 if a case whose facts are sure comes out the opposite way.
    """
    from rich.console import Console  # noqa: PLC0415  # only this command needs them

    from webhook.cli import backtest_shown as shown  # noqa: PLC0415
    from webhook.cli.corpus import read  # noqa: PLC0415

    first = load(policy)
    before = scope.replay(first, read(corpus, first))
    second = None if against is None else load(against)
    moved = [] if second is None else shown.moved(before, scope.replay(second, read(corpus, second)))
    if as_json:
        data = shown.as_data(first, before) | ({"moved": moved} if second else {})
        click.echo(json.dumps(data, ensure_ascii=False, indent=2))
    else:
        shown.show(first, before, Console())
        if second is not None:
            shown.show_moved(first, second, moved, Console())
    if any(one.accord == "contradicts" and one.case.confidence == "high" for one in before):
        raise click.exceptions.Exit(DIFFERENT)


@command.command()
@click.argument("source", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print the plan as one JSON object.")
@click.option("--markdown", is_flag=True, help="Print it for a comment on a merge request.")
@click.option("--counts-only", is_flag=True, help="Name no issue: for a place that others can read.")
@click.option("--closed", is_flag=True, help="Look at closed issues too.")
def plan(*, source: str | None, as_json: bool, markdown: bool, counts_only: bool, closed: bool) -> None:
    """Tell what a policy would change on the issues we know. SOURCE: the settings' policy if not given.

    Nothing is changed. Exit code 0 if nothing would change, 3 if something would.
    """
    from webhook.cli import policy_change  # noqa: PLC0415  # only these commands need the database

    drawn, lines = policy_change.drawn(source, closed=closed)
    policy_change.show(drawn, lines, as_json=as_json, markdown=markdown, counts_only=counts_only)
    if drawn.concerned:
        raise click.exceptions.Exit(DIFFERENT)


@command.command()
@click.argument("plan_id", metavar="PLAN")
def approve(*, plan_id: str) -> None:
    """Put the policy that waits in force, if PLAN is still its plan. Workers take it up within seconds."""
    from webhook.cli import policy_change  # noqa: PLC0415

    policy_change.approve(plan_id)


@command.command()
@click.argument("plan_id", metavar="PLAN")
def reject(*, plan_id: str) -> None:
    """Let the policy that waits wait no more. It is not asked about again until it changes."""
    from webhook.cli import policy_change  # noqa: PLC0415

    policy_change.reject(plan_id)


@command.command()
def activate() -> None:
    """Read the settings' policy now, as a worker does when it starts: in force at once, or waiting for approval."""
    from webhook.cli import policy_change  # noqa: PLC0415

    policy_change.activate()


def _nothing(comparison: scope.Comparison) -> str:
    if comparison.editorial:
        return "No difference in meaning: the wording differs, and every report is decided as before."
    return "No difference."
