"""SECURITY.md names a test for every defence: there must be such a test."""

from __future__ import annotations

import re
from pathlib import Path

HERE = Path(__file__).resolve().parent
PAGE = HERE.parent / "SECURITY.md"


def test_every_test_that_the_security_page_names_exists() -> None:
    named = set(re.findall(r"`(test_\w+)`", PAGE.read_text(encoding="utf-8")))
    there = {
        name
        for file in HERE.rglob("test_*.py")
        for name in re.findall(r"^def (test_\w+)", file.read_text(), re.MULTILINE)
    }
    assert len(named) > 25
    assert named - there == set()


def test_every_threat_has_a_defence_and_a_test() -> None:
    rows = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    threats = [row.split(" | ") for row in rows if not row.startswith("| threat")]
    assert len(threats) > 18
    assert all(len(cells) == 3 and "`test_" in cells[2] for cells in threats)
