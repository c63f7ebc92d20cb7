"""`xsa-scope db`: create and migrate the database, and say at which revision it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Iterator

from contextlib import contextmanager

from webhook.settings import SettingsError, load_settings
from webhook.store.errors import StoreError


@click.group()
def command() -> None:
    """Create and migrate the database."""
