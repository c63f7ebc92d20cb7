"""Renamed, transferred and deleted things on the sandbox's GitHub, and what clients do about them."""

from __future__ import annotations

import pytest
import requests
from github import Auth, GithubException, UnknownObjectException

from tests.webhook.sandbox.github_stage import Stage


def test_a_former_name_redirects_reads_with_301_and_writes_with_307(stage: Stage) -> None:
    stage.github.file_issue(stage.name, "rita", "Title")
    stage.github.rename_repository(stage.name, "ada", "vault")
    headers = {"Authorization": f"Bearer {stage.scoped()}"}
    url = f"{stage.sandbox.url}/repos/example/reports/issues/1"
    read = requests.get(url, headers=headers, allow_redirects=False, timeout=5)
    write = requests.post(f"{url}/comments", headers=headers, json={"body": "x"}, allow_redirects=False, timeout=5)
    assert (read.status_code, write.status_code) == (301, 307)
    assert read.headers["Location"] == f"{stage.sandbox.url}/repositories/{stage.repository}/issues/1"
    assert requests.get(url, headers=headers, timeout=5).json()["number"] == 1


def test_pygithub_takes_a_307_for_success_although_nothing_was_written(stage: Stage) -> None:
    """The trap the service has to avoid: it is here for its tests to run into."""
    stage.github.file_issue(stage.name, "rita", "Title")
    stage.github.rename_repository(stage.name, "ada", "vault")
    stage.client().get_repo("example/reports").get_issue(1).create_comment("lost")
    assert stage.github.read_issue("example/vault", 1)["comments"] == []


def test_a_former_name_tells_strangers_nothing(stage: Stage) -> None:
    stage.github.rename_repository(stage.name, "ada", "vault")
    with pytest.raises(UnknownObjectException):
        _ = stage.person("stranger").get_repo("example/reports").visibility


def test_a_former_name_can_be_taken_by_a_new_repository(stage: Stage) -> None:
    stage.github.rename_repository(stage.name, "ada", "vault")
    new = stage.github.create_repository("example/reports", roles={"ada": "admin"})
    assert stage.person("ada").get_repo("example/reports").id == new


def test_a_transferred_issue_leads_pygithub_into_the_other_repository(stage: Stage) -> None:
    """The other trap: a 301 re-sends the comment there."""
    other = stage.github.create_repository("example/other")
    stage.github.world.installations[stage.installation].repositories.add(other)
    number = stage.github.file_issue(stage.name, "rita", "Title")
    there = stage.github.transfer_issue(stage.name, number, "ada", "example/other")
    client = stage.client()
    stage.issue(number, client).create_comment("ended up elsewhere")
    assert len(stage.github.read_issue("example/other", there)["comments"]) == 1
    guarded = stage.client(Auth.Token(stage.scoped({"issues": "write"}, [stage.repository])))
    with pytest.raises(UnknownObjectException):
        stage.issue(number, guarded).create_comment("stopped by the token")


def test_a_private_issue_does_not_go_to_a_public_repository(stage: Stage) -> None:
    stage.github.create_repository("example/open", "public")
    stage.github.file_issue(stage.name, "rita", "Title")
    refused = requests.post(
        f"{stage.sandbox.url}/_sandbox/github/transfer_issue",
        json={"repository": stage.name, "number": 1, "person": "ada", "to": "example/open"},
        timeout=5,
    )
    assert refused.status_code == 400


def test_a_deleted_issue_is_gone_for_readers_and_unknown_to_others(stage: Stage) -> None:
    stage.github.file_issue(stage.name, "rita", "Title")
    stage.github.delete_issue(stage.name, 1, "ada")
    with pytest.raises(GithubException) as gone:
        _ = stage.issue(1).title
    assert gone.value.status == 410
    with pytest.raises(UnknownObjectException):
        _ = stage.issue(1, stage.person("stranger")).title
    assert list(stage.client().get_repo(stage.repository).get_issues(state="all")) == []


def test_a_repository_handed_over_is_lost_to_the_installation(stage: Stage) -> None:
    client = stage.client()
    _ = client.get_repo(stage.repository).full_name
    stage.github.transfer_repository(stage.name, "ada", "elsewhere")
    with pytest.raises(UnknownObjectException):
        _ = client.get_repo(stage.repository).full_name
