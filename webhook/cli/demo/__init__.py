"""`xsa-scope demo`: the whole product on this machine, from a signed webhook to labels and a comment.

What is filed stands in `reports`, where it is filed in `stage`; here it is done and shown.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.markdown import Markdown
from rich.panel import Panel
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

import scope
from webhook import comment
from webhook.cli.demo.reports import REPORTS, DemoReport
from webhook.cli.demo.stage import GITHUB_PROJECT, GITLAB_PROJECT, REPORTER, TEAM, Stage, StageError
from webhook.issue import ForgeKind
from webhook.store import Store, open_store

SETTLE_SECONDS = 90.0
"""A demo that takes longer has failed."""
SHOWN = 2
"""The report whose comment is shown in full (from 0): the leak shown to be internal."""


@dataclass(slots=True)
class Filed:
    """An issue of the demo, and what became of it."""

    report: DemoReport
    number: int
    labels: tuple[str, ...] = ()
    comment: str = ""

    @property
    def address(self) -> str:
        """The issue's address."""
        project = GITHUB_PROJECT if self.report.forge is ForgeKind.GITHUB else GITLAB_PROJECT
        return f"{self.report.forge}:{project}#{self.number}"

    @property
    def reason(self) -> str:
        """The comment's first sentence about the verdict."""
        if self.report.public:
            return "The public can read it, so nothing is written."
        paragraphs = [part for part in self.comment.split("\n\n") if part and not part.startswith(("<!--", "#"))]
        sentences = paragraphs[0].split(". ") if paragraphs else [""]
        told = [one for one in sentences if not one.startswith("By the policy no advisory")]
        return told[0].rstrip(".") + "."


@click.command()
@click.option("--keep", is_flag=True, help="Stay, with sandbox and service running, until interrupted.")
@click.option("--json", "as_json", is_flag=True, help="Print what became of the reports as JSON.")
def command(*, keep: bool, as_json: bool) -> None:
    """Start a small GitHub and GitLab and the service, file ten reports, and show what becomes of them."""
    console = Console(stderr=as_json)
    folder = Path(tempfile.mkdtemp(prefix="xsa-scope-demo-"))
    try:
        with Stage.set_up(folder) as stage:
            filed = _play(stage, console)
            _show(filed, stage, console, as_json=as_json, keep=keep)
            if keep:
                _stay(stage, console)
    except StageError as error:
        raise click.ClickException(str(error)) from None
    if keep:
        console.print(f"Settings, database and log stay in {folder}.")
    else:
        shutil.rmtree(folder, ignore_errors=True)
    _judge(filed)


def _play(stage: Stage, console: Console) -> list[Filed]:
    """File, command, edit; after each, wait until the service has come to rest."""
    policy = scope.load_policy("builtin:xen-rfc-v2")
    bar = Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), console=console
    )
    with bar, open_store(stage.database) as store:

        def step(description: str, reports: Sequence[Any], act: Callable[[Any], object]) -> None:
            task = bar.add_task(description, total=len(reports) + 1)
            for report in reports:
                act(report)
                bar.advance(task)
            _rest(stage, store)
            bar.advance(task)

        filed: list[Filed] = []
        step("Ten reports are filed", REPORTS, lambda report: filed.append(_file(stage, policy, report)))
        step("The team answers", [f for f in filed if f.report.command], lambda f: _say(stage, f))
        step("A reporter corrects", [f for f in filed if f.report.edit], lambda f: _edit(stage, policy, f))
    for one in filed:
        _look(stage, one)
    return filed


def _file(stage: Stage, policy: scope.Policy, report: DemoReport) -> Filed:
    body = report.body(policy)
    if report.forge is ForgeKind.GITHUB:
        return Filed(report, stage.sandbox.github.file_issue(GITHUB_PROJECT, REPORTER, report.story, body))
    number = stage.sandbox.gitlab.file_issue(
        GITLAB_PROJECT, REPORTER, report.story, body, confidential=not report.public
    )
    return Filed(report, number)


