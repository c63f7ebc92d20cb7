"""`python -m tests.stand.storm`: a storm on each database, the last line of each saying what converged.

`SEED` in the environment repeats a storm. Ends with 1 if anything is wrong.
"""

from __future__ import annotations

import os
import random
import secrets
import sys
import tempfile
from contextlib import nullcontext
from functools import partial
from pathlib import Path

import psycopg
from rich.progress import Progress

from tests.databases import SERVER, postgres_database
from tests.stand.storm.storm import storm
from tests.stand.storm.weather import Size


def main() -> int:
    """Blow on SQLite, then on PostgreSQL."""
    seed = int(os.environ.get("SEED") or random.randrange(1, 1_000_000))
    databases = {"SQLite": nullcontext("")}
    try:
        psycopg.connect(SERVER, connect_timeout=3).close()
        name = f"xsa_scope_storm_{os.getpid()}_{secrets.token_hex(3)}"
        databases["PostgreSQL"] = postgres_database(name)  # type: ignore[assignment]  # both give an address
    except psycopg.Error as error:
        print(f"no storm on PostgreSQL: it cannot be used ({type(error).__name__})")
    wrong = False
    for kind, database in databases.items():
        with tempfile.TemporaryDirectory() as folder, database as address, Progress(transient=True) as bar:
            shown = partial(bar.update, bar.add_task(f"storm on {kind}"))
            found = storm(Size(), seed, Path(folder), address, lambda n, of, shown=shown: shown(completed=n, total=of))
        for complaint in found.complaints:
            print(f"{kind}: {complaint}")
        wrong |= bool(found.complaints)
        ending = "DID NOT CONVERGE" if found.complaints else "all converged: last edit's labels, one comment, none left"
        print(f"{kind}, SEED={seed}: {found.told}: {ending}")
    return int(wrong)


if __name__ == "__main__":
    sys.exit(main())
