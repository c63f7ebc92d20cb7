"""What PyGithub changes on the sandbox's GitHub, and what is refused."""

from __future__ import annotations

import pytest
import requests
from github import GithubException, UnknownObjectException

from tests.webhook.sandbox.github_stage import Stage


@pytest.fixture
def number(stage: Stage) -> int:
    return stage.github.file_issue(stage.name, "rita", "Title", "text", ["bug"])


def labels_of(stage: Stage, number: int) -> list[str]:
    return stage.github.read_issue(stage.name, number)["labels"]


def test_adding_labels_answers_with_the_whole_list_and_leaves_others(stage: Stage, number: int) -> None:
    _, answer = stage.client().requester.requestJsonAndCheck(
        "POST", f"/repositories/{stage.repository}/issues/{number}/labels", input=["in-scope"]
    )
    assert [label["name"] for label in answer] == ["bug", "in-scope"]
    _, answer = stage.client().requester.requestJsonAndCheck(
        "DELETE", f"/repositories/{stage.repository}/issues/{number}/labels/bug"
    )
    assert [label["name"] for label in answer] == ["in-scope"]


def test_a_label_nobody_defined_is_made_in_grey(stage: Stage, number: int) -> None:
    stage.issue(number).add_to_labels("needs-info")
    assert stage.client().get_repo(stage.repository).get_label("needs-info").color == "ededed"


def test_labels_are_the_same_in_whatever_case(stage: Stage, number: int) -> None:
    stage.issue(number).add_to_labels("BUG")
    assert labels_of(stage, number) == ["bug"]
    assert len(list(stage.issue(number).get_events())) == 1


def test_a_colon_in_a_label_is_no_trouble(stage: Stage, number: int) -> None:
    issue = stage.issue(number)
    issue.add_to_labels("out-of-scope:1a-infoleak")
    issue.remove_from_labels("out-of-scope:1a-infoleak")
    assert labels_of(stage, number) == ["bug"]


def test_a_slash_in_a_label_reaches_it_raw_or_encoded(stage: Stage, number: int) -> None:
    issue = stage.issue(number)
    issue.add_to_labels("a/b")
    assert stage.client().get_repo(stage.repository).get_label("a/b").name == "a/b"
    issue.remove_from_labels("a/b")
    assert labels_of(stage, number) == ["bug"]


def test_taking_off_a_label_that_is_not_on_is_a_404_of_its_own(stage: Stage, number: int) -> None:
    with pytest.raises(GithubException) as refused:
        stage.issue(number).remove_from_labels("absent")
    assert refused.value.status == 404
    assert type(refused.value) is not UnknownObjectException
    assert refused.value.data["message"] == "Label does not exist"


def test_replacing_the_set_loses_the_others(stage: Stage, number: int) -> None:
    stage.issue(number).set_labels("only")
    assert labels_of(stage, number) == ["only"]


@pytest.mark.parametrize(
    ("name", "colour", "description", "code"),
    [
        ("Bug", "ededed", "", "already_exists"),
        ("x" * 51, "ededed", "", "custom"),
        ("x", "ededed", "x" * 101, "custom"),
        ("x", "#ededed", "", "invalid"),
    ],
)
def test_a_definition_is_checked(stage: Stage, name: str, colour: str, description: str, code: str) -> None:
    with pytest.raises(GithubException) as refused:
        stage.client().get_repo(stage.repository).create_label(name, colour, description)
    assert refused.value.status == 422
    assert refused.value.data["errors"][0]["code"] == code


def test_a_definition_at_the_limits_is_taken(stage: Stage) -> None:
    label = stage.client().get_repo(stage.repository).create_label("x" * 50, "0E8A16", "y" * 100)
    assert (label.color, len(label.description)) == ("0e8a16", 100)


def test_renaming_a_definition_renames_it_on_issues(stage: Stage, number: int) -> None:
    stage.client().get_repo(stage.repository).get_label("bug").edit("defect", "ff0000", "a defect")
    assert labels_of(stage, number) == ["defect"]


def test_deleting_a_definition_takes_it_off_issues(stage: Stage, number: int) -> None:
    stage.client().get_repo(stage.repository).get_label("bug").delete()
    assert labels_of(stage, number) == []


def test_a_comment_of_the_app_is_its_bots(stage: Stage, number: int) -> None:
    comment = stage.issue(number).create_comment("verdict")
    assert (comment.user.login, comment.user.type) == ("xsa-scope[bot]", "Bot")
    assert comment.user.id == stage.app["bot_id"]
    assert comment.performed_via_github_app.id == stage.app["id"]
    comment.edit("another verdict")
    assert [one.body for one in stage.issue(number).get_comments()] == ["another verdict"]
    comment.delete()
    assert list(stage.issue(number).get_comments()) == []


