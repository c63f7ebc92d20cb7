"""Who may see and do what on the sandbox's GitHub."""

from __future__ import annotations

import time
from typing import Any

import jwt
import pytest
import requests
from github import Auth, BadCredentialsException, GithubException, UnknownObjectException

from tests.webhook.sandbox.github_stage import Stage


def app_answer(stage: Stage, claims: dict[str, Any], key: str | None = None) -> requests.Response:
    token = jwt.encode(claims, key or stage.private_key, algorithm="RS256")
    return requests.get(f"{stage.sandbox.url}/app", headers={"Authorization": f"Bearer {token}"}, timeout=5)


def claims(stage: Stage, **changes: Any) -> dict[str, Any]:
    now = int(time.time())
    return {"iss": str(stage.app["id"]), "iat": now - 60, "exp": now + 300, **changes}


def test_a_jwt_of_the_app_or_its_client_id_is_accepted(stage: Stage) -> None:
    assert app_answer(stage, claims(stage)).status_code == 200
    assert app_answer(stage, claims(stage, iss=stage.app["client_id"])).status_code == 200


@pytest.mark.parametrize("shift", [{"exp": 3600}, {"exp": -10}, {"iat": 300}])
def test_a_jwt_out_of_its_time_is_refused(stage: Stage, shift: dict[str, int]) -> None:
    changes = {name: int(time.time()) + seconds for name, seconds in shift.items()}
    answer = app_answer(stage, claims(stage, **changes))
    assert answer.status_code == 401
    assert next(iter(shift)) in answer.json()["message"]


def test_a_jwt_of_another_key_or_another_app_is_refused(stage: Stage) -> None:
    other = stage.github.create_app("other", "example")
    assert app_answer(stage, claims(stage), other["private_key"]).status_code == 401
    assert app_answer(stage, claims(stage, iss="1")).status_code == 404
    answer = requests.get(f"{stage.sandbox.url}/app", headers={"Authorization": "Bearer a.b.c"}, timeout=5)
    assert answer.json()["message"] == "A JSON web token could not be decoded"


def test_a_token_names_its_app_and_has_no_fixed_length(stage: Stage) -> None:
    token = stage.scoped()
    assert token.startswith(f"ghs_{stage.app['id']}_")
    assert len(token) > 100


def test_a_token_lives_one_hour(stage: Stage) -> None:
    client = stage.client(Auth.Token(stage.scoped()))
    _ = client.get_repo(stage.repository).full_name
    stage.sandbox.core.clock.advance(3601)
    with pytest.raises(BadCredentialsException):
        _ = client.get_repo(stage.repository).full_name


def test_a_token_for_one_repository_does_not_see_another(stage: Stage) -> None:
    other = stage.github.create_repository("example/other")
    stage.github.world.installations[stage.installation].repositories.add(other)
    client = stage.client(Auth.Token(stage.scoped({"issues": "write"}, [stage.repository])))
    with pytest.raises(UnknownObjectException):
        _ = client.get_repo(other).full_name
    assert client.get_repo(stage.repository).full_name == "example/reports"


def test_a_token_for_one_repository_reads_but_never_writes_public_ones(stage: Stage) -> None:
    other = stage.github.create_repository("example/open", "public")
    stage.github.file_issue("example/open", "rita", "Title")
    client = stage.client(Auth.Token(stage.scoped({"issues": "write"})))
    assert client.get_repo(other).get_issue(1).title == "Title"
    with pytest.raises(GithubException) as refused:
        client.get_repo(other).get_issue(1).add_to_labels("x")
    assert refused.value.status == 403
    assert refused.value.data["message"] == "Resource not accessible by integration"


def test_a_token_does_only_what_it_was_made_for(stage: Stage) -> None:
    stage.github.file_issue(stage.name, "rita", "Title")
    stage.github.put_file(stage.name, "ada", "SUPPORT.md", "x")
    client = stage.client(Auth.Token(stage.scoped({"issues": "read"})))
    assert client.get_repo(stage.repository).get_issue(1).title == "Title"
    with pytest.raises(GithubException) as refused:
        client.get_repo(stage.repository).get_issue(1).create_comment("x")
    assert refused.value.status == 403
    with pytest.raises(GithubException) as refused:
        client.get_repo(stage.repository).get_contents("SUPPORT.md")
    assert refused.value.status == 403


