"""Answers and payloads of the sandbox's GitHub against GitHub's own REST description.

The trimmed description has the routes by name only; those by id answer the same (see `test_github_reading`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import requests

REPOSITORY = "/repos/{owner}/{repo}"
ISSUE = REPOSITORY + "/issues/{issue_number}"
COMMENT = REPOSITORY + "/issues/comments/{comment_id}"


@pytest.fixture
def furnished(stage) -> dict[str, str]:
    """Something of everything, and what the templates' names stand for."""
    github, name = stage.github, stage.name
    number = github.file_issue(name, "rita", "Title", "text", ["bug"])
    github.set_state(name, number, "tom", "closed")
    github.edit_issue(name, number, "rita", title="Other title")
    github.lock_issue(name, number, "ada")
    github.lock_issue(name, number, "ada", locked=False)
    github.remove_labels(name, number, "tom", ["bug"])
    stage.issue(number).add_to_labels("in-scope")
    comment = stage.issue(number).create_comment("verdict")
    comment.create_reaction("+1")
    github.put_file(name, "ada", ".github/policy.toml", "x = 1\n")
    hook = github.create_hook(name, "http://127.0.0.1:9/", "secret")
    stage.settled()
    return {
        "owner": "example",
        "repo": "reports",
        "issue_number": str(number),
        "comment_id": str(comment.id),
        "username": "tom",
        "name": "in-scope",
        "path": ".github/policy.toml",
        "hook_id": str(hook),
        "installation_id": str(stage.installation),
        "delivery_id": str(stage.sandbox.core.deliveries.log[0].id),
        "org": "example",
    }


def ask(stage, method: str, template: str, names: dict[str, str], as_: str, body: Any = None) -> requests.Response:
    tokens: dict[str, Callable[[], str]] = {
        "installation": stage.scoped,
        "app": lambda: stage.app_auth.token,
        "ada": lambda: stage.github.create_token("ada"),
    }
    headers = {"Authorization": f"Bearer {tokens[as_]()}"}
    return requests.request(method, stage.sandbox.url + template.format(**names), headers=headers, json=body, timeout=5)


ROUTES: list[tuple[str, str, str, Any, int]] = [
    ("GET", "/app", "app", None, 200),
    ("GET", "/app/hook/config", "app", None, 200),
    ("GET", "/app/hook/deliveries", "app", None, 200),
    ("GET", "/app/hook/deliveries/{delivery_id}", "app", None, 200),
    ("POST", "/app/hook/deliveries/{delivery_id}/attempts", "app", None, 202),
    ("GET", "/app/installations", "app", None, 200),
    ("GET", "/app/installations/{installation_id}", "app", None, 200),
    ("POST", "/app/installations/{installation_id}/access_tokens", "app", {"permissions": {"issues": "write"}}, 201),
    ("GET", "/orgs/{org}/installation", "app", None, 200),
    ("GET", REPOSITORY + "/installation", "app", None, 200),
    ("GET", "/installation/repositories", "installation", None, 200),
    ("GET", "/rate_limit", "installation", None, 200),
    ("GET", "/user", "ada", None, 200),
    ("GET", REPOSITORY, "installation", None, 200),
    ("GET", REPOSITORY + "/collaborators", "installation", None, 200),
    ("GET", REPOSITORY + "/collaborators/{username}/permission", "installation", None, 200),
    ("GET", REPOSITORY + "/contents/{path}", "installation", None, 200),
    ("GET", REPOSITORY + "/issues", "installation", None, 200),
    ("POST", REPOSITORY + "/issues", "installation", {"title": "Another"}, 201),
    ("GET", ISSUE, "installation", None, 200),
    ("PATCH", ISSUE, "installation", {"body": "other"}, 200),
    ("GET", ISSUE + "/labels", "installation", None, 200),
    ("POST", ISSUE + "/labels", "installation", {"labels": ["x"]}, 200),
    ("PUT", ISSUE + "/labels", "installation", {"labels": ["x"]}, 200),
    ("DELETE", ISSUE + "/labels/{name}", "installation", None, 200),
    ("GET", ISSUE + "/comments", "installation", None, 200),
    ("POST", ISSUE + "/comments", "installation", {"body": "x"}, 201),
    ("GET", ISSUE + "/events", "installation", None, 200),
    ("GET", ISSUE + "/timeline", "installation", None, 200),
    ("GET", REPOSITORY + "/issues/comments", "installation", None, 200),
    ("GET", COMMENT, "installation", None, 200),
    ("PATCH", COMMENT, "installation", {"body": "x"}, 200),
    ("GET", COMMENT + "/reactions", "installation", None, 200),
    ("POST", COMMENT + "/reactions", "installation", {"content": "confused"}, 201),
    ("GET", REPOSITORY + "/labels", "installation", None, 200),
    ("POST", REPOSITORY + "/labels", "installation", {"name": "new"}, 201),
    ("GET", REPOSITORY + "/labels/{name}", "installation", None, 200),
    ("PATCH", REPOSITORY + "/labels/{name}", "installation", {"color": "ffffff"}, 200),
    ("GET", REPOSITORY + "/hooks", "ada", None, 200),
    ("GET", REPOSITORY + "/hooks/{hook_id}", "ada", None, 200),
    ("PATCH", REPOSITORY + "/hooks/{hook_id}", "ada", {"active": False}, 200),
    ("GET", REPOSITORY + "/hooks/{hook_id}/deliveries", "ada", None, 200),
]


