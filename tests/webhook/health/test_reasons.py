"""No reason code leaves a person without a sentence about what happened and one about what to do."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest

import webhook
from webhook.duties import visibility
from webhook.forges.port import LimitKind
from webhook.health.reasons import FAILURES, HOLDS, REASONS, STOPS, UNKNOWN, WAITS, reason
from webhook.metrics import ENUMERATIONS
from webhook.resync.job import PAUSED
from webhook.worker import failures

ROOM = Path(webhook.__file__).parent
MAKERS = {"Response": 0, "_give_up": 1, "_again": 1}
"""Calls that make a reason code, and which of their arguments it is."""


def codes_in(*files: str) -> Iterator[str]:
    """The reason codes that stand in the code as such an argument."""
    for file in files:
        for node in ast.walk(ast.parse((ROOM / file).read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            place = MAKERS.get(getattr(node.func, "id", getattr(node.func, "attr", "")))
            if place is not None and len(node.args) > place and isinstance(node.args[place], ast.Constant):
                code = ast.literal_eval(node.args[place])
                assert isinstance(code, str)
                yield code


def test_every_code_a_failed_run_can_end_with_has_its_sentences() -> None:
    made = {*failures._REASONS.values(), *codes_in("worker/failures.py", "worker/loop.py")} - {"budget"}
    assert {"unexpected-error", "crashed-repeatedly"} <= made, "the search is blind"
    assert made == set(FAILURES)


def test_every_hold_has_its_sentences_and_its_figure() -> None:
    made = {"budget" if kind == "budget" else f"limited-{kind}" for kind in get_args(LimitKind)} | {PAUSED}
    assert made == set(HOLDS) == set(ENUMERATIONS["hold"])


def test_every_second_look_has_its_sentences() -> None:
    assert set(codes_in("reconcile/run.py")) == set(WAITS)


def test_every_stop_has_its_sentences() -> None:
    assert set(STOPS) == visibility.REASONS


@pytest.mark.parametrize("code", REASONS)
def test_the_sentences_are_whole_and_plain(code: str) -> None:
    for text in (REASONS[code].happened, REASONS[code].remedy):
        assert text.endswith(".")
        assert text[0].isupper()
        assert len(text) <= 120


def test_a_code_of_another_release_is_told_as_such() -> None:
    assert reason("never-heard-of") is UNKNOWN
