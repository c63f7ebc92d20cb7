"""Advisories and refusals of the past: what each policy says of them, from the facts on record."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import scope
from webhook.cli import main
from webhook.cli.corpus import read

CORPUS = Path(__file__).resolve().parents[1] / "corpus" / "xen.jsonl"
RFC, PRACTICE = "builtin:xen-rfc-v2", "builtin:xen-practice"
OUT_BY_PRACTICE = {
    "XSA-278": ("3",),  # filed as experimental; that it was reached with the feature off is for the team to say
    "XSA-376": ("1",),  # only announces that frontends are not defended against backends
}
"""Advisories issued after the text that the practice leaves out, each with its clause."""
STILL_ASKED = {"XSA-258", "XSA-266", "XSA-312"}


def replayed(source: str) -> tuple[scope.Replay, ...]:
    policy = scope.load_policy(source)
    return scope.replay(policy, read(CORPUS, policy))


@pytest.fixture(scope="module")
def by_text() -> tuple[scope.Replay, ...]:
    return replayed(RFC)


@pytest.fixture(scope="module")
def by_practice() -> tuple[scope.Replay, ...]:
    return replayed(PRACTICE)


def test_the_text_contradicts_no_case_whose_facts_are_sure(by_text: tuple[scope.Replay, ...]) -> None:
    sure = [one for one in by_text if one.case.confidence == "high"]
    assert len(sure) > 60
    assert [one.case.id for one in sure if one.accord == "contradicts"] == []


def test_of_the_cases_in_scope_by_the_text_seventeen_in_twenty_come_out_so_at_once(
    by_text: tuple[scope.Replay, ...],
) -> None:
    expected = [one for one in by_text if one.case.expected == "in-scope"]
    assert len(expected) == 101
    assert sum(one.in_scope for one in expected) >= 0.85 * len(expected)


@pytest.mark.parametrize("source", [RFC, PRACTICE])
def test_no_refusal_comes_out_in_scope(source: str) -> None:
    refused = [one for one in replayed(source) if not one.case.issued]
    assert len(refused) == 36
    assert [one.case.id for one in refused if one.in_scope] == []


def test_by_the_practice_nine_in_ten_advisories_since_the_text_are_in_scope(
    by_practice: tuple[scope.Replay, ...],
) -> None:
    since = [one for one in by_practice if one.case.issued and one.case.era == "post-rfc-v2"]
    assert len(since) == 71
    assert sum(one.in_scope for one in since) >= 0.9 * len(since)
    out = {one.case.id: one.clauses for one in since if one.verdict.outcome is scope.Outcome.OUT_OF_SCOPE}
    assert out == OUT_BY_PRACTICE
    assert {one.case.id for one in since if one.verdict.missing} == STILL_ASKED


def test_a_case_says_how_its_verdict_stands_to_the_expected_one(by_text: tuple[scope.Replay, ...]) -> None:
    accords = {one.case.id: one.accord for one in by_text}
    named = {name: accords[f"XSA-{name}"] for name in (82, 136, 142, 278)}
    assert named == {82: "agrees", 136: "open", 142: "decided", 278: "contradicts"}


def script(name: str) -> Any:
    spec = importlib.util.spec_from_file_location(name, CORPUS.with_name(f"{name}.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_table_of_what_the_practice_moves_is_true() -> None:
    moves = script("moves")
    assert moves.TABLE.read_text(encoding="utf-8") == moves.written()


def test_the_corpus_is_what_the_data_beside_the_project_says(shared_data: Path) -> None:
    assert script("derive").written(shared_data / "xen") == CORPUS.read_text(encoding="utf-8")


def test_the_corpus_holds_nobodys_sentences() -> None:
    longest = max(len(text) for line in CORPUS.read_text().splitlines() for text in _texts(json.loads(line)))
    assert longest <= 24


def _texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for one in (*value, *value.values()) for text in _texts(one)]
    if isinstance(value, list):
        return [text for one in value for text in _texts(one)]
    return [value] if isinstance(value, str) else []


def ran(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["policy", "backtest", *words])
    return result.exit_code, result.output


def test_the_command_prints_figures_and_what_moves() -> None:
    code, said = ran("--corpus", str(CORPUS), "--against", PRACTICE)
    assert code == 0
    assert "36 without one: 0 in scope" in said
    assert "XSA-142: out-of-scope -> needs-info" in said
    assert "cases move from xen-rfc-v2 to xen-practice" in said


def test_the_command_tells_programs_the_same() -> None:
    code, said = ran("--corpus", str(CORPUS), "--policy", PRACTICE, "--json")
    data = json.loads(said)
    assert code == 0
    assert data["policy"]["id"] == "xen-practice"
    assert (data["cases"], data["refused"]["in-scope"]) == (153, 0)
    assert next(one for one in data["by_case"] if one["id"] == "XSA-278")["clauses"] == ["3"]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('{"id": "X", "expected": "in-scope", "issued": true, "report": {"componant": ["xen"]}}', "line 1: componant"),
        ('{"id": "X", "expected": "in-scope", "issued": "yes", "report": {}}', "line 1: issued"),
        ('{"id": "X", "expected": "in-scope", "issued": true, "report": {}, "isued": 1}', "line 1: isued"),
        ("[]", "line 1: the line"),
        ("{", "line 1: the line"),
    ],
)
def test_a_line_that_is_no_case_is_told_by_number_and_field(tmp_path: Path, line: str, told: str) -> None:
    file = tmp_path / "corpus.jsonl"
    file.write_text(line)
    code, said = ran("--corpus", str(file))
    assert code == 1
    assert told in said


def test_a_sure_case_that_comes_out_the_opposite_way_is_an_exit_code(tmp_path: Path) -> None:
    file = tmp_path / "corpus.jsonl"
    case = next(line for line in CORPUS.read_text().splitlines() if '"XSA-82"' in line)
    file.write_text(case.replace('"in-scope"', '"out-of-scope"'))
    assert ran("--corpus", str(file))[0] == 3
