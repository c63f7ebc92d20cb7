"""`xsa-scope policy check|show|diff`: what is proved, shown and told to differ, with its exit codes."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from webhook.cli import main

TEXT = files("scope").joinpath("policies", "xen-rfc-v2.toml").read_text(encoding="utf-8")
BUILTIN = "builtin:xen-rfc-v2"


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["policy", *arguments])


@pytest.fixture
def changed(tmp_path: Path) -> Path:
    """The policy with the presumption of an unlisted feature turned into one of a supported feature."""
    old = 'fact = "feature_status"\nvalue = "unlisted"'
    assert old in TEXT
    file = tmp_path / "changed.toml"
    file.write_text(TEXT.replace(old, old.replace("unlisted", "supported")), encoding="utf-8")
    return file


def test_check_says_what_was_proved() -> None:
    result = _run("check", BUILTIN)
    assert result.exit_code == 0
    assert "for all answers exactly one row of each fires" in result.output
    assert "examples: each comes out as the text says" in result.output
    assert "quotations: not looked up" in result.output


def test_check_looks_quotations_up_in_the_text(tmp_path: Path) -> None:
    text = tmp_path / "text.txt"
    text.write_text("Nothing of the kind.")
    result = _run("check", BUILTIN, "--source-text", str(text))
    assert result.exit_code == 1
    assert "xen-rfc-v2.toml" in result.output


def test_check_proves_the_quotations_of_the_shipped_policy(shared_data: Path) -> None:
    source = shared_data.parent / "policy" / "rfc-v2.txt"
    result = _run("check", "--source-text", str(source))
    assert result.exit_code == 0, result.output
    assert "each is verbatim in the source text" in result.output


def test_check_names_table_rows_and_answers_of_a_fault(tmp_path: Path) -> None:
    file = tmp_path / "overlap.toml"
    file.write_text(
        TEXT.replace('feature_status = ["not_security_supported"] }', 'feature_status = ["experimental"] }')
    )
    result = _run("check", str(file))
    assert result.exit_code == 1
    assert "overlap.toml: table '3-feature': rows 'preview' and 'not security supported' fire together" in result.output
    assert "feature_status=experimental" in result.output


def test_show_is_readable() -> None:
    result = _run("show")
    assert result.exit_code == 0
    for words in (
        "Facts",
        "Who starts the",
        "Source and target",
        "fail 1-self",
        "Presumptions",
        "Readings",
        "xsa-candidate",
    ):
        assert words in result.output


def test_show_as_json_has_every_table_and_label() -> None:
    shown = json.loads(_run("show", "--json").output)
    assert [table["criterion"] for table in shown["tables"]] == ["0", "1", "2", "3", "3", "4", "4", "4"]
    assert shown["labels"]["xsa-candidate"]["outcome"] == "in-scope"
    assert shown["presumptions"][0]["value"] == "no"
    assert shown["facts"]["source"]["values"]["host"]
    assert shown["digest"].startswith("sha256:")


def test_diff_of_a_policy_with_itself_is_nothing() -> None:
    result = _run("diff", BUILTIN, BUILTIN)
    assert (result.exit_code, result.output) == (0, "No difference.\n")


def test_diff_of_a_change_of_wording_is_exit_code_0(tmp_path: Path) -> None:
    file = tmp_path / "reworded.toml"
    file.write_text(TEXT.replace("Who starts the attack?", "Who begins the attack?"), encoding="utf-8")
    result = _run("diff", BUILTIN, str(file))
    assert result.exit_code == 0
    assert result.output.startswith("No difference in meaning: the wording differs")


def test_diff_of_a_change_of_meaning_is_exit_code_3_with_a_line_for_each(changed: Path) -> None:
    result = _run("diff", BUILTIN, str(changed))
    assert result.exit_code == 3
    assert result.output == "presumption feature_status: was presumed unlisted, is presumed supported\n"


def test_diff_as_json(changed: Path) -> None:
    result = _run("diff", BUILTIN, str(changed), "--json")
    assert result.exit_code == 3
    told = json.loads(result.output)
    assert told["changes"][0]["kind"] == "presumption"
    assert (told["editorial"], told["decisions"]) == (False, [])
    assert told["old"]["digest"] != told["new"]["digest"]


def test_diff_needs_two_policies() -> None:
    assert _run("diff", BUILTIN).exit_code == 2
