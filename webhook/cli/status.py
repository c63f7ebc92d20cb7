"""`xsa-scope status`: how the service is, from its database and settings; no forge is asked.

For people as tables, for programs as JSON. What needs a person is said in a sentence each, and in the exit code.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime

import click

from webhook import health
from webhook.cli import starting
from webhook.cli.status_shown import show


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
def command(*, as_json: bool) -> None:
    """Say how the service is: database, policy, trackers, work list, verdicts, budgets.

    Exit code 1 if something needs a person.
    """
    watch = health.Watch(starting.settings())
    picture = watch.picture(datetime.now(UTC))
    watch.close()
    if as_json:
        click.echo(json.dumps(health.status(picture), indent=2, ensure_ascii=False))
    else:
        show(picture)
    if picture.needs:
        raise click.exceptions.Exit(1)