ACCEPTED = {
    ("GET", "/app/installations"): (
        "$[0].account",
        "the description wants an account that is a user and an enterprise at once; a single installation's does not",
    ),
}
"""Where an answer differs from the description: the place, and why that is right."""


@pytest.mark.parametrize(("method", "template", "as_", "body", "status"), ROUTES, ids=lambda value: str(value)[:60])
def test_an_answer_has_the_described_shape(
    stage, furnished, described, method: str, template: str, as_: str, body: Any, status: int
) -> None:
    answer = ask(stage, method, template, furnished, as_, body)
    assert answer.status_code == status, answer.text
    place, _reason = ACCEPTED.get((method, template), ("nowhere", ""))
    faults = described(method, template, status, answer.json())
    assert [fault for fault in faults if not fault.startswith(place)] == []


@pytest.mark.parametrize(
    ("method", "template", "body", "status"),
    [
        ("POST", ISSUE + "/comments", {"body": 1}, 422),
        ("POST", REPOSITORY + "/labels", {"name": "bug"}, 422),
        ("GET", REPOSITORY + "/labels/absent", None, 404),
        ("GET", REPOSITORY + "/hooks", None, 403),
    ],
)
def test_a_refusal_has_message_documentation_and_status(
    stage, furnished, method: str, template: str, body: Any, status: int
) -> None:
    answer = ask(stage, method, template, furnished, "installation", body)
    assert answer.status_code == status
    shown = answer.json()
    assert shown["status"] == str(status)
    assert {"message", "documentation_url"} <= shown.keys()


def test_deleting_answers_with_nothing(stage, furnished) -> None:
    for template in (COMMENT, REPOSITORY + "/labels/{name}"):
        answer = ask(stage, "DELETE", template, furnished, "installation")
        assert (answer.status_code, answer.content) == (204, b"")


def test_objects_in_payloads_have_the_shape_of_answers(stage, furnished, box, described) -> None:
    """A payload's issue lacks `closed_by` only; label and repository are those of the REST description."""
    payload = box.of("issues", "labeled")[0].json
    assert described("GET", ISSUE, 200, payload["issue"]) == []
    assert described("GET", REPOSITORY, 200, payload["repository"]) == []
    assert described("GET", REPOSITORY + "/labels/{name}", 200, payload["label"]) == []
    comment = box.of("issue_comment", "created")[0].json["comment"]
    assert described("GET", COMMENT, 200, comment) == []
