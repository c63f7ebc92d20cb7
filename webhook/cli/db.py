"""`xsa-scope db`: create and migrate the database, and say at which revision it is."""

from __future__ import annotations

import click

from webhook.settings import SettingsError, load_settings
from webhook.store import StoreError
from webhook.store.database import connect, revision
from webhook.store.schema import REVISION


@click.group()
def command() -> None:
    """Create and migrate the database."""


@command.command()
def upgrade() -> None:
    """Create the database's tables or bring them to this release. Safe to run at any time, by several at once."""
    from webhook.store.upgrade import upgrade as to_head  # noqa: PLC0415  # Alembic is needed here and nowhere else

    try:
        before, after = to_head(_address())
    except StoreError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"at revision {after} already" if before == after else f"from {before or 'nothing'} to revision {after}")


@command.command()
def status() -> None:
    """Say at which revision the database is; exit code 3 if `db upgrade` has something to do."""
    try:
        database = connect(_address())
        found = revision(database)
        database.close()
    except StoreError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"database: {found or 'empty'}, this program: {REVISION}")
    if found != REVISION:
        raise click.exceptions.Exit(3)


def _address() -> str:
    try:
        return load_settings().database_url.get_secret_value()
    except SettingsError as error:
        raise click.ClickException(str(error)) from None
