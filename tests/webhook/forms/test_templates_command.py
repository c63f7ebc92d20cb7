"""`xsa-scope templates`, as people and CI jobs call it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from webhook.cli import main

FORM = """
body:
- {type: dropdown, id: kind, attributes: {label: Kind, options: [Bug]}}
- {type: input, id: v, attributes: {label: V}}
"""
FILES = ["github/01-security-report.yml", "github/config.yml", "gitlab/security-report.md"]


def run(arguments: Sequence[str | Path], text: str | bytes = "") -> Result:
    return CliRunner().invoke(main, ["templates", *map(str, arguments)], input=text)


@pytest.fixture
def form(tmp_path: Path) -> Path:
    path = tmp_path / "form.yml"
    path.write_text(FORM, encoding="utf-8")
    return path


def test_what_is_written_is_in_step(tmp_path: Path) -> None:
    written = run(["write", "--out", tmp_path])
    assert written.exit_code == 0
    assert written.output.split() == [str(tmp_path / file) for file in FILES]
    assert run(["check", "--out", tmp_path]).exit_code == 0


def test_a_file_that_drifted_is_told_with_its_first_line(tmp_path: Path) -> None:
    run(["write", "--out", tmp_path])
    path = tmp_path / FILES[1]
    path.write_text(path.read_text("utf-8").replace("false", "true"), encoding="utf-8")
    (tmp_path / FILES[2]).unlink()
    checked = run(["check", "--out", tmp_path])
    assert checked.exit_code == 3
    assert checked.output.splitlines() == [
        f"{path}:2: 'blank_issues_enabled: true' instead of 'blank_issues_enabled: false'",
        f"{tmp_path / FILES[2]}: missing",
    ]


def test_a_policy_that_is_not_there_is_a_failure(tmp_path: Path) -> None:
    failed = run(["check", "--policy", "builtin:nonsense", "--out", tmp_path])
    assert failed.exit_code == 1
    assert "nonsense" in failed.output


def test_a_body_is_read_to_json(form: Path, tmp_path: Path) -> None:
    body = tmp_path / "body.md"
    body.write_bytes(b"### Kind\r\n\r\nWish\r\n\r\n### V\r\n\r\n4.19\r\n\r\n### V\r\n\r\n\xff")
    done = run(["read", "--form", form, "--body", body, "--json"])
    assert done.exit_code == 0
    assert json.loads(done.output) == {
        "kind": {"state": "unanswered", "answer": None, "warnings": ['"Wish" is not one of the options']},
        "v": {"state": "ambiguous", "answer": None, "warnings": ['the heading "### V" stands in the body 2 times']},
    }


def test_a_body_may_come_from_standard_input(form: Path) -> None:
    done = run(["read", "--form", form, "--body", "-"], "### Kind\n\nBug\n\n### V\n\nä")
    assert done.exit_code == 0
    assert done.output.splitlines() == ["kind: answered", "    Bug", "v: answered", "    ä"]


def test_a_form_that_is_none_is_a_failure(tmp_path: Path) -> None:
    path = tmp_path / "form.yml"
    path.write_text("a: [", encoding="utf-8")
    failed = run(["read", "--form", path, "--body", "-"])
    assert failed.exit_code == 1
    assert "not YAML" in failed.output
