"""What all tests share: where third-party data lies, and how a missing part of the stand is told."""

from __future__ import annotations

import logging
import os
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

import pytest

from webhook import log
from webhook.log.lines import State

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def stand_missing() -> Callable[[str], NoReturn]:
    """Skip with a reason, or fail where the full stand is demanded (`XSA_SCOPE_REQUIRE_STAND=1`, as CI does)."""

    def missing(what: str) -> NoReturn:
        if os.environ.get("XSA_SCOPE_REQUIRE_STAND") == "1":
            pytest.fail(f"the full stand is demanded, but {what}")
        pytest.skip(what)

    return missing


@pytest.fixture(scope="session")
def shared_data(stand_missing: Callable[[str], NoReturn]) -> Path:
    """The folder of third-party data beside the project; tests read it, nothing of it is copied in."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        stand_missing("the third-party data folder ../shared/data is not there")
    return folder


@pytest.fixture(autouse=True)
def no_prose_in_logs() -> Iterator[None]:
    """A log line that could carry prose is an error in every test, not just left out."""
    with log.strict():
        yield


@pytest.fixture(autouse=True)
def logs_as_before() -> Iterator[None]:
    """A command called within the test's own process takes its logs over; the next test finds them as they were."""
    root = logging.getLogger()
    before = (State.level, State.console, root.handlers[:], root.level, sys.excepthook, threading.excepthook)
    levels = {name: logging.getLogger(name).level for name in ("github", "github.Requester", "gitlab", "urllib3")}
    yield
    State.level, State.console, root.handlers[:], level, sys.excepthook, threading.excepthook = before
    root.setLevel(level)
    for name, was in levels.items():
        logging.getLogger(name).setLevel(was)
    logging.captureWarnings(capture=False)
