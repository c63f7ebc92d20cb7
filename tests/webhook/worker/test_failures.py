"""What follows from each way a run can fail."""

from __future__ import annotations

import pytest

from webhook.forges.port import (
    CredentialsError,
    ForgeError,
    GoneError,
    LimitedError,
    MovedError,
    NotFoundError,
    NoTrackerError,
    RefusedError,
    UnavailableError,
    UncertainError,
)
from webhook.worker import Retry, respond

RETRY = Retry()


def test_waits_double_up_to_a_quarter_of_an_hour() -> None:
    waits = [RETRY.delay(attempt, 1.0) for attempt in range(1, 13)]
    assert waits == [2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]


def test_chance_takes_away_at_most_half_of_a_wait() -> None:
    assert [RETRY.delay(3, chance) for chance in (0.0, 0.5, 1.0)] == [4, 6, 8]


def test_a_forge_that_asks_for_patience_gets_it_for_all_its_issues() -> None:
    response = respond(LimitedError("403", seconds=61.5, kind="secondary"), RETRY)
    assert (response.reason, response.hold) == ("limited-secondary", 61.5)


@pytest.mark.parametrize("asked", [-5.0, 0.0])
def test_a_limit_without_a_time_still_means_a_pause(asked: float) -> None:
    assert respond(LimitedError("429", seconds=asked, kind="application"), RETRY).hold == 1.0


def test_after_a_write_that_may_have_happened_nobody_looks_for_five_seconds() -> None:
    response = respond(UncertainError("POST comments: timeout"), RETRY)
    assert (response.reason, response.at_least) == ("forge-uncertain", 5.0)


@pytest.mark.parametrize(
    ("error", "reason", "attempts"),
    [
        (UnavailableError("502"), "forge-unavailable", RETRY.outage),
        (CredentialsError("401"), "forge-credentials", RETRY.outage),
        (RefusedError("422"), "forge-refused", RETRY.refused),
        (NotFoundError("404"), "forge-not-found", RETRY.attempts),
        (GoneError("410"), "forge-gone", RETRY.attempts),
        (MovedError("301"), "forge-moved", RETRY.attempts),
        (NoTrackerError(), "not-configured", RETRY.refused),
        (ForgeError("?"), "forge-error", RETRY.attempts),
    ],
)
def test_an_outage_is_waited_for_longer_than_a_refusal(error: ForgeError, reason: str, attempts: int) -> None:
    response = respond(error, RETRY)
    assert (response.reason, response.attempts, response.hold, response.at_least) == (reason, attempts, 0.0, 0.0)
    assert response.expected


def test_anything_else_is_a_fault_of_ours() -> None:
    response = respond(KeyError("a reporter's words"), RETRY)
    assert (response.reason, response.expected) == ("unexpected-error", False)


def test_it_is_over_after_the_last_try_of_one_kind_of_failure() -> None:
    refused = respond(RefusedError("422"), RETRY)
    assert not RETRY.is_over(refused, 2, "forge-refused")
    assert RETRY.is_over(refused, 3, "forge-refused")


def test_tries_that_an_outage_used_up_do_not_count_against_the_issue() -> None:
    fault = respond(KeyError(), RETRY)
    assert not RETRY.is_over(fault, 20, "forge-unavailable")
    assert RETRY.is_over(fault, 21, "unexpected-error")


def test_failures_that_change_their_kind_for_ever_are_over_too() -> None:
    assert RETRY.is_over(respond(KeyError(), RETRY), RETRY.outage, "forge-unavailable")


def test_with_one_try_only_the_first_failure_is_the_last() -> None:
    once = Retry(attempts=1)
    assert once.is_over(respond(KeyError(), once), 1, "")
