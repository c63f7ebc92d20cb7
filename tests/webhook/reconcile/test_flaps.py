"""The decision to stop putting labels right."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from webhook.plan import LabelChange
from webhook.reconcile.flaps import LIMIT, WINDOW, Flaps, judge, reversed_labels

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def test_nothing_reversed_is_nothing_remembered() -> None:
    assert judge({}, paused=False, found=(), fresh=False, now=NOON) == Flaps()


def test_the_fourth_reversal_of_one_label_within_the_window_stops_us_for_a_window() -> None:
    flaps = Flaps()
    for minute in range(LIMIT):
        assert flaps.until is None
        flaps = judge(flaps.seen, paused=False, found={"a"}, fresh=False, now=NOON + minute * MINUTE)
    assert flaps.until == NOON + (LIMIT - 1) * MINUTE + WINDOW
    assert flaps.began
    assert flaps.labels == ("a",)
    after = judge(flaps.seen, paused=True, found=(), fresh=False, now=NOON + 10 * MINUTE)
    assert (after.until, after.began) == (flaps.until, False)
    assert judge(flaps.seen, paused=True, found=(), fresh=False, now=flaps.until) == Flaps()


def test_different_labels_are_counted_apart() -> None:
    flaps = Flaps()
    for minute in range(2 * LIMIT - 2):
        flaps = judge(flaps.seen, paused=False, found={"ab"[minute % 2]}, fresh=False, now=NOON + minute * MINUTE)
    assert flaps.until is None


def test_what_is_older_than_the_window_is_forgotten() -> None:
    seen = {"a": tuple(NOON + i * MINUTE for i in range(LIMIT - 1))}
    flaps = judge(seen, paused=False, found=(), fresh=False, now=NOON + WINDOW + MINUTE)
    assert flaps.seen == {"a": seen["a"][2:]}


def test_a_new_verdict_or_a_word_of_the_team_starts_from_the_beginning() -> None:
    seen = {"a": (NOON,) * LIMIT}
    assert judge(seen, paused=True, found={"a"}, fresh=True, now=NOON) == Flaps()


def test_only_what_somebody_else_changed_from_how_we_left_it_is_reversed() -> None:
    changes = [
        LabelChange("left on", add=True, why="verdict"),
        LabelChange("new", add=True, why="verdict"),
        LabelChange("left off", add=False, why="no-longer-holds"),
        LabelChange("no longer", add=False, why="no-longer-holds"),
        LabelChange("ours", add=True, why="verdict"),
    ]
    others = {"left on", "new", "left off", "no longer"}
    assert reversed_labels(changes, {"left on", "no longer", "ours"}, others) == {"left on", "left off"}
