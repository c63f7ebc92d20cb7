"""Answers of gitlab.com that the ogr project recorded (MIT), read from its source archive.

The archive is taken from `build/cache/sdist`, fetched once with pip where it is missing, and never unpacked into
the project.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import yaml

ARCHIVE = "ogr-0.61.1.tar.gz"
FOLDER = Path(__file__).resolve().parents[3] / "build" / "cache" / "sdist"
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""Written in C where libyaml is there: the recordings are megabytes."""
METHODS = {"GET", "POST", "PUT", "DELETE"}
KINDS = {
    "issue": re.compile(r"/issues(/\d+)?$"),
    "note": re.compile(r"/issues/\d+/notes(/\d+)?$"),
    "award": re.compile(r"/notes/\d+/award_emoji$"),
    "user": re.compile(r"/user$"),
    "member": re.compile(r"/members/all$"),
    "project": re.compile(r"/projects/[^/]+$"),
}


class Recorded(NamedTuple):
    """One answer: what was asked (`GET /projects/…`, without the query), the status, the headers, the JSON."""

    method: str
    path: str
    status: int
    headers: dict[str, str]
    body: Any


def archive() -> Path | None:
    """The archive, downloaded if need be; None if it cannot be had."""
    found = FOLDER / ARCHIVE
    if not found.is_file():
        FOLDER.mkdir(parents=True, exist_ok=True)
        command = ["-m", "pip", "download", "-q", "--no-deps", "--no-binary", ":all:", "ogr==0.61.1", "-d", str(FOLDER)]
        try:
            subprocess.run([sys.executable, *command], check=False, timeout=90, capture_output=True)
        except subprocess.TimeoutExpired:
            return None
    return found if found.is_file() else None


def answers(path: Path) -> list[Recorded]:
    """Every recorded answer of gitlab.com's API."""
    found: list[Recorded] = []
    with tarfile.open(path) as tar:
        for member in tar:
            if re.search(r"/tests/integration/gitlab/test_data/.*\.yaml$", member.name):
                file = tar.extractfile(member)
                assert file is not None
                found += _walk(yaml.load(file, Loader=LOADER), ())  # noqa: S506  # a safe one
    return found


def _walk(node: Any, path: tuple[str, ...]) -> Iterator[Recorded]:
    if isinstance(node, dict):
        for key, value in node.items():
            yield from _walk(value, (*path, str(key)))
    elif isinstance(node, list):
        address = next((part for part in path if part.startswith("http")), "")
        method = next((part for part in path if part in METHODS), "")
        for row in node:
            output = row.get("output") if isinstance(row, dict) else None
            if address and isinstance(output, dict) and "status_code" in output:
                short = address.partition("?")[0].partition("/api/v4")[2]
                headers = {k.lower(): v for k, v in (output.get("headers") or {}).items()}
                yield Recorded(method, short, output["status_code"], headers, output.get("_content"))


def entities(recorded: list[Recorded], kind: str) -> list[dict[str, Any]]:
    """All objects of one kind among the good answers."""
    rows: list[dict[str, Any]] = []
    for answer in recorded:
        if answer.status < 300 and KINDS[kind].search(answer.path):
            body = answer.body if isinstance(answer.body, list) else [answer.body]
            rows += [row for row in body if isinstance(row, dict) and "message" not in row]
    return rows
