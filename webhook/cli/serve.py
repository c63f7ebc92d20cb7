"""`xsa-scope serve`: all on one machine. Brings the database up to date, then keeps web and worker running.

Two child processes, so that neither can take the other down. One that ends is started again, ever more slowly; one
that cannot start ends everything, because something is wrong that starting again does not mend.
"""

from __future__ import annotations

import sys

import click

from webhook.cli import starting
from webhook.cli.supervise import Part, Supervisor
from webhook.settings import Settings
from webhook.store import StoreError

KILL_AFTER = 5.0
"""Seconds beyond the drain time before a process that will not end is killed."""


@click.command()
def command() -> None:
    """Run web and worker together, after bringing the database up to date. Works without any tracker too."""
    settings = starting.settings()
    _upgrade(settings)
    starting.share_figures()
    names = ["web", "worker"] if settings.trackers else ["web"]
    patience = max(settings.web.drain_seconds, settings.worker.drain_seconds) + KILL_AFTER
    parts = [Part(name, (sys.executable, "-m", "webhook", name)) for name in names]
    if not Supervisor(parts, patience).run():
        raise click.exceptions.Exit(1)


def _upgrade(settings: Settings) -> None:
    from webhook.store.upgrade import upgrade  # noqa: PLC0415  # Alembic is needed here once, and not in the children

    try:
        upgrade(settings.database_url.get_secret_value())
    except StoreError as error:
        raise click.ClickException(str(error)) from None