def test_a_comment_holds_65536_characters_and_not_one_more(stage: Stage, number: int) -> None:
    comment = stage.issue(number).create_comment("x" * 65_536)
    with pytest.raises(GithubException) as refused:
        comment.edit("x" * 65_537)
    assert refused.value.status == 422
    assert "maximum is 65536" in refused.value.data["errors"][0]["message"]


@pytest.mark.parametrize("body", [{"body": 1}, {"body": "  "}, {}])
def test_a_comment_is_a_string_with_something_in_it(stage: Stage, number: int, body: dict[str, object]) -> None:
    with pytest.raises(GithubException) as refused:
        stage.client().requester.requestJsonAndCheck(
            "POST", f"/repositories/{stage.repository}/issues/{number}/comments", input=body
        )
    assert refused.value.status == 422


def test_reacting_twice_is_one_reaction(stage: Stage, number: int) -> None:
    comment = stage.github.comment(stage.name, number, "tom", "/scope recheck")
    url = f"/repositories/{stage.repository}/issues/comments/{comment}/reactions"
    requester = stage.client().requester
    assert [requester.requestJson("POST", url, input={"content": "+1"})[0] for _ in range(2)] == [201, 200]
    (reaction,) = stage.issue(number).get_comment(comment).get_reactions()
    assert (reaction.content, reaction.user.login) == ("+1", "xsa-scope[bot]")


def test_writing_changes_the_time_of_the_last_change(stage: Stage, number: int) -> None:
    before = stage.issue(number).updated_at
    stage.sandbox.core.clock.advance(5)
    stage.issue(number).add_to_labels("x")
    assert stage.issue(number).updated_at > before


def test_an_edit_keeps_what_it_does_not_name(stage: Stage, number: int) -> None:
    stage.issue(number, stage.person("rita")).edit(body="other text")
    issue = stage.issue(number)
    assert (issue.title, issue.body) == ("Title", "other text")


def test_labels_of_somebody_who_may_not_label_are_silently_dropped(stage: Stage) -> None:
    created = stage.person("rita").get_repo(stage.repository).create_issue("Title", labels=["in-scope"])
    created.edit(labels=["in-scope"])
    assert labels_of(stage, created.number) == []


def test_closing_and_reopening(stage: Stage, number: int) -> None:
    issue = stage.issue(number, stage.person("tom"))
    issue.edit(state="closed", state_reason="not_planned")
    closed = stage.issue(number)
    assert (closed.state, closed.state_reason, closed.closed_by.login) == ("closed", "not_planned", "tom")
    issue.edit(state="open")
    assert stage.issue(number).closed_at is None


def test_a_locked_issue_takes_no_comment_of_the_app_but_labels(stage: Stage, number: int) -> None:
    stage.github.lock_issue(stage.name, number, "ada")
    with pytest.raises(GithubException) as refused:
        stage.issue(number).create_comment("verdict")
    assert refused.value.status == 403
    stage.issue(number).add_to_labels("x")
    stage.issue(number, stage.person("wanda")).create_comment("still here")


def test_an_archived_repository_is_read_only(stage: Stage, number: int) -> None:
    stage.github.archive_repository(stage.name, "ada")
    assert stage.issue(number).title == "Title"
    with pytest.raises(GithubException) as refused:
        stage.issue(number).add_to_labels("x")
    assert refused.value.status == 403
    assert "archived" in refused.value.data["message"]


def test_an_administrator_changes_visibility_and_name_by_the_api(stage: Stage) -> None:
    repository = stage.person("ada").get_repo(stage.repository)
    repository.edit(name="other", private=False)
    assert stage.github.read_repository("example/other")["repository"]["visibility"] == "public"
    repository.edit(archived=True)
    repository.edit(archived=False)
    repository.delete()
    with pytest.raises(UnknownObjectException):
        _ = stage.person("ada").get_repo(stage.repository).name


def test_what_is_no_json_is_a_400_and_an_unknown_path_a_404(stage: Stage) -> None:
    headers = {"Authorization": f"Bearer {stage.github.create_token('rita')}"}
    url = f"{stage.sandbox.url}/repositories/{stage.repository}/issues"
    answers = [requests.post(url, data=data, headers=headers, timeout=5) for data in (b"{", b"[]")]
    assert [answer.status_code for answer in answers] == [400, 400]
    assert answers[0].json()["message"] == "Problems parsing JSON"
    assert requests.get(f"{stage.sandbox.url}/no/such/thing", headers=headers, timeout=5).status_code == 404
