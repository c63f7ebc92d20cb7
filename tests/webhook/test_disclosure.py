"""The gate before every write."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from webhook.disclosure import Guard, PublicError, SlowLookError, is_private
from webhook.issue import ForgeKind, Issue, IssueRef, Person, Visibility


def issue(forge: ForgeKind, *, confidential: bool) -> Issue:
    moment = datetime(2026, 11, 1, tzinfo=UTC)
    ref = IssueRef(forge, "xen-sec/reports", 1)
    return Issue(ref, Person(3, "rex"), "", frozenset(), True, confidential, moment, moment)


@pytest.mark.parametrize(
    ("forge", "visibility", "confidential", "private"),
    [
        (ForgeKind.GITHUB, Visibility.PRIVATE, False, True),
        (ForgeKind.GITHUB, Visibility.PUBLIC, False, False),
        (ForgeKind.GITHUB, Visibility.PUBLIC, True, False),
        (ForgeKind.GITLAB, Visibility.PUBLIC, True, True),
        (ForgeKind.GITLAB, Visibility.PRIVATE, False, True),
        (ForgeKind.GITLAB, Visibility.PUBLIC, False, False),
    ],
)
def test_what_counts_as_private(forge: ForgeKind, visibility: Visibility, confidential: bool, private: bool) -> None:
    assert is_private(issue(forge, confidential=confidential), visibility) is private


class Street:
    """Somebody outside who may open the shutters at any time, and a clock."""

    def __init__(self, *, private: bool = True) -> None:
        self.private, self.looks, self.time, self.mine = private, 0, 100.0, True

    def look(self) -> bool:
        self.looks += 1
        return self.private

    def still_mine(self) -> None:
        if not self.mine:
            raise LookupError

    def guard(self) -> Guard:
        return Guard(self.look, self.still_mine, lambda: self.time)


def test_a_look_of_this_moment_is_not_repeated() -> None:
    street = Street()
    guard = street.guard()
    guard.saw(private=True, at=99.0)
    guard()
    assert street.looks == 0


def test_an_old_look_is_repeated_and_what_it_shows_counts() -> None:
    street = Street(private=False)
    guard = street.guard()
    guard.saw(private=True, at=97.9)
    with pytest.raises(PublicError):
        guard()
    assert street.looks == 1


def test_without_any_look_nothing_is_written_before_one() -> None:
    street = Street()
    street.guard()()
    assert street.looks == 1


def test_a_run_that_has_lost_its_lease_writes_nothing() -> None:
    street = Street()
    street.mine = False
    with pytest.raises(LookupError):
        street.guard()()


def test_a_look_that_grew_old_while_the_lease_was_checked_is_repeated() -> None:
    street = Street()
    waits = iter([3.0, 0.0])

    def slow() -> None:
        street.time += next(waits)

    guard = Guard(street.look, slow, lambda: street.time)
    guard()
    assert street.looks == 2


def test_where_every_look_is_old_when_it_comes_nothing_is_written() -> None:
    street = Street()

    def slow() -> bool:
        street.time += 2.5
        return street.look()

    with pytest.raises(SlowLookError):
        Guard(slow, street.still_mine, lambda: street.time)()
    assert street.looks == 3
