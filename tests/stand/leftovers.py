"""Everything that a run of the service leaves behind, as bytes by the name of the place where it lies."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from tests.stand.service import Service

GIVEN = {"app.pem"}
"""Files the operator puts there himself."""
EXPOSITION = "import sys; from webhook import metrics; sys.stdout.buffer.write(metrics.exposition())"


def everything(service: Service) -> dict[str, bytes]:
    """All files (database, write-ahead log, logs, figures, temporary ones), every row as text, and the metrics."""
    files = [path for path in service.folder.rglob("*") if path.is_file() and path.name not in GIVEN]
    left = {str(path.relative_to(service.folder)): path.read_bytes() for path in files}
    left |= {name: name.encode() for name in map(str, service.folder.rglob("*"))}
    left["rows"] = rows(service.folder / "xsa-scope.db").encode()
    left["metrics"] = metrics(service)
    return left


def rows(database: Path, *, without: str = "") -> str:
    """Every table, row and column as text, but for the rows of one table."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        return "\n".join(line for line in connection.iterdump() if not line.startswith(f'INSERT INTO "{without}"'))


def metrics(service: Service) -> bytes:
    """What a monitor would be shown."""
    command = [sys.executable, "-c", EXPOSITION]
    return subprocess.run(command, env=service.environment, capture_output=True, check=True, timeout=60).stdout


def found(left: dict[str, bytes], words: Iterable[str]) -> list[tuple[str, str]]:
    """(place, word) for every word that lies somewhere, in whatever case."""
    folded = {place: content.lower() for place, content in left.items()}
    return [(place, word) for word in words for place, content in folded.items() if word.lower().encode() in content]
