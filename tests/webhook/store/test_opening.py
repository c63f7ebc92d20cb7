"""The database is private, durable, at the right revision, or not opened at all."""

from __future__ import annotations

import os
import sqlite3
import stat
from pathlib import Path
from typing import NoReturn

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError, StatementError

from tests.databases import NOON, issue
from webhook.store import SchemaOutdatedError, Store, StoreError, StoreUnavailableError, open_store
from webhook.store.database import connect
from webhook.store.upgrade import upgrade


def mode(file: Path) -> int:
    return stat.S_IMODE(file.stat().st_mode)


def test_the_file_and_its_journal_are_for_the_owner_alone_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        url = f"sqlite:///{tmp_path / 'scope.db'}"
        upgrade(url)
        with open_store(url) as store:
            store.mark(issue(), event="issues.opened", delivery="d", now=NOON)
            modes = {file.name: mode(file) for file in tmp_path.iterdir()}
    finally:
        os.umask(before)
    assert modes == {"scope.db": 0o600, "scope.db-wal": 0o600, "scope.db-shm": 0o600}


def test_a_file_restored_with_wide_rights_is_narrowed_before_it_is_opened(tmp_path: Path) -> None:
    file = tmp_path / "scope.db"
    upgrade(f"sqlite:///{file}")
    file.chmod(0o664)
    open_store(f"sqlite:///{file}").close()
    assert mode(file) == 0o600


def test_sqlite_writes_to_the_disk_before_it_says_so_and_heeds_references(sqlite_template: Path) -> None:
    database = connect(f"sqlite:///{sqlite_template}")
    with database.read() as connection:
        names = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        found = {name: connection.execute(text(f"PRAGMA {name}")).scalar_one() for name in names}
    database.close()
    assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 15000}


def test_an_empty_database_is_refused_with_the_command_that_helps(tmp_path: Path) -> None:
    with pytest.raises(SchemaOutdatedError, match="xsa-scope db upgrade") as refused:
        open_store(f"sqlite:///{tmp_path / 'scope.db'}")
    assert refused.value.found is None


def test_a_database_of_another_revision_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "scope.db"
    upgrade(f"sqlite:///{file}")
    with sqlite3.connect(file) as other:
        other.execute("UPDATE alembic_version SET version_num = '9999'")
    other.close()
    with pytest.raises(SchemaOutdatedError, match="revision 9999"):
        open_store(f"sqlite:///{file}")


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "sqlite:///file:x?uri=true"])
def test_sqlite_without_a_plain_file_is_refused(url: str) -> None:
    with pytest.raises(StoreError, match="plain file"):
        open_store(url)


def test_sqlite_is_refused_where_disks_are_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DYNO", "web.1")
    with pytest.raises(StoreError, match="DATABASE_URL"):
        open_store(f"sqlite:///{tmp_path / 'scope.db'}")
    assert not (tmp_path / "scope.db").exists()


@pytest.mark.parametrize("url", ["mysql://host/x", "no url at all"])
def test_an_address_of_nothing_we_know_is_refused(url: str) -> None:
    with pytest.raises(StoreError, match="sqlite"):
        open_store(url)


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be created"):
        open_store(f"sqlite:///{tmp_path / 'nowhere' / 'scope.db'}")


def test_a_server_that_does_not_answer_is_told_without_the_password() -> None:
    with pytest.raises(StoreError) as refused:
        open_store("postgres://scope:hunter2@127.0.0.1:1/scope")
    assert "127.0.0.1:1/scope" in str(refused.value)
    assert "hunter2" not in str(refused.value)


def test_a_database_that_goes_away_is_told_in_the_stores_own_words(url: str) -> None:
    with open_store(url) as store:
        store.mark(issue(), event="e", delivery="d", now=NOON)
        store._database.engine.dispose()
        store._database.engine.pool.connect = broken  # type: ignore[method-assign]  # the server is gone
        with pytest.raises(StoreUnavailableError, match="does not answer"):
            store.mark(issue(), event="e", delivery="d", now=NOON)


def broken() -> NoReturn:
    raise OperationalError("SELECT 1", None, ConnectionRefusedError("secret"))


def test_a_store_opened_before_a_fork_works_in_the_child_and_in_the_parent(store: Store) -> None:
    store.mark(issue(1), event="e", delivery="d", now=NOON)
    child = os.fork()
    if child == 0:
        try:
            store.mark(issue(2), event="e", delivery="d", now=NOON)
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    store.mark(issue(3), event="e", delivery="d", now=NOON)
    assert store.stats(NOON).live.due == 3


def test_a_failing_statement_does_not_quote_what_was_to_be_stored(url: str) -> None:
    database = connect(url)
    with pytest.raises((StatementError, StoreError)) as failed, database.write() as connection:
        connection.execute(text("SELECT CAST(:value AS nonsense) FROM nowhere"), {"value": "a reporter's words"})
    database.close()
    assert "reporter" not in str(failed.value)
