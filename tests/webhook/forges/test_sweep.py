"""Walking all issues by their last change while people keep changing them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from webhook.forges.sweep import Batch, by_last_change
from webhook.issue import ForgeKind, Issue, IssueRef, Person

START = datetime(2026, 11, 23, tzinfo=UTC)


def issue(number: int, changed: datetime) -> Issue:
    return Issue(
        ref=IssueRef(ForgeKind.GITHUB, "o/r", number),
        author=Person(1, "rita"),
        body="",
        labels=frozenset(),
        open=True,
        confidential=False,
        created_at=START,
        updated_at=changed,
    )


class Tracker:
    """A tracker that lists by last change, ten a page; `after_page` may change issues between two requests."""

    def __init__(self, changed: dict[int, datetime]) -> None:
        self.changed = changed
        self.requests = 0
        self.during: dict[int, tuple[int, datetime]] = {}

    def fetch(self, since: datetime | None, page: int) -> Batch:
        if self.requests in self.during:
            number, moment = self.during[self.requests]
            self.changed[number] = moment
        self.requests += 1
        rows = sorted((at, number) for number, at in self.changed.items() if since is None or at >= since)
        mine = rows[(page - 1) * 10 : page * 10]
        return Batch([(at, issue(number, at)) for at, number in mine], more=len(rows) > page * 10)


def test_nothing_to_walk_is_one_request() -> None:
    tracker = Tracker({})
    assert list(by_last_change(tracker.fetch, None)) == []
    assert tracker.requests == 1


def test_each_issue_comes_once_oldest_change_first() -> None:
    tracker = Tracker({n: START + timedelta(minutes=n) for n in range(1, 36)})
    assert [i.ref.number for i in by_last_change(tracker.fetch, None)] == list(range(1, 36))
    assert tracker.requests <= 5


def test_an_issue_that_changes_during_the_walk_hides_no_other() -> None:
    tracker = Tracker({n: START + timedelta(minutes=n) for n in range(1, 36)})
    tracker.during = {1: (3, START + timedelta(days=1)), 2: (5, START + timedelta(days=1, minutes=1))}
    seen = [i.ref.number for i in by_last_change(tracker.fetch, None)]
    assert set(seen) == set(range(1, 36))
    assert seen[-2:] == [3, 5]


def test_more_changes_in_one_second_than_fit_a_page_are_walked_by_page_number() -> None:
    tracker = Tracker(dict.fromkeys(range(1, 36), START) | {40: START + timedelta(hours=1)})
    assert sorted(i.ref.number for i in by_last_change(tracker.fetch, None)) == [*range(1, 36), 40]
    assert tracker.requests < 10


def test_the_walk_starts_where_asked() -> None:
    tracker = Tracker({n: START + timedelta(minutes=n) for n in range(1, 6)})
    assert [i.ref.number for i in by_last_change(tracker.fetch, START + timedelta(minutes=4))] == [4, 5]


def test_rows_that_are_no_issues_are_stepped_over() -> None:
    def fetch(_: datetime | None, __: int) -> Batch:
        return Batch([(START, None), (START, issue(2, START))], more=False)

    assert [i.ref.number for i in by_last_change(fetch, None)] == [2]


@pytest.mark.parametrize("fraction", [0, 999_999])
def test_fractions_of_a_second_lose_nothing(fraction: int) -> None:
    tracker = Tracker({n: START + timedelta(seconds=n, microseconds=fraction) for n in range(1, 36)})
    assert {i.ref.number for i in by_last_change(tracker.fetch, None)} == set(range(1, 36))
