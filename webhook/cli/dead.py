"""`xsa-scope dead`: the issues the service gave up on, why, what a person does about it, and having them tried again.

A dead letter also comes back by itself at the issue's next event.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime

import click
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from webhook.cli import starting
from webhook.health import reason
from webhook.issue import ForgeKind, IssueRef
from webhook.store import DeadLetter, Store, StoreError

ADDRESS = re.compile(r"(?P<forge>github|gitlab):(?P<project>[\w./-]+)#(?P<number>[0-9]{1,9})", re.ASCII)


class Address(click.ParamType[IssueRef]):
    """An issue's address as `dead list` and the logs write it."""

    name = "issue"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> IssueRef:
        """The address, or wrong usage."""
        if isinstance(value, IssueRef):
            return value
        found = ADDRESS.fullmatch(str(value))
        if found is None:
            self.fail(f"{value!r} is no address such as github:owner/name#7", param, ctx)
        return IssueRef(ForgeKind(found["forge"]), found["project"], int(found["number"]))


@click.group()
def command() -> None:
    """List the issues the service gave up on, and have them tried again."""


@command.command(name="list")
@click.option("--json", "as_json", is_flag=True, help="Print the list as JSON.")
def list_(*, as_json: bool) -> None:
    """List dead letters, oldest first: which issue, since when, why, and what to do."""
    letters = _letters()
    if as_json:
        click.echo(json.dumps([_plain(letter) for letter in letters], indent=2))
    else:
        _show(letters, Console())


@command.command()
@click.argument("issues", nargs=-1, type=Address(), metavar="ISSUE...")
@click.option("--all", "every", is_flag=True, help="All of them.")
def retry(issues: Sequence[IssueRef], *, every: bool) -> None:
    """Have dead letters tried again at once, by address (github:owner/name#7)."""
    if every == bool(issues):
        raise click.UsageError("either name issues or say --all")
    with starting.store(starting.settings()) as store:
        try:
            left = _retry(store, issues)
        except StoreError as error:
            raise click.ClickException(str(error)) from None
    if left:
        raise click.ClickException(f"no dead letter: {', '.join(map(str, left))}")


def _retry(store: Store, issues: Sequence[IssueRef]) -> list[IssueRef]:
    """Retry these, or all if there are none; returns those that were no dead letter."""
    now = datetime.now(UTC)
    known = {letter.ref for letter in store.dead()}  # an unknown project must not become known by a mistyped address
    retried = store.retry_dead(now) if not issues else sum(store.retry_dead(now, ref) for ref in {*issues} & known)
    click.echo(f"{retried} put back on the work list")
    return [ref for ref in issues if ref not in known]


def _letters() -> list[DeadLetter]:
    with starting.store(starting.settings()) as store:
        try:
            return store.dead()
        except StoreError as error:
            raise click.ClickException(str(error)) from None


def _plain(letter: DeadLetter) -> dict[str, object]:
    why = asdict(reason(letter.reason))
    return {
        "issue": str(letter.ref),
        "since": letter.since.isoformat(),
        "reason": letter.reason,
        "attempts": letter.attempts,
        "happened": why["happened"],
        "remedy": why["remedy"],
    }


def _show(letters: Sequence[DeadLetter], console: Console) -> None:
    if not letters:
        console.print("No dead letters.")
        return
    rows = Table("Issue", "Since (UTC)", "Attempts", "Reason", box=box.SIMPLE_HEAD)
    for letter in letters:
        since = letter.since.astimezone(UTC).strftime("%Y-%m-%d %H:%M")
        rows.add_row(Text(str(letter.ref)), since, str(letter.attempts), letter.reason)
    console.print(rows)
    for code in dict.fromkeys(letter.reason for letter in letters):
        why = reason(code)
        console.print(Text.assemble((f"{code}: ", "bold"), f"{why.happened} {why.remedy}"), soft_wrap=True)
    console.print("To have them tried again: xsa-scope dead retry ISSUE…, or --all.")
