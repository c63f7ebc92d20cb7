"""What PyGithub reads from the sandbox's GitHub."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import requests
from github import GithubException, GithubIntegration, UnknownObjectException

from tests.webhook.sandbox.github_stage import Stage


def test_an_app_finds_itself_and_its_installation(stage: Stage) -> None:
    integration = GithubIntegration(auth=stage.app_auth, base_url=stage.sandbox.url)
    assert integration.get_app().slug == "xsa-scope"
    assert integration.get_repo_installation("example", "reports").id == stage.installation
    assert [one.id for one in integration.get_installations()] == [stage.installation]


def test_an_issue_has_its_author_text_labels_and_times(stage: Stage) -> None:
    number = stage.github.file_issue(stage.name, "rita", "Title", "### Effect\r\n\r\ncrash", ["bug"])
    issue = stage.issue(number)
    assert (issue.title, issue.body, issue.user.login) == ("Title", "### Effect\r\n\r\ncrash", "rita")
    assert [label.name for label in issue.labels] == ["bug"]
    assert issue.state == "open"
    assert issue.performed_via_github_app is None


def test_a_body_may_be_null(stage: Stage) -> None:
    number = stage.github.file_issue(stage.name, "rita", "Title")
    assert stage.issue(number).body is None


def test_a_repository_says_who_can_read_it(stage: Stage) -> None:
    repository = stage.client().get_repo(stage.repository)
    assert (repository.private, repository.visibility, repository.archived) == (True, "private", False)
    stage.github.set_visibility(stage.name, "ada", "public")
    repository = stage.client().get_repo(stage.repository)
    assert (repository.private, repository.visibility) == (False, "public")


def test_issues_come_changed_since_oldest_change_first_over_pages(stage: Stage) -> None:
    for index in range(5):
        stage.github.file_issue(stage.name, "rita", f"issue {index}")
    stage.sandbox.core.clock.advance(100)
    cut = datetime.fromtimestamp(stage.sandbox.core.clock.now(), UTC)
    stage.sandbox.core.clock.advance(10)
    for number in (4, 2, 3):
        stage.github.add_labels(stage.name, number, "tom", ["x"])
        stage.sandbox.core.clock.advance(2)
    client = stage.client()
    client.per_page = client.requester.per_page = 2
    found = client.get_repo(stage.repository).get_issues(state="all", sort="updated", direction="asc", since=cut)
    assert [issue.number for issue in found] == [4, 2, 3]


def test_pull_requests_are_in_the_list_of_issues(stage: Stage) -> None:
    stage.github.file_pull_request(stage.name, "rita", "a pull request")
    (found,) = stage.client().get_repo(stage.repository).get_issues()
    assert found.pull_request is not None


def test_pages_are_linked_and_thirty_long_unless_asked_otherwise(stage: Stage) -> None:
    for index in range(31):
        stage.github.file_issue(stage.name, "rita", f"issue {index}")
    headers = {"Authorization": f"Bearer {stage.scoped()}"}
    first = requests.get(f"{stage.sandbox.url}/repositories/{stage.repository}/issues", headers=headers, timeout=5)
    assert len(first.json()) == 30
    assert set(first.links) == {"next", "last"}
    second = requests.get(first.links["next"]["url"], headers=headers, timeout=5)
    assert len(second.json()) == 1
    assert set(second.links) == {"prev", "first"}


def test_everything_is_there_by_name_and_by_id(stage: Stage) -> None:
    stage.github.file_issue(stage.name, "rita", "Title")
    headers = {"Authorization": f"Bearer {stage.scoped()}"}
    for end in ("", "/issues", "/issues/1", "/issues/1/labels", "/issues/1/comments", "/issues/1/events", "/labels"):
        answers = [
            requests.get(f"{stage.sandbox.url}{start}{end}", headers=headers, timeout=5)
            for start in (f"/repos/{stage.name}", f"/repositories/{stage.repository}")
        ]
        assert [answer.status_code for answer in answers] == [200, 200]
        assert answers[0].json() == answers[1].json()


def test_the_history_tells_who_labelled(stage: Stage) -> None:
    number = stage.github.file_issue(stage.name, "rita", "Title")
    stage.issue(number).add_to_labels("in-scope")
    stage.github.remove_labels(stage.name, number, "tom", ["in-scope"])
    events = [(one.event, one.actor.login, one.label.name) for one in stage.issue(number).get_events()]
    assert events == [("labeled", "xsa-scope[bot]", "in-scope"), ("unlabeled", "tom", "in-scope")]


def test_the_timeline_has_comments_between_the_events(stage: Stage) -> None:
    number = stage.github.file_issue(stage.name, "rita", "Title")
    stage.github.add_labels(stage.name, number, "tom", ["x"])
    stage.github.comment(stage.name, number, "tom", "/scope help")
    stage.github.set_state(stage.name, number, "tom", "closed")
    assert [one.event for one in stage.issue(number).get_timeline()] == ["labeled", "commented", "closed"]


@pytest.mark.parametrize(
    ("role", "custom", "permission", "name"),
    [
        ("read", "", "read", "read"),
        ("triage", "", "read", "triage"),
        ("write", "", "write", "write"),
        ("maintain", "", "write", "maintain"),
        ("admin", "", "admin", "admin"),
        ("triage", "security-team", "read", "security-team"),
        ("none", "", "none", "none"),
    ],
)
def test_triage_is_only_told_by_the_role_name(stage: Stage, role: str, custom: str, permission: str, name: str) -> None:
    stage.github.set_role(stage.name, "somebody", role, custom)
    repository = stage.client().get_repo(stage.repository)
    assert repository.get_collaborator_permission("somebody") == permission
    assert repository.get_collaborator_role_name("somebody") == name


def test_an_unknown_account_has_no_role(stage: Stage) -> None:
    with pytest.raises(UnknownObjectException):
        stage.client().get_repo(stage.repository).get_collaborator_role_name("nobody-of-that-name")


def test_a_file_comes_with_its_blob_sha(stage: Stage) -> None:
    sha = stage.github.put_file(stage.name, "ada", ".github/xsa-scope-policy.toml", "x = 1\n")
    found = stage.client().get_repo(stage.repository).get_contents(".github/xsa-scope-policy.toml")
    assert (found.sha, found.decoded_content) == (sha, b"x = 1\n")
    assert sha == "7d4290a117a4ddcc11daae7ea675841033830c8f"  # what `git hash-object` says of these bytes
    (entry,) = stage.client().get_repo(stage.repository).get_contents(".github")
    assert entry.path == ".github/xsa-scope-policy.toml"


def test_the_bot_account_can_be_looked_up(stage: Stage) -> None:
    bot = stage.client().get_user("xsa-scope[bot]")
    assert (bot.id, bot.type) == (stage.app["bot_id"], "Bot")
    assert bot.id != stage.app["id"]


def test_a_token_knows_its_person(stage: Stage) -> None:
    assert stage.person("rita").get_user().login == "rita"
    with pytest.raises(GithubException) as refused:
        _ = stage.client().get_user().login
    assert refused.value.status == 403


def test_an_etag_saves_a_transfer_but_belongs_to_its_token(stage: Stage) -> None:
    stage.github.file_issue(stage.name, "rita", "Title")
    requester = stage.client().requester
    url = f"/repositories/{stage.repository}/issues/1"
    headers, _ = requester.requestJsonAndCheck("GET", url)
    again = {"If-None-Match": headers["etag"]}
    assert requester.requestJson("GET", url, headers=again)[0] == 304
    assert stage.client().requester.requestJson("GET", url, headers=again)[0] == 200
    stage.github.add_labels(stage.name, 1, "tom", ["x"])
    assert requester.requestJson("GET", url, headers=again)[0] == 200


def test_every_answer_tells_the_limits_and_a_request_id(stage: Stage) -> None:
    headers, _ = stage.client().requester.requestJsonAndCheck("GET", f"/repositories/{stage.repository}")
    for name in ("limit", "remaining", "used", "reset", "resource"):
        assert f"x-ratelimit-{name}" in headers
    assert headers["x-github-request-id"]
    assert stage.client().get_rate_limit().rate.limit == 5000