def _say(stage: Stage, filed: Filed) -> None:
    forge, project = _forge(stage, filed)
    forge.comment(project, filed.number, TEAM, filed.report.command)


def _edit(stage: Stage, policy: scope.Policy, filed: Filed) -> None:
    body = filed.report.body(policy, filed.report.edit)
    if filed.report.forge is ForgeKind.GITHUB:
        stage.sandbox.github.edit_issue(GITHUB_PROJECT, filed.number, REPORTER, body=body)
    else:
        stage.sandbox.gitlab.edit_issue(GITLAB_PROJECT, filed.number, REPORTER, description=body)


def _forge(stage: Stage, filed: Filed) -> tuple[Any, str]:
    if filed.report.forge is ForgeKind.GITHUB:
        return stage.sandbox.github, GITHUB_PROJECT
    return stage.sandbox.gitlab, GITLAB_PROJECT


def _rest(stage: Stage, store: Store) -> None:
    """Wait until every delivery is made and every issue is dealt with."""
    deadline = time.monotonic() + SETTLE_SECONDS
    quiet = 0
    while time.monotonic() < deadline and stage.alive:
        stage.sandbox.core.deliveries.wait_idle(1.0)
        lanes = store.stats(datetime.now(UTC))
        busy = sum(lane.due + lane.waiting + lane.running for lane in (lanes.live, lanes.bulk))
        quiet = 0 if busy else quiet + 1
        if quiet >= 3:  # noqa: PLR2004  # our own writes come back as deliveries and cause a last run
            return
        time.sleep(0.15)
    raise StageError(f"the service did not come to rest; its log is {stage.log}")


def _look(stage: Stage, filed: Filed) -> None:
    """Read labels and comment as the forge holds them."""
    forge, project = _forge(stage, filed)
    seen = forge.read_issue(project, filed.number)
    filed.labels = tuple(seen["labels"])
    said = seen["comments"] if filed.report.forge is ForgeKind.GITHUB else seen["notes"]
    filed.comment = next((one["body"] for one in said if comment.is_ours(one["body"])), "")


def _show(filed: list[Filed], stage: Stage, console: Console, *, as_json: bool, keep: bool) -> None:
    if as_json:
        click.echo(json.dumps([_row(one) for one in filed], indent=2))
        return
    table = Table(title="What became of ten reports", title_justify="left", show_lines=True)
    table.add_column("Issue", no_wrap=True)
    table.add_column("Labels", no_wrap=True)
    table.add_column("Report, and why")
    for one in filed:
        told = Text(one.report.story, style="bold").append(f"\n{one.reason}", style="not bold")
        table.add_row(f"{one.report.forge} #{one.number}", "\n".join(one.labels) or "none", told)
    console.print(table)
    shown = filed[SHOWN]
    console.print(Panel(Markdown(shown.comment), title=f"The comment on {shown.address}", title_align="left"))
    console.print(
        f"The service: {stage.address}/healthz   For operators: {stage.watched_at}/readyz and /metrics\n"
        f"Both forges: {stage.sandbox.url}/_sandbox/   Log: {stage.log}",
    )
    if not keep:
        console.print("All of it ends now; --keep leaves it running.", style="dim")


def _row(one: Filed) -> dict[str, Any]:
    return {
        "issue": one.address,
        "report": one.report.story,
        "labels": list(one.labels),
        "expected": sorted(one.report.expected),
        "reason": one.reason,
        "comment": one.comment,
    }


def _stay(stage: Stage, console: Console) -> None:
    console.print("Running until you press Ctrl-C.")
    with contextlib.suppress(KeyboardInterrupt):
        stage.sandbox.ended.wait()


def _judge(filed: list[Filed]) -> None:
    """Fail if a report did not end where the policy puts it."""
    wrong = [one.address for one in filed if frozenset(one.labels) != one.report.expected]
    if wrong:
        raise click.ClickException(f"unexpected labels on {', '.join(wrong)}")
