"""`status` and `dead` as an operator types them: words and JSON, exit codes, and what they leave alone."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from webhook.cli import main
from webhook.cli.status_shown import span
from webhook.issue import ForgeKind, IssueRef
from webhook.store import Claim, DutyClaim, Store, TrackerRef, open_store
from webhook.store.upgrade import upgrade

TRACKER = TrackerRef(ForgeKind.GITHUB, "octo/alpha")
TOML = """
[[tracker]]
forge = "github"
project = "octo/alpha"
webhook_secret_env = "HOOK"
token_env = "TOKEN"
"""
MINUTE = timedelta(minutes=1)
Say = Callable[..., Result]


@pytest.fixture
def say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Say:
    """Types a command in a folder with settings."""
    (tmp_path / "xsa-scope.toml").write_text(TOML)
    monkeypatch.chdir(tmp_path)
    for name, value in {"HOOK": "secret", "TOKEN": "token", "COLUMNS": "200"}.items():
        monkeypatch.setenv(name, value)
    for name in ("DATABASE_URL", "XSA_SCOPE_CONFIG", "DYNO"):
        monkeypatch.delenv(name, raising=False)
    return lambda *words: CliRunner().invoke(main, words)


@pytest.fixture
def store(tmp_path: Path, say: Say) -> Store:
    """A database beside those settings, whose forge answered just now."""
    url = f"sqlite:///{tmp_path / 'xsa-scope.db'}"
    upgrade(url)
    store, now = open_store(url), datetime.now(UTC)
    store.mark_duty(TRACKER, ["visibility"], event="e", delivery="d", now=now)
    claim = store.claim("worker", now, MINUTE, with_duties=True)
    assert isinstance(claim, DutyClaim)
    store.done_duties(claim, now=now)
    return store


def bury(store: Store, number: int, reason: str) -> None:
    now = datetime.now(UTC)
    store.mark(IssueRef(TRACKER.forge, TRACKER.project, number), event="e", delivery="d", now=now)
    claim = store.claim("worker", now, MINUTE)
    assert isinstance(claim, Claim)
    store.bury(claim, reason=reason, now=now)


# --- status


def test_a_healthy_service_is_told_so_and_by_exit_code_0(store: Store, say: Say) -> None:
    told = say("status")
    assert told.exit_code == 0, told.output
    assert told.output.startswith("All is well.\n")
    assert "database ok, migrations ok, policy ok" in told.output
    assert "policy xen-rfc-v2, version 1, sha256:" in told.output
    assert "github:octo/alpha" in told.output


def test_what_needs_a_person_is_said_first_and_by_exit_code_1(store: Store, say: Say) -> None:
    bury(store, 7, "forge-refused")
    told = say("status")
    assert told.exit_code == 1
    assert told.output.startswith("dead-letters: github:octo/alpha: 1 dead letter: `xsa-scope dead list`")
    assert "All is well" not in told.output


def test_holds_stops_and_waiting_work_are_shown(store: Store, say: Say) -> None:
    now = datetime.now(UTC)
    store.mark(IssueRef(TRACKER.forge, TRACKER.project, 1), event="e", delivery="d", now=now)
    store.hold(TRACKER, until=now + 30 * MINUTE, reason="limited-secondary")
    assert "live work waits" in (shown := say("status").output)
    assert "limited-secondary" in shown
    assert "1 due" in shown
    store.stop_tracker(TRACKER, "archived", now)
    told = say("status")
    assert told.exit_code == 1
    assert "Stopped (archived). The project is archived" in told.output


def test_a_program_gets_all_of_it_as_json(store: Store, say: Say) -> None:
    assert json.loads(say("status", "--json").output)["healthy"]
    bury(store, 7, "forge-gone")
    told = say("status", "--json")
    assert told.exit_code == 1
    found = json.loads(told.output)
    assert not found["healthy"]
    assert [need["code"] for need in found["needs"]] == ["dead-letters"]
    assert found["trackers"][0]["dead"] == 1
    assert found["policy"]["id"] == "xen-rfc-v2"


def test_a_database_that_is_not_there_yet_is_told_with_what_to_do(say: Say) -> None:
    told = say("status")
    assert told.exit_code == 1
    assert "run `xsa-scope db upgrade`" in told.output
    assert [check["name"] for check in json.loads(say("status", "--json").output)["checks"]][:2] == [
        "database",
        "migrations",
    ]


def test_times_are_told_in_a_sensible_unit() -> None:
    assert [span(seconds) for seconds in (0, 99, 100, 5_999, 6_000, 259_199, 259_200)] == [
        "0 s",
        "99 s",
        "2 min",
        "100 min",
        "2 h",
        "72 h",
        "3 days",
    ]


# --- dead letters


def test_no_dead_letters_is_a_good_answer(store: Store, say: Say) -> None:
    assert say("dead", "list").output == "No dead letters.\n"
    assert json.loads(say("dead", "list", "--json").output) == []


def test_dead_letters_are_listed_with_what_happened_and_what_to_do(store: Store, say: Say) -> None:
    bury(store, 7, "forge-refused")
    bury(store, 8, "forge-refused")
    bury(store, 9, "crashed-repeatedly")
    told = say("dead", "list").output
    assert "github:octo/alpha#7" in told
    assert told.count("The forge understood what was asked and refused it.") == 1, "once for each reason"
    assert "See whether processes are killed" in told
    first = json.loads(say("dead", "list", "--json").output)[0]
    assert (first["issue"], first["reason"]) == ("github:octo/alpha#7", "forge-refused")
    assert first["remedy"].startswith("Look for a missing permission")


def test_a_named_dead_letter_is_tried_again_and_the_others_are_not(store: Store, say: Say) -> None:
    bury(store, 7, "forge-refused")
    bury(store, 8, "forge-refused")
    told = say("dead", "retry", "github:octo/alpha#7", "github:octo/alpha#7")
    assert (told.exit_code, told.output) == (0, "1 put back on the work list\n")
    assert [letter.ref.number for letter in store.dead()] == [8]


def test_all_are_tried_again_when_all_is_said(store: Store, say: Say) -> None:
    bury(store, 7, "forge-refused")
    bury(store, 8, "forge-gone")
    assert say("dead", "retry", "--all").output == "2 put back on the work list\n"
    assert store.dead() == []
    assert say("dead", "retry", "--all").exit_code == 0


@pytest.mark.parametrize("words", [(), ("--all", "github:octo/alpha#7"), ("7",), ("github:octo/alpha",), ("x:a/b#1",)])
def test_wrong_usage_is_exit_code_2_and_retries_nothing(store: Store, say: Say, words: tuple[str, ...]) -> None:
    bury(store, 7, "forge-refused")
    assert say("dead", "retry", *words).exit_code == 2
    assert len(store.dead()) == 1


def test_an_address_that_is_no_dead_letter_is_named_and_makes_nothing_known(
    store: Store, say: Say, tmp_path: Path
) -> None:
    bury(store, 7, "forge-refused")
    told = say("dead", "retry", "github:octo/alpha#7", "github:octo/alpah#7")
    assert told.exit_code == 1
    assert "1 put back on the work list" in told.output
    assert "no dead letter: github:octo/alpah#7" in told.output
    with closing(sqlite3.connect(tmp_path / "xsa-scope.db")) as connection:
        assert connection.execute("SELECT project FROM tracker").fetchall() == [("octo/alpha",)]


def test_a_database_that_is_not_up_to_date_is_told_in_words(say: Say) -> None:
    for words in (("list",), ("retry", "--all")):
        told = say("dead", *words)
        assert told.exit_code == 1
        assert "run `xsa-scope db upgrade`" in told.output
