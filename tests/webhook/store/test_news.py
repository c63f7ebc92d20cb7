"""A waiting worker hears of new work at once, whichever process brought it, and of a server that comes back."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from sqlalchemy import make_url

from tests.databases import NOON, issue
from webhook.issue import ForgeKind
from webhook.store import EDITED, Store, TrackerRef, open_store

LONG = 20.0


@contextmanager
def waiting(store: Store, stop: threading.Event | None = None) -> Iterator[list[float]]:
    """A thread that waits for news; the list holds how long it waited once it is back."""
    never = stop or threading.Event()
    store.wait(0.3, never)  # the first wait learns what there is
    store.wait(0.3, never)
    waited: list[float] = []
    began = time.monotonic()

    def wait() -> None:
        store.wait(LONG, never)
        waited.append(time.monotonic() - began)

    thread = threading.Thread(target=wait)
    thread.start()
    time.sleep(0.1)
    yield waited
    thread.join(LONG + 5)
    assert not thread.is_alive()


def test_a_mark_of_this_process_ends_the_wait(store: Store) -> None:
    with waiting(store) as waited:
        store.mark(issue(), event="e", delivery="d", now=NOON)
    assert waited[0] < 2


MARK = """
import sys
from datetime import UTC, datetime
from webhook.issue import ForgeKind, IssueRef
from webhook.store import open_store
with open_store(sys.argv[1]) as store:
    ref = IssueRef(ForgeKind.GITHUB, "example/security", 1)
    store.mark(ref, event="e", delivery="d", now=datetime.now(UTC))
"""


def test_a_mark_of_another_process_ends_the_wait(store: Store, url: str) -> None:
    with waiting(store) as waited:
        subprocess.run([sys.executable, "-c", MARK, url], check=True, timeout=60)
    assert waited[0] < 10


def test_duties_resumed_trackers_and_lifted_holds_end_the_wait(store: Store) -> None:
    tracker = TrackerRef(ForgeKind.GITHUB, "example/security")
    store.stop_tracker(tracker, "public", NOON)
    store.hold(tracker, until=NOON, reason="limited-primary")
    for act in (
        lambda: store.mark_duty(tracker, ["labels"], event="e", delivery="d", now=NOON),
        lambda: store.resume_tracker(tracker),
        lambda: store.lift(tracker),
    ):
        with waiting(store) as waited:
            act()
        assert waited[0] < 2


def test_without_news_the_wait_takes_its_time_and_a_stop_ends_it(store: Store) -> None:
    stop = threading.Event()
    with waiting(store, stop) as waited:
        time.sleep(0.5)
        assert waited == []
        stop.set()
    assert 0.5 < waited[0] < 2


def test_an_edit_that_has_to_rest_rings_no_bell(postgres_url: str) -> None:
    stop = threading.Event()
    with open_store(postgres_url) as store, waiting(store, stop) as waited:
        store.mark(issue(), event="e", delivery="d", now=NOON, settle=EDITED)
        time.sleep(0.5)
        assert waited == []
        stop.set()


def test_a_listener_and_a_bell_that_lost_their_connections_make_new_ones(postgres_url: str) -> None:
    address = make_url(postgres_url).set(drivername="postgresql")
    with open_store(postgres_url) as store:
        store.mark(issue(), event="e", delivery="d", now=NOON)
        store.wait(0.3, threading.Event())
        with psycopg.connect(address.render_as_string(hide_password=False), autocommit=True) as admin:
            admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        store.wait(0.3, threading.Event())
        with waiting(store) as waited:
            for number in range(3):  # the first ring may find the dead line
                store.mark(issue(number), event="e", delivery="d", now=NOON)
                time.sleep(0.1)
        assert waited[0] < 5
