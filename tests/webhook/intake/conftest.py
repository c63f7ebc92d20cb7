"""Fixtures of the front door; the door itself is in `door`."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.webhook.intake.door import FrontDoor, open_door
from webhook import log
from webhook.store import open_store
from webhook.store.upgrade import upgrade


@pytest.fixture(autouse=True)
def _logs_are_strict() -> Iterator[None]:
    with log.strict():
        yield


@pytest.fixture
def door() -> FrontDoor:
    """A fresh front door before a store of paper."""
    return open_door()


@dataclass
class RealDoor:
    """A front door before a real database, and a look into it."""

    door: FrontDoor
    file: Path

    def rows(self) -> list[tuple[Any, ...]]:
        """Everything the database knows of issues."""
        connection = sqlite3.connect(self.file)
        found = connection.execute("SELECT * FROM issue ORDER BY id").fetchall()
        connection.close()
        return found

    def everything(self) -> bytes:
        """The database's files as they lie on the disk."""
        return b"".join(part.read_bytes() for part in sorted(self.file.parent.glob(f"{self.file.name}*")))


@pytest.fixture
def real_door(tmp_path: Path) -> Iterator[RealDoor]:
    """The front door before SQLite."""
    file = tmp_path / "store.db"
    upgrade(f"sqlite:///{file}")
    with open_store(f"sqlite:///{file}") as store:
        yield RealDoor(open_door(store=store), file)
