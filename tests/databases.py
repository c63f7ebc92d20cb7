"""Fixtures: every test that asks for `store` or `url` runs on SQLite and on PostgreSQL, each time with empty tables.

PostgreSQL is taken from `XSA_SCOPE_TEST_POSTGRES`, a server on which databases may be made and dropped.
"""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NoReturn

import psycopg
import pytest
from sqlalchemy import create_engine, make_url, text

from webhook.issue import ForgeKind, IssueRef
from webhook.store import Store, open_store
from webhook.store.database import connect
from webhook.store.schema import metadata
from webhook.store.upgrade import upgrade

SERVER = os.environ.get("XSA_SCOPE_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/test")
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def seconds(number: float) -> timedelta:
    return timedelta(seconds=number)


def issue(number: int = 1, project: str = "example/security") -> IssueRef:
    return IssueRef(ForgeKind.GITHUB, project, number)


def empty(url: str) -> None:
    """Take all rows away."""
    database = connect(url)
    with database.write() as connection:
        for table in reversed(metadata.sorted_tables):
            connection.execute(table.delete())
    database.close()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("template") / "scope.db"
    upgrade(f"sqlite:///{file}")
    return file


@contextmanager
def postgres_database(name: str) -> Iterator[str]:
    """A database of our own on the server, without tables, dropped at the end."""
    server = make_url(SERVER).set(drivername="postgresql+psycopg")
    engine = create_engine(server, isolation_level="AUTOCOMMIT", connect_args={"connect_timeout": 3})
    try:
        with engine.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        try:
            yield server.set(database=name).render_as_string(hide_password=False)
        finally:
            with engine.connect() as connection:
                connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    finally:
        engine.dispose()


@pytest.fixture(scope="session")
def postgres_name(stand_missing: Callable[[str], NoReturn]) -> str:
    """A name for our database; skips where there is no server."""
    try:
        psycopg.connect(SERVER, connect_timeout=3).close()
    except psycopg.Error as error:
        stand_missing(f"PostgreSQL cannot be used ({type(error).__name__})")
    return f"xsa_scope_test_{os.getpid()}_{secrets.token_hex(3)}"


@pytest.fixture
def postgres_fresh(postgres_name: str) -> Iterator[str]:
    with postgres_database(f"{postgres_name}_fresh") as address:
        yield address


@pytest.fixture(scope="session")
def postgres_url(postgres_name: str) -> Iterator[str]:
    with postgres_database(postgres_name) as address:
        upgrade(address)
        yield address


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        template: Path = request.getfixturevalue("sqlite_template")
        file = tmp_path / "scope.db"
        shutil.copyfile(template, file)
        return f"sqlite:///{file}"
    address: str = request.getfixturevalue("postgres_url")
    empty(address)
    return address


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    with open_store(url) as opened:
        yield opened
