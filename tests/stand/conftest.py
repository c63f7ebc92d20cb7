"""The stand around emulate: one emulator and one proxy for all tests, a service and a clean slate for each.

Every test here is also a test of the wire: at its end, no request of the service's may be other than GitHub's
description has it.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest

from tests.stand.emulate import emulator as emulated
from tests.stand.emulate.emulator import Emulator
from tests.stand.emulate.running import free_ports
from tests.stand.emulate.stand import Counted, Stand, Street
from tests.stand.emulate.wire import MITMDUMP, Wire

collect_ignore_glob = ["proxy/*.py"]
"""These are loaded by mitmproxy, in its own environment."""

FIGURES = pytest.StashKey[dict[str, Counted]]()
ALLOWED = pytest.StashKey[dict[str, str]]()


@pytest.fixture(scope="session")
def street(
    stand_missing: Callable[[str], NoReturn], shared_data: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Street]:
    """The server and the proxy, running."""
    if what := emulated.absent():
        stand_missing(what)
    if not MITMDUMP.is_file():
        stand_missing("the proxy's environment is not there (make .proxy/.ready)")
    spec = shared_data / "github-rest" / "gh_trim31.json"
    if not spec.is_file():
        stand_missing("GitHub's REST description is not in ../shared/data/github-rest")
    folder, secret = tmp_path_factory.mktemp("street"), secrets.token_hex(20)
    server, proxy, service = free_ports(3)
    hook = f"http://127.0.0.1:{service}/webhooks/github"
    emulator = Emulator(folder, port=server, seen_as=f"http://127.0.0.1:{proxy}", hook=hook, secret=secret)
    try:
        names = emulator.repositories()
        wire = Wire(folder, port=proxy, server=emulator.url, spec=spec, names=names)
        try:
            yield Street(emulator, wire, service, secret)
        finally:
            wire.end()
    finally:
        emulator.end()


@pytest.fixture
def stand(street: Street, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Stand]:
    """A service at work on an empty database; nothing has happened yet. At the end, the wire is judged."""
    street.emulator.reset()
    street.wire.forget()
    stand = Stand(tmp_path, street)
    try:
        stand.start()
        yield stand
    finally:
        stand.kill()
    judge(street.wire, request.config)


@pytest.fixture
def figures(request: pytest.FixtureRequest) -> dict[str, Counted]:
    """Requests by scenario, told at the end of the run."""
    return request.config.stash.setdefault(FIGURES, {})


def judge(wire: Wire, config: pytest.Config) -> None:
    """No request may be wrong; what cannot be judged is told."""
    assert wire.findings() == []
    told = config.stash.setdefault(ALLOWED, {})
    told.update({f"{row['method'].upper()} {row['path']}": row["allowed"] for row in wire.findings(allowed=True)})


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Tell how many requests each scenario took, and which could not be judged."""
    figures, allowed = config.stash.get(FIGURES, {}), config.stash.get(ALLOWED, {})
    if figures:
        terminalreporter.section("requests to GitHub (emulate)")
    for scenario, counted in figures.items():
        counts = f"{len(counted.reads):3} reads {len(counted.writes):3} writes {len(counted.tokens):3} tokens"
        terminalreporter.write_line(f"{counts}   {scenario}")
    for request, why in allowed.items():
        terminalreporter.write_line(f"not judged: {request} ({why})")
