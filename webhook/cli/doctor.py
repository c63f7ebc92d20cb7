"""`xsa-scope doctor`: everything that could be wrong with an installation, each with its cause and a remedy."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import click
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

import scope
from webhook import doctor, health, resync
from webhook.doctor import Diagnosis
from webhook.forges import forge_factory
from webhook.reconcile.build import access
from webhook.settings import Settings, SettingsError, load_settings
from webhook.settings.load import PATH_VARIABLE

WARNED = 3
STYLES = {"well": "green", "warning": "yellow", "failure": "bold red"}


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print every check as JSON.")
@click.option("--offline", is_flag=True, help="Ask no forge.")
def command(*, as_json: bool, offline: bool) -> None:
    """Look at settings, files, database, policy and every tracker. Changes nothing.

    Exit codes: 0 all is well, 1 something does not work, 3 something should be seen to.
    """
    found = list(_all(offline=offline))
    if as_json:
        click.echo(json.dumps([asdict(one) for one in found], indent=2, ensure_ascii=False))
    else:
        _show(found, Console())
    levels = {one.level for one in found}
    if "failure" in levels:
        raise click.exceptions.Exit(1)
    if "warning" in levels:
        raise click.exceptions.Exit(WARNED)


def _all(*, offline: bool) -> Iterator[Diagnosis]:
    try:
        settings = load_settings()
    except SettingsError as error:
        for problem in error.problems:
            cause = f"{problem.key}: {problem.sentence}" if problem.key else problem.sentence
            yield Diagnosis(
                "settings", problem.where, "failure", cause, "Correct it; nothing starts with these settings."
            )
        return
    yield Diagnosis("settings")
    yield from doctor.settings_found(settings)
    yield from doctor.files(settings, Path(os.environ.get(PATH_VARIABLE) or "xsa-scope.toml").parent)
    watch = health.Watch(settings)
    try:
        yield from doctor.database(watch, datetime.now(UTC))
    finally:
        watch.close()
    if not offline:
        yield from _trackers(settings)


def _trackers(settings: Settings) -> Iterator[Diagnosis]:
    try:
        policy = resync.candidate(settings.policy.source).policy
    except scope.PolicyError:  # told already
        policy = None
    for tracker in settings.trackers:
        yield from doctor.tracker(
            tracker,
            lambda chosen=tracker: forge_factory(access(settings, chosen, lambda: None))(),  # type: ignore[misc]
            policy,
            settings.public_url or "",
        )


def _show(found: list[Diagnosis], console: Console) -> None:
    grid = Table("Check", "About", "State", "Why, and what to do", box=box.SIMPLE_HEAD)
    for one in sorted(found, key=lambda each: ("failure", "warning", "well").index(each.level)):
        says = " ".join(filter(None, (one.cause, one.remedy)))
        grid.add_row(one.check, one.about, Text(one.level, style=STYLES[one.level]), Text(says))
    console.print(grid)
