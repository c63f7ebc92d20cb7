"""The form files: in step with the policy, accepted by GitHub's schema, within the rules that no schema holds."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import pytest

import scope
from tests.conftest import ROOT
from webhook.forms import describe
from webhook.forms.asked import form_id
from webhook.forms.description import FormError
from webhook.forms.github_yaml import description_from_github_yaml
from webhook.forms.rules import problems
from webhook.forms.shipped import as_file, shipped
from webhook.forms.templates import template_files


def test_the_files_in_the_repository_are_those_of_the_policy(policy: scope.Policy) -> None:
    folder = ROOT / "issue_templates"
    found = {str(path.relative_to(folder)): path.read_text("utf-8") for path in folder.rglob("*") if path.is_file()}
    assert found == template_files(policy)


def test_the_form_of_the_policy_is_among_those_shipped(policy: scope.Policy) -> None:
    assert policy.form in shipped(), (
        f"add webhook/forms/shipped/{form_id(policy.form)}.json with `as_file(policy.form)`; leave the others"
    )


def test_a_shipped_form_is_named_by_its_id_and_comes_back_as_it_was() -> None:
    folder = ROOT / "webhook" / "forms" / "shipped"
    files = {path.stem: path.read_text("utf-8") for path in folder.glob("*.json")}
    assert files == {form_id(form): as_file(form) for form in shipped()}


def test_the_github_file_describes_the_same_form(policy: scope.Policy) -> None:
    ours = describe(policy.form)
    theirs = description_from_github_yaml(template_files(policy)["github/01-security-report.yml"])
    assert [(f.id, f.kind, f.label, f.options) for f in theirs.fields] == [
        (f.id, f.kind, f.label, f.options) for f in ours.fields
    ]


@pytest.mark.parametrize(
    ("schema", "file"), [("github-issue-forms", "01-security-report.yml"), ("github-issue-config", "config.yml")]
)
def test_githubs_schema_accepts_the_file(schema: str, file: str) -> None:
    path = ROOT / "issue_templates" / "github" / file
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", f"vendor.{schema}", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_gitlab_template_makes_the_issue_confidential_last(policy: scope.Policy) -> None:
    assert template_files(policy)["gitlab/security-report.md"].endswith("\n\n/confidential\n")


def test_our_form_breaks_no_rule(policy: scope.Policy) -> None:
    assert problems(policy.form) == ()


def test_structured_answers_come_first_and_further_attacks_are_the_first_text_area(policy: scope.Policy) -> None:
    kinds = [{"choice": 0, "ticks": 0, "line": 1, "text": 2}[field.kind] for field in policy.form.fields]
    assert kinds == sorted(kinds)
    assert next(field.id for field in policy.form.fields if field.kind == "text") == "further_attacks"


def test_every_question_to_the_reporter_is_asked(policy: scope.Policy) -> None:
    asked = {fact for field in policy.form.fields for option in field.options for fact in option.sets}
    assert asked == {name for name, fact in policy.facts.items() if "reporter" in fact.answered_by}


def test_every_choice_offers_not_sure(policy: scope.Policy) -> None:
    for field in policy.form.fields:
        if field.fact:
            assert field.options[-1].not_sure, field.id


CHOICE = scope.Field("a", "choice", "Label", options=(scope.FieldOption("x"), scope.FieldOption("y")))


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ((), "asks nothing"),
        ((scope.Field("t", "text", "T"), CHOICE), "must come in the order"),
        ((scope.Field("t", "text", "T"), scope.Field("l", "line", "L")), "must come in the order"),
        ((replace(CHOICE, id="a b"),), "an id has letters"),
        ((replace(CHOICE, label="Label #"),), "does not come back from a Markdown heading"),
        ((replace(CHOICE, label="Host passwords"),), "a word that GitHub refuses"),
        ((CHOICE, replace(CHOICE, id="b", label="label?")), "look the same to GitHub"),
        ((CHOICE, replace(CHOICE, id="b", label="*Label*")), "look the same on GitLab"),
        (
            (CHOICE, scope.Field("b", "ticks", "B", options=(scope.FieldOption("Label"),))),
            "look the same to GitHub: 'label'",
        ),
        ((replace(CHOICE, options=(scope.FieldOption("x"), scope.FieldOption("X "))),), "two options look the same"),
        ((replace(CHOICE, options=(scope.FieldOption("x, y"),)),), "holds a comma"),
        ((replace(CHOICE, options=(scope.FieldOption("None"),)),), "is reserved"),
        ((replace(CHOICE, options=(scope.FieldOption("x\ny"),)),), "more than one line"),
    ],
)
def test_a_rule_that_is_broken_is_told_and_nothing_is_written(
    fields: tuple[scope.Field, ...], told: str, policy: scope.Policy
) -> None:
    broken = replace(policy.form, sections=(scope.Section("S", fields),))
    assert told in "\n".join(problems(broken))
    with pytest.raises(FormError):
        template_files(replace(policy, form=broken))


def test_githubs_own_parser_reads_a_rendered_form_to_the_same_answers(
    policy: scope.Policy, tmp_path: Path, stand_missing: Callable[[str], NoReturn]
) -> None:
    import json  # noqa: PLC0415  # used here only

    from webhook.forms import read_form  # noqa: PLC0415
    from webhook.forms.render import render  # noqa: PLC0415
    from webhook.issue import ForgeKind  # noqa: PLC0415

    node = shutil.which("node")
    if not node or not (ROOT / "node_modules" / "@github" / "issue-parser").is_dir():
        stand_missing("Node.js or the npm package @github/issue-parser is not there")
    choices = {field.id: field.options[1].text for field in policy.form.fields if field.kind == "choice"}
    choices |= {field.id: f"Words on {field.id}" for field in policy.form.fields if field.kind in ("line", "text")}
    ticks = {field.id: [o.text for o in field.options[:2]] for field in policy.form.fields if field.kind == "ticks"}
    body = render(policy, ForgeKind.GITHUB, {**choices, **ticks})
    script = (
        "import {parseIssue} from '@github/issue-parser'; import {readFileSync} from 'node:fs';"
        "const [body, form] = JSON.parse(readFileSync(0, 'utf8')); console.log(JSON.stringify(parseIssue(body, form)))"
    )
    form = template_files(policy)["github/01-security-report.yml"]
    done = subprocess.run(
        [node, "--input-type=module", "-e", script],
        input=json.dumps([body, form]),
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    theirs = json.loads(done.stdout)
    ours = read_form(policy, ForgeKind.GITHUB, body)[1].fields
    for field in policy.form.fields:
        answer = ours[field.id].answer
        match field.kind:
            case "choice":
                assert theirs[field.id] == [answer]
            case "ticks":
                assert theirs[field.id]["selected"] == answer
            case _:
                assert theirs[field.id] == answer
