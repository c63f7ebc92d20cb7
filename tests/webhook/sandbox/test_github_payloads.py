"""Payloads of the sandbox's GitHub against GitHub's published examples: every key an example has is there."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn, TypeAlias

import pytest

from tests.webhook.sandbox.github_stage import Box, Stage

EXAMPLES = Path(__file__).resolve().parents[3] / "node_modules/@octokit/webhooks-examples/api.github.com/index.json"

Examples: TypeAlias = dict[tuple[str, str | None], list[Any]]

TOLD = [
    ("issues", "opened"),
    ("issues", "edited"),
    ("issues", "labeled"),
    ("issues", "unlabeled"),
    ("issues", "deleted"),
    ("issues", "transferred"),
    ("issue_comment", "created"),
    ("issue_comment", "edited"),
    ("issue_comment", "deleted"),
    ("label", "created"),
    ("label", "edited"),
    ("label", "deleted"),
    ("repository", "publicized"),
    ("repository", "privatized"),
    ("repository", "renamed"),
    ("repository", "transferred"),
    ("public", None),
    ("push", None),
    ("ping", None),
    ("installation", "created"),
]
"""Events the sandbox sends and GitHub has examples of."""
OTHERWISE = frozenset(
    {
        "permissions",  # what an App asks for differs from App to App
        "changes",  # depends on what was changed, and from whom it was transferred
        "hook",  # the examples' hooks are of other kinds than ours
    }
)
"""Keys that are not descended into."""


@pytest.fixture(scope="module")
def examples(stand_missing: Callable[[str], NoReturn]) -> Examples:
    if not EXAMPLES.exists():
        stand_missing("the npm package @octokit/webhooks-examples is not installed")
    sorted_: Examples = {}
    for event in json.loads(EXAMPLES.read_text(encoding="utf-8")):
        for example in event["examples"]:
            sorted_.setdefault((event["name"], example.get("action")), []).append(example)
    return sorted_


@pytest.fixture
def told(stage: Stage, box: Box) -> dict[tuple[str, str | None], Any]:
    """One payload of each kind the sandbox sends."""
    github, name = stage.github, stage.name
    github.create_repository("example/other")
    for _ in range(3):
        github.file_issue(name, "rita", "Title", "text")
    github.edit_issue(name, 1, "rita", title="Other title")
    github.add_labels(name, 1, "tom", ["new"])
    github.remove_labels(name, 1, "tom", ["new"])
    repository = stage.client().get_repo(stage.repository)
    repository.get_label("new").edit("newer", "ffffff")
    repository.get_label("newer").delete()
    comment = github.comment(name, 1, "tom", "words")
    github.edit_comment(comment, "tom", "other words")
    github.delete_comment(comment, "tom")
    github.set_state(name, 1, "tom", "closed")
    github.transfer_issue(name, 2, "ada", "example/other")
    github.delete_issue(name, 3, "ada")
    github.put_file(name, "ada", "x", "y")
    github.create_hook(name, box.url, "s")
    github.set_visibility(name, "ada", "public")
    github.set_visibility(name, "ada", "private")
    github.archive_repository(name, "ada")
    github.archive_repository(name, "ada", archived=False)
    github.rename_repository(name, "ada", "vault")
    github.transfer_repository("example/vault", "ada", "elsewhere")
    stage.settled()
    # The repository's own hook is told of some of it too, without an installation, and may come first or last.
    letters = sorted(box.letters, key=lambda letter: "installation" in letter.json)
    return {(letter.event, letter.json.get("action")): letter.json for letter in letters}


def missing(example: Any, ours: Any, path: str = "$") -> Iterator[str]:
    """Paths of keys the example has and we have not; values are not compared."""
    if isinstance(example, dict) and isinstance(ours, dict):
        for key, value in example.items():
            if key in OTHERWISE:
                continue
            if key not in ours:
                yield f"{path}.{key}"
            else:
                yield from missing(value, ours[key], f"{path}.{key}")
    elif isinstance(example, list) and isinstance(ours, list) and example and ours:
        yield from missing(example[0], ours[0], f"{path}[0]")


@pytest.mark.parametrize(("event", "action"), TOLD)
def test_a_payload_lacks_no_key_of_some_published_example(
    told: dict[tuple[str, str | None], Any], examples: Examples, event: str, action: str | None
) -> None:
    """The published examples are of different years: one of them must be matched whole."""
    ours = told[event, action]
    lacks = [sorted(missing(example, ours)) for example in examples[event, action]]
    assert min(lacks, key=len) == []
