"""The migrations lead to the schema, on both databases, however many processes run them at once."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from alembic import command as migrate
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from click.testing import CliRunner

from tests.databases import issue
from webhook.cli.db import command
from webhook.store import open_store
from webhook.store.database import connect, revision
from webhook.store.schema import REVISION, metadata
from webhook.store.upgrade import config, upgrade


def test_the_migrations_make_exactly_the_schema(url: str) -> None:
    database = connect(url)
    with database.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, metadata) == []
    database.close()


def test_the_program_knows_the_newest_migration() -> None:
    assert ScriptDirectory.from_config(config()).get_current_head() == REVISION


def test_every_table_and_column_is_explained() -> None:
    unexplained = [str(column) for table in metadata.tables.values() for column in table.c if not column.comment]
    assert unexplained == []
    assert all(table.comment for table in metadata.tables.values())


def test_upgrading_twice_changes_nothing(url: str) -> None:
    assert upgrade(url) == (REVISION, REVISION)


UPGRADE = "import sys; from webhook.store.upgrade import upgrade; upgrade(sys.argv[1])"


def all_at_once(url: str) -> None:
    running = [subprocess.Popen([sys.executable, "-c", UPGRADE, url], stderr=subprocess.PIPE) for _ in range(4)]
    told = [process.communicate(timeout=60)[1].decode() for process in running]
    assert [process.returncode for process in running] == [0] * 4, told
    database = connect(url)
    assert revision(database) == REVISION
    database.close()


def test_four_processes_that_upgrade_a_fresh_sqlite_file_at_once_all_succeed(tmp_path: Path) -> None:
    all_at_once(f"sqlite:///{tmp_path / 'scope.db'}")


def test_four_processes_that_upgrade_a_fresh_postgresql_database_at_once_all_succeed(postgres_fresh: str) -> None:
    all_at_once(postgres_fresh)


def test_a_migration_that_fails_leaves_the_database_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from alembic import op  # noqa: PLC0415  # the module the migration calls

    monkeypatch.setattr(op, "create_index", lambda *_, **__: 1 / 0)
    url = f"sqlite:///{tmp_path / 'scope.db'}"
    with pytest.raises(ZeroDivisionError):
        upgrade(url)
    database = connect(url)
    with database.read() as connection:
        assert database.engine.dialect.get_table_names(connection) == []
    database.close()


def test_the_command_upgrades_and_tells_the_revision(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    environment = {"DATABASE_URL": f"sqlite:///{tmp_path / 'scope.db'}", "XSA_SCOPE_CONFIG": ""}
    run = CliRunner(env={**os.environ, **environment})
    behind = run.invoke(command, ["status"])
    assert (behind.exit_code, behind.output) == (3, f"database: empty, this program: {REVISION}\n")
    assert run.invoke(command, ["upgrade"]).output == f"from nothing to revision {REVISION}\n"
    assert run.invoke(command, ["upgrade"]).output == f"at revision {REVISION} already\n"
    assert run.invoke(command, ["status"]).exit_code == 0


def test_the_command_tells_what_is_wrong_in_one_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", "postgresql://scope:hunter2@127.0.0.1:1/scope")
    told = CliRunner().invoke(command, ["upgrade"])
    assert told.exit_code == 1
    assert "does not answer" in told.output
    assert "hunter2" not in told.output


def at_first_release(url: str) -> None:
    """A database as release 0001 left it, with an issue in it."""
    database, settings = connect(url), config()
    with database.write() as connection:
        settings.attributes["connection"] = connection
        migrate.upgrade(settings, "0001")
    with database.write() as connection:
        connection.exec_driver_sql("INSERT INTO tracker (id, forge, project) VALUES (1, 'github', 'example/security')")
        connection.exec_driver_sql("INSERT INTO issue (id, tracker_id, number, outcome) VALUES (1, 1, 7, 'in-scope')")
    database.close()


def kept_through(url: str) -> None:
    at_first_release(url)
    assert upgrade(url) == ("0001", REVISION)
    with open_store(url) as store:
        record = store.record(issue(7))
        assert record is not None
        assert record.pins == {}
        assert store.policy_version("active") is None
        assert store.job() is None


def test_an_older_sqlite_database_is_brought_up_with_what_is_in_it(tmp_path: Path) -> None:
    kept_through(f"sqlite:///{tmp_path / 'scope.db'}")


def test_an_older_postgresql_database_is_brought_up_with_what_is_in_it(postgres_fresh: str) -> None:
    kept_through(postgres_fresh)
