"""What `policy plan|approve|reject|activate` do: settings, database, and sentences."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime

import click

import scope
from webhook import resync
from webhook.cli import starting
from webhook.cli.policies import load
from webhook.store import Store

RULINGS = {
    "first": "{id} is in force: the first policy here.",
    "same": "{id} is in force already.",
    "reworded": "{id} is in force: it means what it meant, in other words, and no issue changes.",
    "applied": "{id} is in force: its plan was small enough; `xsa-scope resync status` shows how far it is.",
    "waiting": "The settings' policy waits for approval; {id} stays in force. Read it: xsa-scope policy plan",
    "rejected": "The settings' policy was rejected; {id} stays in force until the file changes.",
    "broken": "The settings' policy cannot be used (xsa-scope policy check says why); {id} stays in force.",
}


def drawn(source: str | None, *, closed: bool) -> tuple[resync.PolicyPlan, Sequence[str]]:
    """The plan of a policy, and what it decides otherwise than the one in force."""
    settings = starting.settings()
    policy = load(source or settings.policy.source)
    with starting.store(settings) as store:
        before = resync.in_force(store)
        plan = resync.draw_up(
            policy, store.stored_issues(closed=closed), instead_of=before.digest if before is not None else ""
        )
    return plan, resync.differences(before, policy)


def show(plan: resync.PolicyPlan, lines: Sequence[str], *, as_json: bool, markdown: bool, counts_only: bool) -> None:
    """Print a plan."""
    if as_json:
        click.echo(json.dumps(resync.as_data(plan, lines, counts_only=counts_only), ensure_ascii=False, indent=2))
        return
    told = resync.as_markdown(plan, lines, counts_only=counts_only) if markdown else resync.as_text(plan, lines)
    for line in told:
        click.echo(line)


def approve(plan_id: str) -> None:
    """Approve the waiting policy's plan."""
    with _store() as store:
        try:
            plan = resync.approve(store, plan_id, datetime.now(UTC))
        except resync.ApprovalError as error:
            raise click.ClickException(str(error)) from None
    click.echo(
        f"{plan.policy.id}, version {plan.policy.version}, is in force; {len(plan.concerned)} issues are visited."
    )


def reject(plan_id: str) -> None:
    """Reject it."""
    with _store() as store:
        try:
            resync.reject(store, plan_id, datetime.now(UTC))
        except resync.ApprovalError as error:
            raise click.ClickException(str(error)) from None
    click.echo("Rejected. The policy in force stays as it is.")


def activate() -> None:
    """Settle the settings' policy."""
    settings = starting.settings()
    with starting.store(settings) as store:
        try:
            policy, ruling = resync.settle(settings.policy, store, datetime.now(UTC))
        except scope.PolicyError as error:
            raise click.ClickException(str(error)) from None
    click.echo(RULINGS[ruling].format(id=f"{policy.id}, version {policy.version},"))
    if ruling == "waiting":
        raise click.exceptions.Exit(3)
    if ruling == "broken":
        raise click.exceptions.Exit(1)


def _store() -> Store:
    return starting.store(starting.settings())
