"""`xsa-scope demo`, as a newcomer runs it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from webhook import comment

EXPECTED: tuple[tuple[str, set[str]], ...] = (
    ("github:xen-sec/private-reports#1", {"out-of-scope:4-no-vulnerable-os", "scope:contested"}),
    ("gitlab:xen-sec/reports#1", {"xsa-candidate"}),
    ("github:xen-sec/private-reports#2", {"out-of-scope:1a-infoleak"}),
    ("gitlab:xen-sec/reports#2", {"needs-os-check"}),
    ("github:xen-sec/private-reports#3", {"out-of-scope:1-self"}),
    ("gitlab:xen-sec/reports#3", {"xsa-candidate"}),
    ("github:xen-sec/private-reports#4", {"needs-info"}),
    ("github:xen-sec/private-reports#5", {"xsa-candidate"}),
    ("gitlab:xen-sec/reports#4", {"xsa-candidate"}),
    ("gitlab:xen-sec/reports#5", set()),
)
"""By the policy's text: which issue, and what it carries in the end."""


def test_the_demo_shows_ten_reports_and_ends_by_itself(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "webhook", "demo", "--json"]
    shown = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)
    assert shown.returncode == 0, shown.stderr
    rows = json.loads(shown.stdout)
    assert [(row["issue"], set(row["labels"])) for row in rows] == list(EXPECTED)
    for row in rows:
        assert comment.is_ours(row["comment"]) is bool(row["labels"])
        assert row["reason"].endswith(".")
    assert list(tmp_path.iterdir()) == [], "it leaves nothing behind where it was called"
