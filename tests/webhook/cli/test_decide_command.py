"""`xsa-scope decide` for one report: from options, JSON or a body, told to people or printed as JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import scope
from webhook.cli import COMMANDS, main

PATH = ["--source", "guest_kernel", "--effect", "denial-of-service", "--target", "hypervisor"]
CANDIDATE = [*PATH, "--component", "xen", "--dos-severity=termination", "--feature-status", "supported,unlisted"]


def _run(*arguments: str, text: str = "") -> Result:
    return CliRunner().invoke(main, ["decide", *arguments], input=text)


def test_answers_given_as_options_are_decided_and_told() -> None:
    result = _run(*CANDIDATE)
    assert result.exit_code == 0
    assert "in-scope (presumed)" in result.output
    assert "labels: xsa-candidate" in result.output
    assert "Presumed, Reachable in a release = yes" in result.output


def test_an_open_verdict_is_exit_code_3_and_asks_the_next_question() -> None:
    result = _run("--source", "guest_kernel")
    assert result.exit_code == 3
    assert "needs-info (open)" in result.output
    assert "Next question (reporter): " in result.output
    assert "Also missing: " in result.output


def test_a_rejection_says_what_would_change_it() -> None:
    result = _run(*PATH[:-1], "self")
    assert result.exit_code == 0
    assert "out-of-scope (settled)" in result.output
    assert "It could be in-scope with Target: " in result.output


def test_a_disputed_reading_is_told() -> None:
    result = _run("--source", "guest_kernel", "--effect", "other", "--target", "dom0", "--component", "xen")
    assert "This rests on a disputed reading" in result.output


def test_json_prints_the_one_verdict() -> None:
    result = _run("--json", *CANDIDATE)
    assert json.loads(result.output)["labels"] == ["xsa-candidate"]
    assert _run("--json", text="{}").exit_code == 3


def test_a_report_comes_from_standard_input_or_a_file(tmp_path: Path) -> None:
    report = '{"paths":[{"effect":["none"]}]}'
    file = tmp_path / "report.json"
    file.write_text(report)
    assert "out-of-scope" in _run(text=report).output
    assert "out-of-scope" in _run("--report", str(file)).output


def test_a_bad_report_is_exit_code_1_and_names_field_and_nearest_word() -> None:
    result = _run(text='{"component":["zen"]}')
    assert result.exit_code == 1
    assert 'component: "zen" is no value of it; nearest: xen' in result.output


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--sorce", "host"], "Did you mean '--source'?"),
        (["--source", "hosts"], "did you mean 'host'?"),
        (["--source"], "--source"),
        (["host"], "host"),
        (["--jsonl", "--source", "host"], "Give one of"),
        (["--policy", "builtin:xen-rfc-v3"], "xen-rfc-v2"),
        (["--policy", "no-such-file.toml"], "no-such-file.toml"),
        (["--report", "no-such-file.json"], "no-such-file.json"),
        (["--forge", "gitea"], "gitea"),
    ],
)
def test_wrong_usage_is_exit_code_2_and_says_what_would_be_right(arguments: list[str], words: str) -> None:
    result = _run(*arguments)
    assert result.exit_code == 2
    assert words in result.output


def test_a_policy_with_a_fault_is_exit_code_1(tmp_path: Path) -> None:
    file = tmp_path / "broken.toml"
    file.write_text("id = ")
    result = _run("--policy", str(file), text="{}")
    assert result.exit_code == 1
    assert "broken.toml: not TOML" in result.output


def _body(policy: scope.Policy, **chosen: str) -> str:
    """A GitHub form body in which some facts are answered with the option that begins so."""
    parts = []
    for field in policy.form.fields:
        start = chosen.get(field.fact or field.id)
        picked = [o.text for o in field.options if start and o.text.startswith(start)]
        if field.kind == "ticks":
            value = "\n".join(f"- [{'X' if o.text in picked else ' '}] {o.text}" for o in field.options)
        else:
            value = picked[0] if picked else "_No response_"
        parts.append(f"### {field.label}\n\n{value}")
    return "\n\n".join(parts) + "\n"


def test_a_body_is_read_as_the_forge_stores_it(tmp_path: Path) -> None:
    policy = scope.load_policy("builtin:xen-rfc-v2")
    file = tmp_path / "body.md"
    file.write_text(_body(policy, source="Guest administrator", target="The hypervisor", effect="Stops it"))
    result = _run("--json", "--body", str(file), "--forge", "github")
    found = json.loads(result.output)
    assert result.exit_code == 3
    assert "source" not in found["missing"]
    assert found["missing"][0] == "component"


def test_a_body_without_the_form_says_so(tmp_path: Path) -> None:
    file = tmp_path / "body.md"
    file.write_text("It crashes.\n")
    result = _run("--body", str(file))
    assert result.exit_code == 3
    assert "The body holds no form" in result.output


def test_several_paths_a_conflict_and_remarks_are_told() -> None:
    report = {"paths": [{"source": ["guest_kernel"]}, {"source": ["driver_domain"]}], "component": []}
    result = _run(text=json.dumps(report))
    assert "Path 1 of 2" in result.output
    assert "Contradictory statements: Component" in result.output
    assert "(path 1)" in result.output
    assert "2.effect" in result.output


def test_a_forged_heading_is_named(tmp_path: Path) -> None:
    policy = scope.load_policy("builtin:xen-rfc-v2")
    file = tmp_path / "body.md"
    body = _body(policy, source="Guest administrator", leaked_data="Memory that was never cleared but")
    file.write_text(body + "\n### What does it hit?\n\ndom0: its kernel or backend drivers or other programs there\n")
    result = _run("--body", str(file))
    assert "Cannot be read for sure, counts as unanswered: What does it hit?" in result.output


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_there_and_has_help(name: str) -> None:
    result = CliRunner().invoke(main, [name, "--help"])
    assert result.exit_code == 0, result.output
    assert result.output.startswith("Usage: ")


def test_help_lists_the_commands() -> None:
    result = CliRunner().invoke(main, ["--help"])
    assert all(f"  {name} " in result.output for name in COMMANDS)


def test_an_unknown_command_is_wrong_usage() -> None:
    assert CliRunner().invoke(main, ["decidd"]).exit_code == 2
