"""The log: what it writes, and that no one's words get through it, however they are handed in."""

from __future__ import annotations

import json
import logging
import sys
import threading
import warnings
from enum import Enum
from typing import Any

import pytest
import structlog

from webhook import log
from webhook.issue import ForgeKind, IssueRef

PROSE = "A guest can crash the hypervisor"


@pytest.fixture(autouse=True)
def no_prose_in_logs() -> None:
    """These tests watch what is done with prose where it is no error."""


class Lines:
    """What was written to standard error since the last look."""

    def __init__(self, capture: pytest.CaptureFixture[str]) -> None:
        self._capture = capture

    def text(self) -> str:
        return self._capture.readouterr().err

    def all(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text().splitlines()]

    def one(self) -> dict[str, Any]:
        (line,) = self.all()
        return line


@pytest.fixture
def lines(capsys: pytest.CaptureFixture[str]) -> Lines:
    log.configure("debug", "json")
    return Lines(capsys)


# --- what it writes


def test_a_line_is_json_with_time_level_room_and_the_address_of_what_it_concerns(lines: Lines) -> None:
    ref = IssueRef(ForgeKind.GITLAB, "group/sub/reports", 7)
    log.logger("webhook.worker").info("run.done", issue=ref, forge=ForgeKind.GITLAB, seconds=0.25, labels={"b:1", "a"})
    line = lines.one()
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "run.done",
        "level": "info",
        "logger": "webhook.worker",
        "issue": "gitlab:group/sub/reports#7",
        "forge": "gitlab",
        "seconds": 0.25,
        "labels": ["a", "b:1"],
    }


def test_what_is_bound_to_a_thread_of_work_is_on_each_of_its_lines(lines: Lines) -> None:
    logger = log.logger("webhook.worker").bind(run="3.1")
    with structlog.contextvars.bound_contextvars(issue="github:a/b#1"):
        logger.info("run.began")
    assert {"issue": "github:a/b#1", "run": "3.1"}.items() <= lines.one().items()


def test_lesser_levels_are_left_out(lines: Lines) -> None:
    log.configure("warning", "json")
    log.logger("webhook.x").info("not.written")
    log.logger("webhook.x").error("written")
    assert lines.one()["event"] == "written"


def test_before_anything_is_set_up_only_warnings_are_written(capsys: pytest.CaptureFixture[str]) -> None:
    log.logger("webhook.x").info("not.written")
    log.logger("webhook.x").warning("written", issue=PROSE)
    assert Lines(capsys).one()["unfit"] == ["issue"]


