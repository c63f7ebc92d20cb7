"""One yard on each forge: on SQLite, and where the store has a part in it (`both_databases`) on PostgreSQL too."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from types import SimpleNamespace

import pytest

import scope
from tests.webhook.duties.yard import Yard
from tests.webhook.reconcile.conftest import (
    every_line_is_looked_at,
    place,
    policy,
    postgres_name,
    postgres_url,
    sqlite_template,
    store,
)
from tests.webhook.reconcile.places import Place
from webhook.forges import forge_factory
from webhook.store import Store

__all__ = [
    "every_line_is_looked_at",
    "place",
    "policy",
    "postgres_name",
    "postgres_url",
    "sqlite_template",
    "store",
]


@pytest.fixture
def yard(place: Place, store: Store, policy: scope.Policy, monkeypatch: pytest.MonkeyPatch) -> Iterator[Yard]:
    """Hours pass here, for the client library too: tokens end by the sandbox's clock."""
    clock = place.sandbox.core.clock
    monkeypatch.setattr("github.Auth.time", SimpleNamespace(time=clock.now))
    place.factory = forge_factory(replace(place.access, clock=clock.now))  # type: ignore[attr-defined]
    opened = Yard(place, store, policy)
    yield opened
    opened.forge.close()
