"""What the long-running commands do first: settings, logs, figures, and a database that is fit to use.

Faults found here are told in full sentences on the terminal; once a server runs, its log tells only class and place.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

import click

from webhook import log
from webhook.settings import Settings, SettingsError, load_settings
from webhook.store import Store, StoreError, open_store

FIGURES = "PROMETHEUS_MULTIPROC_DIR"
"""Where processes of one machine keep their figures; must be set before `webhook.metrics` is imported."""


def settings() -> Settings:
    """The settings, with this process's logs set up after them. Ends the command if they cannot be used."""
    try:
        found = load_settings()
    except SettingsError as error:
        raise click.ClickException(str(error)) from None
    log.configure(found.log.level, found.log.format)
    return found


def store(found: Settings) -> Store:
    """The open database. Ends the command if it cannot be used."""
    try:
        return open_store(found.database_url.get_secret_value())
    except StoreError as error:
        raise click.ClickException(str(error)) from None


def share_figures() -> Path:
    """A folder for the figures of this process and its children, unless there is one; removed when this one ends."""
    if os.environ.get(FIGURES):
        folder = Path(os.environ[FIGURES])
        folder.mkdir(parents=True, exist_ok=True)
        return folder
    folder = Path(tempfile.mkdtemp(prefix="xsa-scope-figures-"))
    os.environ[FIGURES] = str(folder)
    maker = os.getpid()

    def remove() -> None:
        if os.getpid() == maker:  # forked processes inherit this wish, not the right to it
            shutil.rmtree(folder, ignore_errors=True)

    atexit.register(remove)
    return folder


def forget_figures(pid: int) -> None:
    """Tell the shared figures that a process is gone: what holds only while it lives is not shown any more."""
    from prometheus_client import multiprocess  # noqa: PLC0415  # only once the folder of figures is set

    multiprocess.mark_process_dead(pid)  # type: ignore[no-untyped-call]  # the library leaves it untyped
