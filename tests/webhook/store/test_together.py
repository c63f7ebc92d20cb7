"""Marks that come at the same time share a transaction, and each returns only when its own is durable."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

import pytest

from tests.databases import NOON, issue, seconds
from webhook.store import Store, StoreError, open_store
from webhook.store.together import Together


def at_once(count: int, act: Callable[[int], None]) -> None:
    threads = [threading.Thread(target=act, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)


class Slow:
    """Writes nothing before it is let go; remembers what was written in one go."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.begun = threading.Event()
        self.written: list[list[int]] = []
        self.broken = False

    def __call__(self, items: Sequence[int]) -> None:
        self.begun.set()
        assert self.go.wait(10)
        if self.broken:
            raise StoreError("away")
        self.written.append(list(items))


def gathered(slow: Slow, act: Callable[[int], None]) -> None:
    """One thread writes, four more come meanwhile."""
    first = threading.Thread(target=act, args=(0,))
    first.start()
    assert slow.begun.wait(10)
    others = [threading.Thread(target=act, args=(number,)) for number in range(1, 5)]
    for other in others:
        other.start()
    threading.Timer(0.3, slow.go.set).start()
    for thread in (first, *others):
        thread.join(30)


def test_who_comes_alone_is_written_at_once_and_who_comes_meanwhile_in_one_go() -> None:
    slow = Slow()
    gathered(slow, Together(slow).add)
    assert slow.written[0] == [0]
    assert sorted(slow.written[1]) == [1, 2, 3, 4]


def test_what_could_not_be_written_fails_for_everyone_in_it() -> None:
    slow, failed = Slow(), list[int]()
    slow.broken = True
    together = Together(slow)

    def act(number: int) -> None:
        try:
            together.add(number)
        except StoreError:
            failed.append(number)

    gathered(slow, act)
    assert sorted(failed) == [0, 1, 2, 3, 4]
    slow.broken = False
    together.add(5)
    assert slow.written == [[5]]


def test_many_marks_at_once_each_count_and_none_is_lost(url: str) -> None:
    with open_store(url) as store:

        def act(thread: int) -> None:
            for number in range(20):
                store.mark(issue(number % 5), event="e", delivery=f"d{thread}", now=NOON)

        at_once(6, act)
        claims = [store.claim("worker", NOON, seconds(60)) for _ in range(6)]
        assert claims[5] is None
        assert [claim.generation for claim in claims if claim] == [24] * 5


def test_a_mark_that_returned_can_be_seen_by_others(store: Store, url: str) -> None:
    def act(number: int) -> None:
        store.mark(issue(number), event="e", delivery="d", now=NOON)
        with open_store(url) as other:
            seen.append(other.record(issue(number)) is not None)

    seen: list[bool] = []
    at_once(8, act)
    assert seen == [True] * 8


def test_a_mark_that_makes_no_sense_is_refused_and_the_next_one_is_kept(store: Store) -> None:
    with pytest.raises(Exception, match="zone"):
        store.mark(issue(1), event="e", delivery="d", now=NOON.replace(tzinfo=None))
    store.mark(issue(2), event="e", delivery="d", now=NOON)
    assert store.record(issue(2)) is not None
