"""Whether a long work list is a slow one: taking a delivery and claiming an issue with 1,000 and with 100,000 rows due.

Both sizes take turns in one run, on SQLite and on PostgreSQL; medians and their ratio are printed and written to
`build/bench/rows.json`. Exits with 1 where 100,000 rows cost more than 1.5 times as much.
"""

from __future__ import annotations

import json
import os
import secrets
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))  # run by path, the folder of tests is not found otherwise

from tests.databases import SERVER, postgres_database  # noqa: E402  # see above
from webhook.issue import ForgeKind, IssueRef  # noqa: E402
from webhook.store import IssueRecord, Store, open_store  # noqa: E402
from webhook.store.database import connect  # noqa: E402
from webhook.store.schema import issue, tracker  # noqa: E402
from webhook.store.upgrade import upgrade  # noqa: E402

SIZES = (1_000, 100_000)
TURNS, AT_A_TURN = 12, 40
MOST = 1.5
PROJECT = "example/security"
LEASE = timedelta(minutes=5)


def fill(url: str, rows: int) -> None:
    """A tracker with so many issues, all due in the bulk lane, as a change of policy leaves them."""
    upgrade(url)
    database, now = connect(url), datetime.now(UTC) - timedelta(hours=1)
    due = {"generation": 1, "lane": 1, "first_marked_at": now, "due_at": now, "due_by": now, "ready_at": now}
    with database.write() as connection:
        row_id = connection.execute(
            tracker.insert().values(forge="github", project=PROJECT).returning(tracker.c.id)
        ).scalar_one()
        for start in range(0, rows, 5_000):
            numbers = range(start + 1, min(start + 5_000, rows) + 1)
            connection.execute(issue.insert(), [{"tracker_id": row_id, "number": n, **due} for n in numbers])
        if not database.sqlite:
            connection.exec_driver_sql("ANALYZE")
    database.close()


def accept(store: Store, numbers: Iterator[int]) -> float:
    """Milliseconds to take a delivery about an issue not heard of before."""
    began = time.perf_counter()
    for _ in range(AT_A_TURN):
        ref = IssueRef(ForgeKind.GITHUB, PROJECT, next(numbers))
        store.mark(ref, event="issues.opened", delivery="d", now=datetime.now(UTC))
    return (time.perf_counter() - began) / AT_A_TURN * 1e3


def claim(store: Store, _numbers: Iterator[int]) -> float:
    """Milliseconds to claim an issue; ending the claim is not counted."""
    spent = 0.0
    for _ in range(AT_A_TURN):
        began = time.perf_counter()
        found = store.claim("bench", datetime.now(UTC), LEASE)
        spent += time.perf_counter() - began
        if found is None:
            raise RuntimeError("nothing was due")
        store.done(found, IssueRecord(), now=datetime.now(UTC))
    return spent / AT_A_TURN * 1e3


WORK: dict[str, Callable[[Store, Iterator[int]], float]] = {"accept": accept, "claim": claim}


def measure(stores: dict[int, Store]) -> dict[str, dict[int, float]]:
    """Medians in milliseconds by work and size, the sizes taking turns."""
    numbers = {size: iter(range(10_000_000, 11_000_000)) for size in stores}
    times: dict[str, dict[int, list[float]]] = {work: {size: [] for size in stores} for work in WORK}
    for turn in range(TURNS + 1):
        for work, do in WORK.items():
            for size, store in stores.items():
                taken = do(store, numbers[size])
                if turn:  # the first warms up
                    times[work][size].append(taken)
    return {work: {size: statistics.median(each) for size, each in by.items()} for work, by in times.items()}


@contextmanager
def sqlite(size: int) -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        yield f"sqlite:///{folder}/{size}.db"


def postgresql(size: int) -> object:
    return postgres_database(f"xsa_scope_bench_{os.getpid()}_{size}_{secrets.token_hex(2)}")


def main() -> int:
    """Measure both databases."""
    kinds = {"SQLite": sqlite}
    try:
        psycopg.connect(SERVER, connect_timeout=3).close()
        kinds["PostgreSQL"] = postgresql  # type: ignore[assignment]  # both give an address
    except psycopg.Error as error:
        print(f"PostgreSQL is left out: it cannot be used ({type(error).__name__})")
    print(f"{os.uname().machine}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.2f}")
    print(f"{'':12}{'':8}{'1,000 rows':>12}{'100,000 rows':>14}{'ratio':>8}")
    found: dict[str, dict[str, dict[int, float]]] = {}
    slow = False
    for kind, database in kinds.items():
        with ExitStack() as stack:
            stores = {}
            for size in SIZES:
                url = stack.enter_context(database(size))
                fill(url, size)
                stores[size] = stack.enter_context(open_store(url))
            found[kind] = measure(stores)
        for work, by in found[kind].items():
            few, many = (by[size] for size in SIZES)
            slow |= many > MOST * few
            print(f"{kind:12}{work:8}{few:>9.2f} ms{many:>11.2f} ms{many / few:>8.2f}")
    target = ROOT / "build" / "bench" / "rows.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(found, indent=2), encoding="utf-8")
    print("FAIL" if slow else "pass", f"100,000 rows cost at most {MOST} times what 1,000 do")
    return int(slow)


if __name__ == "__main__":
    sys.exit(main())
