"""What the tests of the rulebook share: the built-in policy, loaded once, and the source text it quotes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import pytest

import scope

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture(scope="session")
def policy() -> scope.Policy:
    return scope.load_policy("builtin:xen-rfc-v2")


@pytest.fixture(scope="session")
def source_text(stand_missing: Callable[[str], NoReturn]) -> str:
    """The text of February 2017, as archived."""
    file = ROOT.parent / "shared" / "policy" / "rfc-v2.txt"
    if not file.is_file():
        stand_missing("the source text ../shared/policy/rfc-v2.txt is not there")
    return file.read_text(encoding="utf-8")
