"""One sandbox, one database and one pair of people's forges for all cases of a file."""

from __future__ import annotations

import importlib
import shutil
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

import scope
from tests.databases import sqlite_template
from tests.webhook.matrix.walk import Walk
from webhook.sandbox import Sandbox
from webhook.store import open_store

__all__ = ["sqlite_template"]


@pytest.fixture(scope="module")
def walk(
    request: pytest.FixtureRequest, sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Walk]:
    file = tmp_path_factory.mktemp("matrix") / "scope.db"
    shutil.copyfile(sqlite_template, file)
    with (
        Sandbox(lifetime=300) as sandbox,
        open_store(f"sqlite:///{file}") as store,
        pytest.MonkeyPatch.context() as monkeypatch,
    ):
        clock = SimpleNamespace(time=sandbox.core.clock.now)
        monkeypatch.setattr(
            importlib.import_module("github.Auth"), "time", clock
        )  # PyGithub signs with a clock of its own
        walk = Walk(request.module.PLACE(sandbox), store, scope.load_policy("builtin:xen-rfc-v2"))
        walk.rest()
        yield walk


@pytest.fixture(autouse=True)
def good_weather(walk: Walk) -> Iterator[None]:
    """A case that failed leaves nothing to the next."""
    yield
    walk.core.faults.clear()
