"""`xsa-scope resync`: the relabelling after a change of policy, watched and steered."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from webhook import resync
from webhook.cli import starting
from webhook.health import reason
from webhook.issue import ForgeKind
from webhook.settings import Settings
from webhook.store import Store, TrackerRef

LOOK_SECONDS = 0.5


@click.group()
def command() -> None:
    """Watch, pause, resume or end the relabelling after a change of policy."""


@command.command()
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
@click.option("--watch", is_flag=True, help="Stay until it is over.")
def status(*, as_json: bool, watch: bool) -> None:
    """Say how far it is, how fast, what limits it and when it will be done. Exit code 3 while it goes on."""
    with starting.store(starting.settings()) as store:
        found = resync.progress(store, datetime.now(UTC))
        if found is not None and watch and not as_json:
            found = _watch(store, found)
    if as_json:
        click.echo(json.dumps(_plain(found), indent=2))
    else:
        click.echo(_told(found))
    if found is not None and found.job.state in ("running", "paused"):
        raise click.exceptions.Exit(3)


def _watch(store: Store, found: resync.Progress) -> resync.Progress:
    columns = (
        TextColumn("Issues"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[by]}"),
    )
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("issues", total=found.job.total, by="")
        while found.job.state in ("running", "paused"):
            bar.update(task, completed=found.done, by=", ".join(found.limited_by))
            time.sleep(LOOK_SECONDS)
            found = resync.progress(store, datetime.now(UTC)) or found
        bar.update(task, completed=found.done)
    return found


@command.command()
def pause() -> None:
    """Let no further issue be relabelled, nor swept, until `resume`. Live work goes on."""
    settings = starting.settings()
    with starting.store(settings) as store:
        _must(resync.pause(store, _trackers(settings), datetime.now(UTC)), "no relabelling goes on")
    click.echo("Paused.")


@command.command()
def resume() -> None:
    """Go on."""
    settings = starting.settings()
    with starting.store(settings) as store:
        _must(resync.resume(store, _trackers(settings), datetime.now(UTC)), "no relabelling is paused")
    click.echo("It goes on.")


@command.command()
def abort() -> None:
    """End it. The policy stays in force; issues that still wait are decided by it when they are next edited."""
    settings = starting.settings()
    with starting.store(settings) as store:
        left = resync.abort(store, _trackers(settings), datetime.now(UTC))
        _must(left is not None, "no relabelling goes on")
    click.echo(f"Ended; {left} issues stay as they are until they are next edited.")


def _trackers(settings: Settings) -> list[TrackerRef]:
    return [TrackerRef(ForgeKind(one.forge), one.project) for one in settings.trackers]


def _must(true: bool, otherwise: str) -> None:  # noqa: FBT001  # a condition and what it means
    if not true:
        raise click.ClickException(otherwise)


def _told(found: resync.Progress | None) -> str:
    if found is None:
        return "There was no relabelling yet."
    job = found.job
    parts = [f"{job.policy.name}, version {job.policy.version}: {job.state}", f"{found.done} of {job.total} issues"]
    if found.rate and job.state == "running":
        parts.append(f"{found.rate:.0f} a minute")
    if found.ends_at is not None:
        parts.append(f"done at about {found.ends_at:%H:%M} UTC")
    parts += [reason(code).happened for code in found.limited_by]
    return "; ".join(parts)


def _plain(found: resync.Progress | None) -> dict[str, object] | None:
    if found is None:
        return None
    job = found.job
    return {
        "policy": {"id": job.policy.name, "version": job.policy.version, "digest": job.policy.digest},
        "state": job.state,
        "total": job.total,
        "left": job.left,
        "started_at": job.started_at.isoformat(),
        "ended_at": job.ended_at.isoformat() if job.ended_at else None,
        "per_minute": round(found.rate, 1),
        "ends_at": found.ends_at.isoformat() if found.ends_at else None,
        "limited_by": list(found.limited_by),
    }
