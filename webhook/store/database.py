"""Opening the database: one engine for SQLite or PostgreSQL, and the two kinds of transaction everybody uses.

SQLite runs in WAL mode and is synchronous to the disk, so that what was committed survives a power cut; its file is
private from the first byte on, because it lists unfixed vulnerabilities. Queries live elsewhere.
"""

from __future__ import annotations

import os
import sqlite3
import stat
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, select, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from webhook.store.errors import SchemaOutdatedError, StoreError, StoreUnavailableError
from webhook.store.schema import REVISION

BUSY_SECONDS = 15.0
"""How long SQLite waits for another process's short transaction."""


class Database:
    """An engine and its habits. Transactions are short; none is open while a forge is asked."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.sqlite = engine.dialect.name == "sqlite"
        self._one_writer = threading.Lock()
        self._process = os.getpid()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that only reads. Raises `StoreUnavailableError`."""
        with self._connection() as connection, connection.begin():
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that writes: committed at the end of the block, rolled back by an exception.

        SQLite has one writer at a time: threads of this process queue fairly here, other processes by its own lock,
        which is taken at the beginning, so that a transaction never fails half-way for want of it.
        Raises `StoreUnavailableError`.
        """
        with self._one_writer if self.sqlite else nullcontext(), self._connection() as connection:
            connection.execution_options(sqlite_begin="IMMEDIATE")
            with connection.begin():
                yield connection

    @contextmanager
    def statement(self) -> Iterator[Connection]:
        """For one statement that writes: on PostgreSQL it is a transaction by itself, which saves two round trips.

        Raises `StoreUnavailableError`.
        """
        if self.sqlite:
            with self.write() as connection:
                yield connection
        else:
            with self._connection() as connection:
                yield connection.execution_options(isolation_level="AUTOCOMMIT")

    @contextmanager
    def _connection(self) -> Iterator[Connection]:
        if self._process != os.getpid():  # connections do not survive a fork: leave them to the parent
            self.engine.dispose(close=False)
            self._process, self._one_writer = os.getpid(), threading.Lock()
        try:
            with self.engine.connect() as connection:
                yield connection
        except (OperationalError, InterfaceError, PoolTimeoutError) as error:
            raise StoreUnavailableError(self._where(), error) from None

    def _where(self) -> str:
        return self.engine.url.render_as_string(hide_password=True)

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def connect(url: str) -> Database:
    """An engine for `url`, with SQLite's file created private. Says nothing about the tables in it.

    Raises `StoreError` for an address that cannot serve.
    """
    address = _address(url)
    if address.get_backend_name() == "sqlite":
        return Database(_sqlite(address))
    return Database(_postgresql(address))


def check_revision(database: Database) -> None:
    """Raise `SchemaOutdatedError` unless the database is at the revision this program was written for."""
    found = revision(database)
    if found != REVISION:
        raise SchemaOutdatedError(found, REVISION)


def revision(database: Database) -> str | None:
    """The revision noted in the database; None for an empty one. Raises `StoreUnavailableError`."""
    with database.read() as connection:
        if not database.engine.dialect.has_table(connection, "alembic_version"):
            return None
        found: str | None = connection.scalar(select(text("version_num")).select_from(text("alembic_version")))
        return found


def _address(url: str) -> URL:
    try:
        address = make_url(url)
    except ArgumentError:
        raise StoreError("the database address is no URL such as sqlite:///xsa-scope.db or postgresql://…") from None
    if address.drivername in {"postgres", "postgresql"}:  # Heroku still says postgres://
        address = address.set(drivername="postgresql+psycopg")
    if address.get_backend_name() not in {"sqlite", "postgresql"}:
        raise StoreError(f"the database can be sqlite or postgresql, not {address.get_backend_name()}")
    return address


def _postgresql(address: URL) -> Engine:
    try:
        return create_engine(address, hide_parameters=True, pool_pre_ping=True, pool_size=10, max_overflow=10)
    except ModuleNotFoundError:
        raise StoreError("PostgreSQL needs its driver: pip install 'xsa-scope[postgresql]'") from None


def _sqlite(address: URL) -> Engine:
    if "DYNO" in os.environ:
        raise StoreError("on Heroku disks are neither shared nor kept, SQLite would lose reports: set DATABASE_URL")
    if not address.database or address.database == ":memory:" or address.database.startswith("file:"):
        raise StoreError("SQLite needs a plain file: accepted work must outlive the process")
    make_private(Path(address.database))
    engine = create_engine(
        address,
        hide_parameters=True,
        connect_args={"timeout": BUSY_SECONDS, "isolation_level": None},
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def make_private(file: Path) -> None:
    """Create the file for its owner alone, or take everybody else's rights to it away.

    SQLite gives its journal files the mode of the database, so those are private too.
    """
    try:
        os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    except FileExistsError:
        mode = stat.S_IMODE(file.stat().st_mode)
        if mode & 0o077:
            file.chmod(mode & 0o700)
    except OSError as error:
        raise StoreError(f"the database file {file} cannot be created ({error.strerror})") from None


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA synchronous = FULL")
    _use_wal(connection)


def _use_wal(connection: sqlite3.Connection) -> None:
    """Switch to WAL. SQLite does not wait for its lock here when several processes open a fresh file at once."""
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            (mode,) = connection.execute("PRAGMA journal_mode = WAL").fetchone()
        except sqlite3.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        else:
            if mode != "wal":
                raise StoreError("SQLite cannot use its write-ahead log here (a network file system?)")
            return


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN " + connection.get_execution_options().get("sqlite_begin", "DEFERRED"))
