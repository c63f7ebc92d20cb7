"""Answers and payloads of the sandbox's GitHub against GitHub's own REST description.

The trimmed description has the routes by name only; those by id answer the same (see `test_github_reading`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
import requests

from tests.webhook.sandbox.github_stage import Box, Described, Stage

REPOSITORY = "/repos/{owner}/{repo}"
ISSUE = REPOSITORY + "/issues/{issue_number}"
COMMENT = REPOSITORY + "/issues/comments/{comment_id}"


@pytest.fixture
def furnished(stage: Stage) -> dict[str, str]:
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


class Question(NamedTuple):
    """A request, who asks it, and the status of its answer."""

    method: str
    template: str
    by: str
    body: Any
    status: int


def ask(stage: Stage, names: dict[str, str], question: Question) -> requests.Response:
    tokens: dict[str, Callable[[], str]] = {
        "installation": stage.scoped,
        "app": lambda: stage.app_auth.token,
        "ada": lambda: stage.github.create_token("ada"),
    }
    if question.by not in stage.held:
        stage.held[question.by] = tokens[question.by]()
    headers = {"Authorization": f"Bearer {stage.held[question.by]}"}
    url = stage.sandbox.url + question.template.format(**names)
    return requests.request(question.method, url, headers=headers, json=question.body, timeout=5)


QUESTIONS = [
    Question("GET", "/app", "app", None, 200),
    Question("GET", "/app/hook/config", "app", None, 200),
    Question("GET", "/app/hook/deliveries", "app", None, 200),
    Question("GET", "/app/hook/deliveries/{delivery_id}", "app", None, 200),
    Question("POST", "/app/hook/deliveries/{delivery_id}/attempts", "app", None, 202),
    Question("GET", "/app/installations", "app", None, 200),
    Question("GET", "/app/installations/{installation_id}", "app", None, 200),
    Question(
        "POST", "/app/installations/{installation_id}/access_tokens", "app", {"permissions": {"issues": "write"}}, 201
    ),
    Question("GET", "/orgs/{org}/installation", "app", None, 200),
    Question("GET", REPOSITORY + "/installation", "app", None, 200),
    Question("GET", "/installation/repositories", "installation", None, 200),
    Question("GET", "/rate_limit", "installation", None, 200),
    Question("GET", "/user", "ada", None, 200),
    Question("GET", REPOSITORY, "installation", None, 200),
    Question("GET", REPOSITORY + "/collaborators", "installation", None, 200),
    Question("GET", REPOSITORY + "/collaborators/{username}/permission", "installation", None, 200),
    Question("GET", REPOSITORY + "/contents/{path}", "installation", None, 200),
    Question("GET", REPOSITORY + "/issues", "installation", None, 200),
    Question("POST", REPOSITORY + "/issues", "installation", {"title": "Another"}, 201),
    Question("GET", ISSUE, "installation", None, 200),
    Question("PATCH", ISSUE, "installation", {"body": "other"}, 200),
    Question("GET", ISSUE + "/labels", "installation", None, 200),
    Question("POST", ISSUE + "/labels", "installation", {"labels": ["x"]}, 200),
    Question("PUT", ISSUE + "/labels", "installation", {"labels": ["x"]}, 200),
    Question("DELETE", ISSUE + "/labels/{name}", "installation", None, 200),
    Question("GET", ISSUE + "/comments", "installation", None, 200),
    Question("POST", ISSUE + "/comments", "installation", {"body": "x"}, 201),
    Question("GET", ISSUE + "/events", "installation", None, 200),
    Question("GET", ISSUE + "/timeline", "installation", None, 200),
    Question("GET", REPOSITORY + "/issues/comments", "installation", None, 200),
    Question("GET", COMMENT, "installation", None, 200),
    Question("PATCH", COMMENT, "installation", {"body": "x"}, 200),
    Question("GET", COMMENT + "/reactions", "installation", None, 200),
    Question("POST", COMMENT + "/reactions", "installation", {"content": "confused"}, 201),
    Question("GET", REPOSITORY + "/labels", "installation", None, 200),
    Question("POST", REPOSITORY + "/labels", "installation", {"name": "new"}, 201),
    Question("GET", REPOSITORY + "/labels/{name}", "installation", None, 200),
    Question("PATCH", REPOSITORY + "/labels/{name}", "installation", {"color": "ffffff"}, 200),
    Question("GET", REPOSITORY + "/hooks", "ada", None, 200),
    Question("GET", REPOSITORY + "/hooks/{hook_id}", "ada", None, 200),
    Question("PATCH", REPOSITORY + "/hooks/{hook_id}", "ada", {"active": False}, 200),
    Question("GET", REPOSITORY + "/hooks/{hook_id}/deliveries", "ada", None, 200),
]


ACCEPTED = {
    ("GET", "/app/installations"): (
        "$[0].account",
        "the description wants an account that is a user and an enterprise at once; a single installation's does not",
    ),
}
"""Where an answer differs from the description: the place, and why that is right."""


def title(question: Question) -> str:
    return f"{question.method} {question.template}"


@pytest.mark.parametrize("question", QUESTIONS, ids=title)
def test_an_answer_has_the_described_shape(
    stage: Stage, furnished: dict[str, str], described: Described, question: Question
) -> None:
    answer = ask(stage, furnished, question)
    assert answer.status_code == question.status, answer.text
    place, _reason = ACCEPTED.get((question.method, question.template), ("nowhere", ""))
    faults = described(question.method, question.template, question.status, answer.json())
    assert [fault for fault in faults if not fault.startswith(place)] == []


@pytest.mark.parametrize(
    "question",
    [
        Question("POST", ISSUE + "/comments", "installation", {"body": 1}, 422),
        Question("POST", REPOSITORY + "/labels", "installation", {"name": "bug"}, 422),
        Question("GET", REPOSITORY + "/labels/absent", "installation", None, 404),
        Question("GET", REPOSITORY + "/hooks", "installation", None, 403),
    ],
    ids=title,
)
def test_a_refusal_has_message_documentation_and_status(
    stage: Stage, furnished: dict[str, str], question: Question
) -> None:
    answer = ask(stage, furnished, question)
    assert answer.status_code == question.status
    shown = answer.json()
    assert shown["status"] == str(question.status)
    assert {"message", "documentation_url"} <= shown.keys()


TEXTS = ("title", "body", "state", "name", "new_name", "color", "description", "content", "visibility", "new_owner")
LISTS = ("labels", "events", "permissions", "config", "repository_ids", "repositories")
FLAGS = ("private", "archived", "active", "lock_reason")
ODD: list[Any] = [
    *([], "text", 1, True, [None], [{"name": None}]),
    {name: 1 for name in TEXTS} | {name: "text" for name in LISTS} | {name: [1] for name in FLAGS},  # noqa: C420  # alike
    {name: {"a": 1} for name in TEXTS} | {name: [1] for name in LISTS},
    {name: [1] for name in LISTS + FLAGS},
    {"title": "T", "body": "B", "state": {"a": 1}, "labels": None},
    {"permissions": {"issues": 1}, "repository_ids": ["x"], "repositories": [[1]], "config": {"url": 1}},
]
"""Bodies no client of good will sends."""
WRITING = [question for question in QUESTIONS if question.method != "GET"]
WRITING += [
    Question("PATCH", REPOSITORY, "ada", None, 200),
    Question("POST", REPOSITORY + "/transfer", "ada", None, 202),
    Question("POST", REPOSITORY + "/hooks", "ada", None, 201),
    Question("PUT", ISSUE + "/lock", "ada", None, 204),
    Question("PATCH", "/app/hook/config", "app", None, 200),
]


@pytest.mark.parametrize("question", WRITING, ids=title)
def test_odd_bodies_are_answered_and_never_crash(stage: Stage, furnished: dict[str, str], question: Question) -> None:
    for body in ODD:
        answer = ask(stage, furnished, question._replace(body=body))
        assert answer.status_code < 500


@pytest.mark.parametrize("query", ["?per_page=x&page=-1", "?since=yesterday", "?cursor=x&per_page=0", "?sort=x"])
def test_odd_queries_are_answered_and_never_crash(stage: Stage, furnished: dict[str, str], query: str) -> None:
    for question in QUESTIONS:
        if question.method == "GET":
            odd = question._replace(template=question.template + query)
            assert ask(stage, furnished, odd).status_code < 500


def test_deleting_answers_with_nothing(stage: Stage, furnished: dict[str, str]) -> None:
    for template in (COMMENT, REPOSITORY + "/labels/{name}"):
        answer = ask(stage, furnished, Question("DELETE", template, "installation", None, 204))
        assert (answer.status_code, answer.content) == (204, b"")


def test_objects_in_payloads_have_the_shape_of_answers(
    stage: Stage, furnished: dict[str, str], box: Box, described: Described
) -> None:
    """A payload's issue lacks `closed_by` only; label and repository are those of the REST description."""
    payload = box.of("issues", "labeled")[0].json
    assert described("GET", ISSUE, 200, payload["issue"]) == []
    assert described("GET", REPOSITORY, 200, payload["repository"]) == []
    assert described("GET", REPOSITORY + "/labels/{name}", 200, payload["label"]) == []
    comment = box.of("issue_comment", "created")[0].json["comment"]
    assert described("GET", COMMENT, 200, comment) == []
