"""`xsa-scope serve`: all on one machine. Brings the database up to date, then keeps web, worker and admin running.

Child processes, so that none can take another down. One that ends is started again, ever more slowly; web or worker
that cannot start ends everything, because something is wrong that starting again does not mend. Reports are taken and
worked on without the operators' face, too: a port that is taken costs the figures, not the service.
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
    """Run web, worker and admin together, after bringing the database up to date. Works without any tracker too."""
    settings = starting.settings()
    _upgrade(settings)
    starting.share_figures()
    names = ["web", "worker"] if settings.trackers else ["web"]
    patience = max(settings.web.drain_seconds, settings.worker.drain_seconds) + KILL_AFTER
    parts = [Part(name, _command(name)) for name in names] + [Part("admin", _command("admin"), vital=False)]
    if not Supervisor(parts, patience, starting.forget_figures).run():
        raise click.exceptions.Exit(1)


def _command(name: str) -> tuple[str, ...]:
    return (sys.executable, "-m", "webhook", name)


def _upgrade(settings: Settings) -> None:
    from webhook.store.upgrade import upgrade  # noqa: PLC0415  # Alembic is needed here once, and not in the children

    try:
        upgrade(settings.database_url.get_secret_value())
    except StoreError as error:
        raise click.ClickException(str(error)) from None