@pytest.mark.parametrize(
    "body",
    [{"permissions": {"administration": "write"}}, {"permissions": {"issues": "admin"}}, {"repository_ids": [1]}],
)
def test_asking_for_more_than_was_granted_is_refused(stage: Stage, body: dict[str, Any]) -> None:
    with pytest.raises(GithubException) as refused:
        stage.client(stage.app_auth).requester.requestJsonAndCheck(
            "POST", f"/app/installations/{stage.installation}/access_tokens", input=body
        )
    assert refused.value.status == 422


def test_a_suspended_installation_gets_no_tokens(stage: Stage) -> None:
    client = stage.client(Auth.Token(stage.scoped()))
    stage.github.suspend_installation(stage.installation)
    with pytest.raises(GithubException) as refused:
        stage.scoped()
    assert refused.value.status == 403
    with pytest.raises(GithubException) as refused:
        _ = client.get_repo(stage.repository).full_name
    assert refused.value.status == 403


def test_a_private_repository_is_not_there_for_strangers(stage: Stage) -> None:
    for client in (stage.person("stranger"),):
        with pytest.raises(UnknownObjectException):
            _ = client.get_repo(stage.repository).full_name
    anonymous = requests.get(f"{stage.sandbox.url}/repos/example/reports", timeout=5)
    assert anonymous.status_code == 404
    stage.github.set_visibility(stage.name, "ada", "public")
    assert requests.get(f"{stage.sandbox.url}/repos/example/reports", timeout=5).status_code == 200


def test_a_wrong_token_is_a_401(stage: Stage) -> None:
    with pytest.raises(BadCredentialsException):
        _ = stage.client(Auth.Token("ghp_wrong")).get_repo(stage.repository).full_name


def test_roles_are_enforced(stage: Stage) -> None:
    stage.github.file_issue(stage.name, "somebody", "Title")
    reader, triage = stage.person("rita"), stage.person("tom")
    stage.issue(1, reader).create_comment("a reader may comment")
    with pytest.raises(GithubException) as refused:
        stage.issue(1, reader).add_to_labels("x")
    assert refused.value.status == 403
    stage.issue(1, triage).add_to_labels("bug")
    with pytest.raises(GithubException) as refused:
        triage.get_repo(stage.repository).create_label("new", "ededed")
    assert refused.value.status == 403
    with pytest.raises(GithubException) as refused:
        stage.issue(1, triage).edit(body="words put into another's mouth")
    assert refused.value.status == 403


def test_a_reader_changes_own_comments_only(stage: Stage) -> None:
    stage.github.file_issue(stage.name, "rita", "Title")
    own = stage.github.comment(stage.name, 1, "rita", "mine")
    others = stage.github.comment(stage.name, 1, "tom", "not mine")
    issue = stage.issue(1, stage.person("rita"))
    issue.get_comment(own).edit("mine still")
    with pytest.raises(GithubException) as refused:
        issue.get_comment(others).edit("x")
    assert refused.value.status == 403


def test_a_fine_grained_token_is_limited_to_its_permissions(stage: Stage) -> None:
    stage.github.file_issue(stage.name, "rita", "Title")
    token = stage.github.create_token("ada", {"issues": "read"}, [stage.name])
    issue = stage.issue(1, stage.client(Auth.Token(token)))
    assert issue.title == "Title"
    with pytest.raises(GithubException) as refused:
        issue.add_to_labels("x")
    assert refused.value.data["message"] == "Resource not accessible by personal access token"


def test_tokens_can_be_ended_without_moving_the_clock(stage: Stage) -> None:
    client = stage.client(Auth.Token(stage.scoped()))
    _ = client.get_repo(stage.repository).full_name
    assert stage.github.expire_installation_tokens() >= 1
    with pytest.raises(BadCredentialsException):
        _ = client.get_repo(stage.repository).full_name
    assert stage.client().get_repo(stage.repository).full_name == stage.name
