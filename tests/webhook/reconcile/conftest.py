"""One house on each forge: on SQLite, and for what the store has a part in (`both_databases`) on PostgreSQL too."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

import scope
from tests.databases import empty, postgres_name, postgres_url, sqlite_template
from tests.webhook.reconcile.house import House
from tests.webhook.reconcile.places import Hub, Lab, Place
from webhook.log.lines import State
from webhook.sandbox import Sandbox
from webhook.store import Store, open_store

__all__ = ["postgres_name", "postgres_url", "sqlite_template"]


@pytest.fixture(scope="session")
def policy() -> scope.Policy:
    return scope.load_policy("builtin:xen-rfc-v2")


@pytest.fixture(autouse=True)
def every_line_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """A line below the level that is written is dropped before anybody looks whether it could carry prose."""
    monkeypatch.setattr(State, "level", logging.DEBUG)


@pytest.fixture(params=["sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    if request.param == "sqlite":
        file = tmp_path / "scope.db"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), file)
        url = f"sqlite:///{file}"
    else:
        url = request.getfixturevalue("postgres_url")
        empty(url)
    with open_store(url) as opened:
        yield opened


@pytest.fixture(params=[Hub, Lab], ids=["github", "gitlab"])
def place(request: pytest.FixtureRequest) -> Iterator[Place]:
    with Sandbox(lifetime=60) as sandbox:
        yield request.param(sandbox)


@pytest.fixture
def house(place: Place, store: Store, policy: scope.Policy) -> Iterator[House]:
    opened = House(place, store, policy)
    yield opened
    opened.forge.close()