def test_people_on_a_terminal_get_a_line_they_can_read(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure("info", "console")
    log.logger("webhook.x").info("run.done", count=3, state=PROSE)
    told = capsys.readouterr().err
    assert "run.done" in told
    assert "count" in told
    assert "guest" not in told


# --- what it cannot carry


class Colour(Enum):
    RED = 1


@pytest.mark.parametrize("key", sorted(log.SHAPES.keys() - {"event", "level", "timestamp"}))
def test_no_key_takes_a_sentence(lines: Lines, key: str) -> None:
    for value in (
        PROSE,
        [PROSE],
        {PROSE: 1},
        f"a\n{PROSE}",
        PROSE.encode(),
        ("fine", PROSE),
        ValueError(PROSE),
        "é",
        "",
    ):
        log.logger("webhook.x").info("tried", **{key: value})
        told = lines.text()
        assert "guest" not in told
        assert "unfit" in json.loads(told) or (isinstance(value, dict | bytes | Exception) and key not in told)


@pytest.mark.parametrize("key", ["title", "body", "text", "message", "exception", "stack_info", PROSE])
def test_an_unknown_key_is_left_out_even_with_a_harmless_value(lines: Lines, key: str) -> None:
    log.logger("webhook.x").info("tried", **{key: 7})
    line = lines.one()
    assert line["unfit"] == ([key] if key != PROSE else ["key"])
    assert 7 not in line.values()


def test_an_event_that_is_a_sentence_is_left_out(lines: Lines) -> None:
    log.logger("webhook.x").info(PROSE)
    log.logger("webhook.x").info("issue %s", PROSE)
    assert [line["event"] for line in lines.all()] == ["unfit", "unfit"]


def test_while_tests_run_a_line_that_does_not_fit_is_an_error_without_the_words(lines: Lines) -> None:
    with log.strict(), pytest.raises(log.UnfitForLogError) as caught:
        log.logger("webhook.x").info("tried", title=PROSE, count=1)
    assert str(caught.value) == "unfit for the log: title"
    assert lines.text() == ""


def test_enumerated_values_are_told_by_their_word(lines: Lines) -> None:
    log.logger("webhook.x").info("tried", lane=Colour.RED, reason="a-code")
    assert {"lane": "red", "reason": "a-code"}.items() <= lines.one().items()


# --- exceptions


def _fail() -> None:
    raise ValueError(PROSE)


def test_an_exception_is_told_by_class_and_place(lines: Lines) -> None:
    try:
        _fail()
    except ValueError as error:
        log.logger("webhook.x").exception("run.failed")
        log.logger("webhook.x").error("run.failed", **log.failure(error))
        log.logger("webhook.x").error("run.failed", exc_info=error)
    for line in lines.all():
        assert (line["error"], line["level"]) == ("ValueError", "error")
        assert line["at"].startswith("webhook/test_log.py:")


def test_of_the_places_an_exception_came_through_the_innermost_of_ours_is_told() -> None:
    with pytest.raises(ValueError, match="NaN") as caught:
        IssueRef(ForgeKind("NaN"), "a/b", 1)
    assert log.failure(caught.value)["at"].startswith(("enum.py", "python3", "webhook/"))
    assert log.failure(ValueError(PROSE)) == {"error": "ValueError", "at": "none:0"}


def test_an_uncaught_exception_leaves_class_and_place_alone(lines: Lines) -> None:
    try:
        _fail()
    except ValueError as error:
        sys.excepthook(type(error), error, error.__traceback__)
    assert lines.one()["error"] == "ValueError"


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_an_exception_that_ends_a_thread_leaves_class_and_place_alone(lines: Lines) -> None:
    thread = threading.Thread(target=_fail)
    log.configure("debug", "json")
    thread.start()
    thread.join()
    assert lines.one()["event"] == "uncaught.in-thread"


# --- libraries


@pytest.mark.parametrize(
    "name", ["github.Requester", "gitlab", "urllib3.connectionpool", "werkzeug", "sqlalchemy.engine"]
)
def test_a_library_tells_where_and_how_bad_but_not_what(lines: Lines, name: str) -> None:
    logger = logging.getLogger(name)
    logger.debug("POST %s", PROSE)
    logger.info(PROSE)
    logger.warning("body: %s", PROSE)
    logger.critical(PROSE, exc_info=ValueError(PROSE))
    told = lines.text()
    assert "guest" not in told
    warned, failed = (json.loads(line) for line in told.splitlines())
    assert (warned["logger"], warned["level"], warned["event"]) == (name, "warning", "library")
    assert warned["at"].startswith("test_log.py:")
    assert (failed["level"], failed["error"]) == ("error", "ValueError")


def test_pygithubs_talkative_logger_stays_quiet_whatever_the_root_says(lines: Lines) -> None:
    logging.getLogger().setLevel(logging.DEBUG)
    assert not logging.getLogger("github.Requester").isEnabledFor(logging.INFO)
    logging.getLogger("github.Requester").debug(PROSE)
    assert lines.text() == ""


def test_a_warning_is_told_by_its_place(lines: Lines) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("default")
        logging.captureWarnings(capture=False)
        logging.captureWarnings(capture=True)
        warnings.warn(PROSE, UserWarning, stacklevel=1)
        logging.captureWarnings(capture=False)
    assert lines.one()["logger"] == "py.warnings"
