"""What `reconcile` and `sweep` share: from an address and a token to a job, its progress, and what became of it."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from webhook import once
from webhook.cli import starting
from webhook.cli.policies import POLICY_HELP, load
from webhook.forges.access import INSTALLATION_TOKEN
from webhook.health import reason
from webhook.issue import ForgeKind
from webhook.settings import Settings, SettingsError, Tracker, settings_from

PENDING = 3
USUAL_TOKEN = {ForgeKind.GITHUB: "GITHUB_TOKEN", ForgeKind.GITLAB: "GITLAB_TOKEN"}
SHARED = (
    "The token's account is not known to be the service's alone, so labels are only added: nothing is removed and no "
    "comment is written. Use a machine account's token or the App's key (xsa-scope.toml), or name the account with "
    "--bot-id if nothing else writes with it."
)


@dataclass(frozen=True, slots=True)
class Wish:
    """The options of both commands."""

    write: bool
    token_env: str | None
    bot_id: tuple[int, ...]
    shared: bool
    policy: str | None
    patience: float
    as_json: bool


def options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options of `Wish`."""
    for option in reversed(
        [
            click.option("--apply", "write", is_flag=True, help="Write. Without it, only say what would be written."),
            click.option(
                "--token-env", metavar="NAME", help="Variable with the token.  [default: GITHUB_TOKEN, GITLAB_TOKEN]"
            ),
            click.option("--bot-id", type=int, multiple=True, help="The token's account, if only the service uses it."),
            click.option("--shared", is_flag=True, help="Others write with this account too: only add labels."),
            click.option("--policy", help=POLICY_HELP + "  [default: the settings' policy]"),
            click.option(
                "--patience", type=click.FloatRange(0), default=15, show_default=True, help="Minutes to wait at most."
            ),
            click.option("--json", "as_json", is_flag=True, help="Print what became of each issue as JSON."),
        ]
    ):
        command = option(command)
    return command


def run(url: str, *, one: bool, wish: Wish) -> None:
    """Do the job and end the command with its exit code."""
    configured = starting.settings()
    address = _address(url, configured, one=one)
    settings = _settings(address, configured, wish)
    (tracker,) = settings.trackers
    adds_only = wish.shared or _unknown_account(tracker)
    if adds_only:
        click.echo(SHARED, err=True)
    job = once.Job(
        settings,
        load(wish.policy or settings.policy.source),
        address.number,
        write=wish.write,
        adds_only=adds_only,
        patience=timedelta(minutes=wish.patience),
    )
    with _progress(shown=not one) as watch:
        tally = once.run_job(job, watch)
    _tell(tally, wish)
    if tally.failed:
        raise click.exceptions.Exit(1)
    if tally.changes and not wish.write:
        raise click.exceptions.Exit(PENDING)


def _address(url: str, configured: Settings, *, one: bool) -> once.Address:
    try:
        address = once.read_address(url, once.servers(os.environ, configured.trackers))
    except once.AddressError as error:
        raise click.BadParameter(str(error), param_hint="URL") from None
    if one and address.number is None:
        raise click.BadParameter("this is a project's address; expected an issue's", param_hint="URL")
    if not one and address.number is not None:
        raise click.BadParameter("this is an issue's address; expected a project's", param_hint="URL")
    return address


def _settings(address: once.Address, configured: Settings, wish: Wish) -> Settings:
    """The configured tracker at that address, or one made of the address and the token."""
    for tracker in configured.trackers:
        if (tracker.forge, tracker.project.casefold()) == (address.forge.value, address.project.casefold()):
            return configured.model_copy(update={"trackers": (tracker,)})
    made = {
        "forge": address.forge.value,
        "api_url": address.api,
        "project": address.project,
        "token_env": wish.token_env or USUAL_TOKEN[address.forge],
        "bot_ids": list(wish.bot_id),
    }
    try:
        (tracker,) = settings_from({"tracker": [made]}, environ=os.environ, where="this command").trackers
    except SettingsError as error:
        raise click.ClickException(str(error)) from None
    return configured.model_copy(update={"trackers": (tracker,)})


def _unknown_account(tracker: Tracker) -> bool:
    return tracker.forge == "github" and not tracker.bot_ids and (tracker.token or "").startswith(INSTALLATION_TOKEN)


@contextmanager
def _progress(*, shown: bool) -> Iterator[Callable[[int, int], None]]:
    columns = (TextColumn("Issues"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, disable=not (shown and console.is_terminal)) as bar:
        task = bar.add_task("issues", total=None)
        yield lambda done, of: bar.update(task, completed=done, total=of)


def _tell(tally: once.Tally, wish: Wish) -> None:
    if wish.as_json:
        issues = [{**asdict(one), "ref": str(one.ref)} for one in tally.outcomes]
        click.echo(json.dumps({"issues": issues, "stopped": tally.stopped, "waiting": tally.waiting}, indent=2))
        return
    for one in tally.outcomes:
        click.echo(f"{one.ref}: {_sentence(one, wish)}")
    for code in filter(None, (tally.stopped, *tally.waiting)):
        click.echo(f"Not done: {reason(code).happened} {reason(code).remedy}", err=True)


def _sentence(one: once.Outcome, wish: Wish) -> str:
    if one.failed:
        return f"not done. {reason(one.failed).happened} {reason(one.failed).remedy}"
    did = ", ".join(one.changes) or "nothing"
    return f"{one.verdict} ({one.standing}); {'did' if wish.write else 'would do'}: {did}"
