"""What forges say when they ask for patience, and how long we then wait."""

from __future__ import annotations

import pytest

from webhook.forges.limits import (
    DEFAULT,
    LONGEST,
    SHORTEST,
    Wait,
    delay,
    github_wait,
    gitlab_wait,
    moment_of_answer,
    until,
)

NOW = 1_795_399_200.0  # 2026-11-23T02:00:00Z


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        (None, None),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("-1609855526", None),
        ("0x10", None),
        ("1e3", None),
        ("nan", None),
        ("\u0663\u0660", None),
        ("0", 0.0),
        ("30", 30.0),
        (" 30 ", 30.0),
        ("1.5", 1.5),
        ("9" * 30, float("9" * 30)),
        ("Mon, 23 Nov 2026 02:01:30 GMT", 90.0),
        ("Mon, 23 Nov 2026 03:01:30 +0100", 90.0),
        ("Mon, 23 Nov 2026 01:00:00 GMT", 0.0),
        ("Mon, 99 Nov 2026 02:01:30 GMT", None),
        ("Monday, 23-Nov-26", None),
    ],
)
def test_retry_after_is_read_as_seconds_or_as_a_date_and_never_guessed(said: str | None, seconds: float | None) -> None:
    assert delay(said, NOW) == seconds


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        (None, None),
        ("", None),
        ("tomorrow", None),
        ("-1", None),
        (str(int(NOW) + 90), 90.0),
        (f"{int(NOW) + 90}.0", 90.0),
        (str(int(NOW) - 90), 0.0),
        (str((int(NOW) + 90) * 1000), 90.0),
        ("90", 90.0),
        ("0", 0.0),
    ],
)
def test_a_reset_is_seconds_or_milliseconds_since_1970_or_a_delay(said: str | None, seconds: float | None) -> None:
    assert until(said, NOW) == seconds


SECONDARY = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
PRIMARY = "API rate limit exceeded for installation ID 1."


@pytest.mark.parametrize(
    ("status", "headers", "message", "wait"),
    [
        (200, {"x-ratelimit-remaining": "0"}, "", None),
        (404, {"retry-after": "5"}, "", None),
        (403, {}, "Resource not accessible by integration", None),
        (403, {"x-ratelimit-remaining": "4999"}, "Must have admin rights", None),
        (403, {"retry-after": "7"}, SECONDARY, Wait(7, "secondary")),
        (403, {"retry-after": "7"}, "", Wait(7, "secondary")),
        (403, {}, SECONDARY, Wait(DEFAULT, "secondary")),
        (403, {}, "was submitted too quickly", Wait(DEFAULT, "secondary")),
        (403, {}, "You have triggered an abuse detection mechanism.", Wait(DEFAULT, "secondary")),
        (403, {"retry-after": "later"}, "", Wait(DEFAULT, "secondary")),
        (403, {"retry-after": "-3"}, "", Wait(DEFAULT, "secondary")),
        (403, {"retry-after": "0"}, "", Wait(SHORTEST, "secondary")),
        (403, {"retry-after": "9" * 30}, "", Wait(LONGEST, "secondary")),
        (429, {}, "", Wait(DEFAULT, "secondary")),
        (429, {"retry-after": "12"}, "", Wait(12, "secondary")),
        (
            403,
            {"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(int(NOW) + 600)},
            PRIMARY,
            Wait(600, "primary"),
        ),
        (
            429,
            {"x-ratelimit-remaining": "0", "x-ratelimit-reset": str((int(NOW) + 600) * 1000)},
            PRIMARY,
            Wait(600, "primary"),
        ),
        (
            403,
            {"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(int(NOW) + 600), "retry-after": "5"},
            PRIMARY,
            Wait(600, "primary"),
        ),
        (
            403,
            {"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(int(NOW) - 600)},
            PRIMARY,
            Wait(SHORTEST, "primary"),
        ),
        (403, {"x-ratelimit-remaining": "0"}, PRIMARY, Wait(DEFAULT, "primary")),
        (403, {}, PRIMARY, Wait(DEFAULT, "primary")),
        # A reset of a window that is not spent says nothing about this refusal.
        (
            403,
            {"x-ratelimit-remaining": "4000", "x-ratelimit-reset": str(int(NOW) + 3000)},
            SECONDARY,
            Wait(DEFAULT, "secondary"),
        ),
    ],
)
def test_github_asks_for_patience_by_status_headers_or_words(
    status: int, headers: dict[str, str], message: str, wait: Wait | None
) -> None:
    assert github_wait(status, headers, message, NOW) == wait


@pytest.mark.parametrize(
    ("status", "headers", "wait"),
    [
        (200, {"ratelimit-remaining": "0"}, None),
        (403, {}, None),
        (429, {}, Wait(DEFAULT, "application")),
        (429, {"ratelimit-remaining": "1999", "ratelimit-reset": "1"}, Wait(DEFAULT, "application")),
        (429, {"retry-after": "33", "ratelimit-remaining": "0"}, Wait(33, "primary")),
        (429, {"retry-after": "Mon, 23 Nov 2026 02:00:40 GMT"}, Wait(40, "primary")),
        (429, {"ratelimit-remaining": "0", "ratelimit-reset": str(int(NOW) + 55)}, Wait(55, "primary")),
        (
            429,
            {"ratelimit-remaining": "0", "ratelimit-resettime": "Mon, 23 Nov 2026 02:00:50 GMT"},
            Wait(50, "primary"),
        ),
        (429, {"ratelimit-remaining": "0"}, Wait(DEFAULT, "primary")),
        (429, {"ratelimit-remaining": "0", "ratelimit-reset": "0"}, Wait(SHORTEST, "primary")),
        (429, {"retry-after": "999999"}, Wait(LONGEST, "primary")),
    ],
)
def test_gitlab_asks_for_patience_by_429_and_without_headers_it_is_an_application_limit(
    status: int, headers: dict[str, str], wait: Wait | None
) -> None:
    assert gitlab_wait(status, headers, NOW) == wait


def test_the_forges_own_clock_counts_where_it_says_the_time() -> None:
    assert moment_of_answer({"date": "Mon, 23 Nov 2026 02:00:00 GMT"}, 5.0) == NOW
    assert moment_of_answer({}, 5.0) == 5.0
    assert moment_of_answer({"date": "yesterday"}, 5.0) == 5.0
