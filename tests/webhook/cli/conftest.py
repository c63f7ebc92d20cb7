"""Commands as processes in a folder of the test's own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.webhook.cli.running import TOML, TRACKER, Running


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Running]]:
    """Start a command in a folder of its own; whatever still runs at the end is ended."""
    started: list[Running] = []

    def begin(command: str, toml: str = TOML + TRACKER, **variables: str) -> Running:
        (tmp_path / "xsa-scope.toml").write_text(toml)
        started.append(Running(tmp_path, command, **variables))
        return started[-1]

    yield begin
    for running in started:
        running.end()
