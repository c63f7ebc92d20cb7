"""Payloads of the sandbox's GitHub against GitHub's published examples: every key an example has is there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

EXAMPLES = Path(__file__).resolve().parents[3] / "node_modules/@octokit/webhooks-examples/api.github.com/index.json"

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
OLD = frozenset(
    {
        "master_branch",  # of a push only, where the repository has an older shape
        "stargazers",  # the same
        "permissions",  # what an App asks for differs from App to App
        "changes",  # depends on what was edited
        "hook",  # an App's and a repository's hook have different keys
        "requester",
        "labels",  # of old issues, an object's list with fewer keys
    }
)
"""Keys not descended into or not demanded, with why."""


@pytest.fixture(scope="module")
def examples(stand_missing) -> dict[tuple[str, str | None], list[Any]]:
    if not EXAMPLES.exists():
        stand_missing("the npm package @octokit/webhooks-examples is not installed")
    sorted_: dict[tuple[str, str | None], list[Any]] = {}
    for event in json.loads(EXAMPLES.read_text(encoding="utf-8")):
        for example in event["examples"]:
            sorted_.setdefault((event["name"], example.get("action")), []).append(example)
    return sorted_


@pytest.fixture
def told(stage, box) -> dict[tuple[str, str | None], Any]:
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
    return {(letter.event, letter.json.get("action")): letter.json for letter in box.letters}


def missing(example: Any, ours: Any, path: str = "$") -> Iterator[str]:
    """Paths of keys the example has and we have not; values are not compared."""
    if isinstance(example, dict) and isinstance(ours, dict):
        for key, value in example.items():
            if key in OLD:
                continue
            if key not in ours:
                yield f"{path}.{key}"
            else:
                yield from missing(value, ours[key], f"{path}.{key}")
    elif isinstance(example, list) and isinstance(ours, list) and example and ours:
        yield from missing(example[0], ours[0], f"{path}[0]")


@pytest.mark.parametrize(("event", "action"), TOLD)
def test_a_payload_lacks_no_key_of_some_published_example(told, examples, event: str, action: str | None) -> None:
    """The published examples are of different years: one of them must be matched whole."""
    ours = told[event, action]
    lacks = [sorted(missing(example, ours)) for example in examples[event, action]]
    assert min(lacks, key=len) == []
