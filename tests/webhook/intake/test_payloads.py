"""Every delivery others have recorded, signed: 2xx, no exception, and exactly the issues among them are marked."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest

from tests.conftest import ROOT
from tests.webhook.intake.door import FrontDoor, open_door
from webhook.settings import settings_from

EXAMPLES = ROOT / "node_modules" / "@octokit" / "webhooks-examples" / "api.github.com" / "index.json"
REPOSITORIES = ("Codertocat/Hello-World", "octocat/Hello-World")
Payload = tuple[str, Any]


@pytest.fixture(scope="module")
def examples(stand_missing: Callable[[str], NoReturn]) -> list[Payload]:
    """GitHub's own examples, by the name of their event."""
    if not EXAMPLES.is_file():
        stand_missing("the npm package @octokit/webhooks-examples is not installed")
    found = json.loads(EXAMPLES.read_text(encoding="utf-8"))
    return [(entry["name"], example) for entry in found for example in entry["examples"]]


@pytest.fixture(scope="module")
def gitlab_payloads(shared_data: Path) -> list[Payload]:
    """GitLab's samples and captured deliveries, by file name."""
    folder = shared_data / "gitlab-webhooks"
    files = sorted(folder.glob("*/*.json"))
    assert len(files) == 31
    return [(str(file.relative_to(folder)), json.loads(file.read_text(encoding="utf-8"))) for file in files]


def door_for(forge: str, projects: Iterator[str], secret: dict[str, str], **more: Any) -> FrontDoor:
    """A front door whose one secret is shared by trackers for all these projects."""
    names = {project.casefold(): project for project in projects}
    trackers = [{"forge": forge, "project": p, "token_env": "T", **secret, **more} for p in names.values()]
    environ = {"T": "t", "HMAC": "alpha secret", "SIGNING": "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="}
    return open_door(settings_from({"tracker": trackers}, environ=environ))


def repositories(examples: list[Payload]) -> Iterator[str]:
    return (p["repository"]["full_name"] for _, p in examples if p.get("repository", {}).get("full_name"))


def projects(payloads: list[Payload]) -> Iterator[str]:
    return (p["project"]["path_with_namespace"] for _, p in payloads if "path_with_namespace" in p.get("project", {}))


def test_every_github_example_is_accepted_and_the_issues_among_them_are_marked(examples: list[Payload]) -> None:
    assert len(examples) == 329
    door = door_for("github", repositories(examples), {"webhook_secret_env": "HMAC"})
    for name, payload in examples:
        assert door.github(name, payload) == 202, (name, payload.get("action"))
    kinds = Counter(kind for _, kind, *_ in door.kept.marks)
    assert kinds == {
        "issues.opened": 4,
        "issues.edited": 3,
        "issues.labeled": 2,
        "issues.unlabeled": 2,
        "issues.locked": 2,
        "issues.deleted": 1,
        "issues.reopened": 1,
        "issues.transferred": 1,
        "issue_comment.created": 5,
        "issue_comment.edited": 2,
        "issue_comment.deleted": 2,
    }


def test_every_github_example_of_a_stranger_is_accepted_and_left(examples: list[Payload]) -> None:
    door = door_for("github", iter(["somebody/else"]), {"webhook_secret_env": "HMAC"})
    assert {door.github(name, payload) for name, payload in examples} == {202}
    assert door.kept.marks == []


def test_no_github_example_passes_without_its_signature(examples: list[Payload]) -> None:
    door = door_for("github", repositories(examples), {"webhook_secret_env": "HMAC"})
    for name, payload in examples:
        assert door.github(name, payload, X_Hub_Signature_256="") == 401
        assert door.github(name, payload, "another secret") == 401
    assert door.kept.marks == []


@pytest.mark.parametrize("signed", [True, False], ids=["signing token", "plain token"])
def test_every_gitlab_payload_is_accepted_and_the_issues_among_them_are_marked(
    gitlab_payloads: list[Payload], signed: bool
) -> None:
    secret = {"signing_secret_env": "SIGNING"} if signed else {"token_secret_env": "HMAC"}
    door = door_for("gitlab", projects(gitlab_payloads), secret, work_item_types=["issue", "task"])
    for name, payload in gitlab_payloads:
        before = len(door.kept.marks)
        answer = door.gitlab(payload) if signed else door.gitlab_by_token(payload, "alpha secret")
        assert answer == 202, name
        about_issue = payload.get("object_kind") in {"issue", "work_item"} or "issue" in payload
        assert len(door.kept.marks) - before == int(about_issue), name
    assert "gitlab:root/mvc#13" in door.kept.issues, "a confidential work item"
    assert "gitlab:sbansal1999/testing-zulip-gitlab-integration#1" in door.kept.issues, (
        "an internal note without action"
    )


def test_no_gitlab_payload_passes_without_its_credential(gitlab_payloads: list[Payload]) -> None:
    door = door_for("gitlab", projects(gitlab_payloads), {"signing_secret_env": "SIGNING"})
    for _, payload in gitlab_payloads:
        assert door.gitlab(payload, webhook_signature="") == 401
        assert door.gitlab_by_token(payload, "alpha secret") == 401
    assert door.kept.marks == []
