"""`xsa-scope labels`: the policy's labels on each configured tracker, compared, and brought up to date when asked."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field

import click

import scope
from webhook.cli import starting
from webhook.cli.policies import load
from webhook.forges import forge_factory
from webhook.forges.port import Forge, ForgeError, LimitedError, NotFoundError, RefusedError
from webhook.issue import ForgeKind, Visibility
from webhook.labels import LabelStep, label_steps
from webhook.reconcile.build import access
from webhook.settings import Tracker
from webhook.store import TrackerRef
from webhook.worker import Retry, respond

PENDING = 3


@dataclass(slots=True)
class Found:
    """One tracker: what is to be done, what was refused, and why it could not be looked at at all."""

    tracker: str
    steps: tuple[LabelStep, ...] = ()
    refused: list[str] = field(default_factory=list)
    failed: str = ""


@click.group()
def command() -> None:
    """Compare the labels of every configured tracker with the policy's, and bring them up to date."""


@command.command()
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
def plan(*, as_json: bool) -> None:
    """Say which labels would be created, renamed or changed. Exit code 3 if something is to be done."""
    found = list(_look(write=False))
    _tell(found, "would", as_json=as_json)
    _end(found, pending=any(one.steps for one in found))


@command.command()
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
def sync(*, as_json: bool) -> None:
    """Create, rename and change labels until they are the policy's. None is deleted."""
    found = list(_look(write=True))
    _tell(found, "did", as_json=as_json)
    _end(found, pending=False)


def _look(*, write: bool) -> Iterator[Found]:
    settings = starting.settings()
    policy = load(settings.policy.source)
    if not settings.trackers:
        raise click.ClickException("the settings name no tracker")
    for tracker in settings.trackers:
        found = Found(str(TrackerRef(ForgeKind(tracker.forge), tracker.project)))
        try:
            forge = forge_factory(access(settings, tracker, lambda: None))()
            try:
                _one(policy, tracker, forge, found, write=write)
            finally:
                forge.close()
        except LimitedError as error:
            found.failed = f"the forge asks for patience: try again in {error.seconds:.0f} s"
        except ForgeError as error:
            found.failed = respond(error, Retry()).reason
        yield found


def _one(policy: scope.Policy, tracker: Tracker, forge: Forge, found: Found, *, write: bool) -> None:
    found.steps = label_steps(policy, forge.label_definitions())
    if write and found.steps and tracker.forge == "github" and forge.visibility() is not Visibility.PRIVATE:
        found.failed = "public"  # what is labelled there is for all to see
    elif write:
        found.refused = [step.label.name for step in found.steps if not _carried_out(forge, step)]


def _carried_out(forge: Forge, step: LabelStep) -> bool:
    try:
        if step.kind == "create":
            forge.create_label(step.label, _nothing_to_guard)
        else:
            forge.change_label(step.there, step.label, _nothing_to_guard)
    except (RefusedError, NotFoundError):  # not ours to change: it belongs to a group, or the role does not allow it
        return False
    return True


def _nothing_to_guard() -> None:
    """Names and colours of labels say nothing of any issue."""


def _tell(found: Iterable[Found], verb: str, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps([asdict(one) for one in found], indent=2, ensure_ascii=False))
        return
    for one in found:
        if one.failed:
            from webhook.health import REASONS  # noqa: PLC0415  # only a failure needs its words

            why = REASONS.get(one.failed)
            click.echo(f"{one.tracker}: not done. {f'{why.happened} {why.remedy}' if why else one.failed}", err=True)
        elif not one.steps:
            click.echo(f"{one.tracker}: all labels are as the policy has them")
        for step in one.steps if not one.failed else ():
            refused = " (refused: a group's label, or our role is too small)" if step.label.name in one.refused else ""
            click.echo(f"{one.tracker}: {verb} {step.kind} {step.label.name}: {step.why}{refused}")


def _end(found: Iterable[Found], *, pending: bool) -> None:
    if any(one.failed or one.refused for one in found):
        raise click.exceptions.Exit(1)
    if pending:
        raise click.exceptions.Exit(PENDING)
