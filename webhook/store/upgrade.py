"""Bringing a database to this program's revision, however many processes try at once.

Alembic is loaded here and in the migrations only: a worker or web process just compares two words (`database`).
"""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import text

from webhook.store.database import Database, connect, revision

_LOCK = 0x5853_4153  # any number that nothing else in the database uses as an advisory lock


def upgrade(url: str) -> tuple[str | None, str | None]:
    """Create or migrate the database at `url`; returns the revisions before and after. Raises `StoreError`.

    One transaction under a lock: another process that upgrades meanwhile waits and finds nothing left to do, and a
    migration that fails leaves everything as it was.
    """
    database = connect(url)
    try:
        before = revision(database)
        _to_head(database)
        return before, revision(database)
    finally:
        database.close()


def config() -> Config:
    """Alembic's settings: the migrations beside this module, and no file."""
    settings = Config()
    settings.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return settings


def _to_head(database: Database) -> None:
    settings = config()
    with database.write() as connection:
        if not database.sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        settings.attributes["connection"] = connection
        command.upgrade(settings, "head")
