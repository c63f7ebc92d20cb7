"""Every request that leaves is counted once, by what was asked and what came back."""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest

from tests.webhook.forges.scripted import Clock, Says, Script, ScriptedForge, github_script, gitlab_script
from tests.webhook.forges.worlds import GitHubWorld, GitLabWorld, World
from webhook import forges
from webhook.forges.counting import COMMENT, KINDS, LABEL, kind
from webhook.forges.failures import Call
from webhook.forges.port import ForgeError
from webhook.issue import LabelDefinition
from webhook.metrics import ENUMERATIONS, REGISTRY
from webhook.sandbox import Sandbox

Counted: TypeAlias = Callable[[], dict[tuple[str, str, str], float]]
ROOM = Path(forges.__file__).parent
NAMERS = {"Call": 1, "read": 0, "page": 0, "pages": 0, "_put_issue": 1}
"""Calls that name a request, and which of their arguments does."""


def counted() -> dict[tuple[str, str, str], float]:
    """Requests so far, by forge, request and status."""
    return {
        (sample.labels["forge"], sample.labels["request"], sample.labels["status"]): sample.value
        for family in REGISTRY.collect()
        for sample in family.samples
        if sample.name == "xsa_scope_forge_requests_total"
    }


@pytest.fixture
def since() -> Counted:
    """What was counted since the test began."""
    before = counted()

    def new() -> dict[tuple[str, str, str], float]:
        return {key: value - before.get(key, 0) for key, value in counted().items() if value != before.get(key, 0)}

    return new


def names_used() -> set[str]:
    """The words by which adapters name their requests, as they stand in the code."""
    found: set[str] = set()
    for file in ROOM.glob("git*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            place = NAMERS.get(name)
            if place is None or len(node.args) <= place:
                continue
            argument = node.args[place]
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                found.add(argument.value)
    return found


def test_every_request_an_adapter_names_has_a_name_in_the_metrics() -> None:
    used = names_used()
    assert {"issue", "note", "installation token", "confidentiality of an issue"} <= used, "the search is blind"
    assert used - {"comment", "note", "label"} == set(KINDS)
    assert {*KINDS.values(), *COMMENT.values(), *LABEL.values()} == set(ENUMERATIONS["request"])


@pytest.mark.parametrize(
    ("verb", "request_"), [("POST", "create_comment"), ("PATCH", "edit_comment"), ("DELETE", "delete_comment")]
)
def test_what_is_done_to_a_comment_is_told_by_the_verb(verb: str, request_: str) -> None:
    assert kind(Call(verb, "comment")) == request_
    assert kind(Call("GET", "nothing")) == "other"


@pytest.mark.parametrize("make", [GitHubWorld, GitLabWorld], ids=["github", "gitlab"])
def test_as_many_requests_are_counted_as_the_forge_saw(make: type[World], since: Counted) -> None:
    with Sandbox(lifetime=60) as sandbox:
        world = make(sandbox)
        number = world.file()
        spoken = world.comment(number, "tom", "words")
        adapter = world.factory()
        adapter.us()
        adapter.visibility()
        adapter.issue(number)
        adapter.comments(number)
        adapter.label_events(number)
        adapter.role(world.person("tom"))
        adapter.label_definitions()
        adapter.create_label(LabelDefinition("xsa-candidate", "00aa00", "In scope"), lambda: None)
        adapter.change_labels(number, ["xsa-candidate"], [], lambda: None)
        ours = adapter.create_comment(number, "text", lambda: None)
        adapter.edit_comment(number, ours, "other text", lambda: None)
        adapter.delete_comment(number, ours, lambda: None)
        adapter.react(number, spoken, "+1", lambda: None)
        list(adapter.issues_updated_since(None))
        adapter.close()
        new = since()
        assert sum(new.values()) == len(sandbox.core.journal.entries(forge=world.kind))
    assert {forge for forge, _, _ in new} == {world.kind}
    asked = {request for _, request, _ in new}
    assert "other" not in asked
    assert asked >= {"us", "issue", "role", "change_labels", "create_comment", "edit_comment", "react", "project"}
    assert {status[0] for _, _, status in new} == {"2"}


@pytest.mark.parametrize("script_of", [github_script, gitlab_script])
def test_a_refusal_is_counted_by_its_status_and_silence_as_none(
    forge: ScriptedForge, clock: Clock, script_of: Callable[[ScriptedForge, Clock], Script], since: Counted
) -> None:
    script = script_of(forge, clock)
    forge.says("GET", script.issue_path, Says(503, {}), Says(cut=True))
    adapter = script.factory()
    with pytest.raises(ForgeError):
        adapter.issue(7)
    with pytest.raises(ForgeError):
        adapter.issue(7)
    adapter.close()
    new = since()
    assert new[(script.kind, "issue", "503")] == 1
    assert new[(script.kind, "issue", "none")] == 1
