"""Limits and faults of the sandbox's GitLab, as a client meets them on the wire."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import gitlab
import pytest
import requests

from tests.webhook.sandbox.gitlab_stand import PROJECT, GitLabStand, refused

MESSAGE = {"message": {"error": "This endpoint has been requested too many times. Try again later."}}


@pytest.fixture
def stand() -> Iterator[GitLabStand]:
    with GitLabStand() as one:
        one.file()
        yield one


def limits(stand: GitLabStand, mode: str = "enforce", scale: float = 1.0, **figures: int) -> None:
    named = {name.replace("_", "-"): most for name, most in figures.items()}
    stand.sandbox.core.limits.configure(mode, scale, **named)


def comment(stand: GitLabStand) -> requests.Response:
    return stand.raw("pia", "POST", f"/projects/{stand.project_id}/issues/1/notes", json={"body": "x"})


def told(answer: requests.Response) -> set[str]:
    """Names of the headers that speak of limits."""
    return {name.lower() for name in answer.headers if "ratelimit" in name.lower() or name.lower() == "retry-after"}


def test_without_limits_nothing_is_told_of_them(stand: GitLabStand) -> None:
    assert told(comment(stand)) == set()


def test_the_sixty_first_note_of_a_minute_is_refused_without_a_single_header(stand: GitLabStand) -> None:
    limits(stand)
    assert {comment(stand).status_code for _ in range(60)} == {201}
    refusal = comment(stand)
    assert (refusal.status_code, refusal.json(), told(refusal)) == (429, MESSAGE, set())
    assert stand.sandbox.core.limits.listed()["counts"] == {"gitlab-notes-minute": 1}
    stand.sandbox.core.clock.advance(61)
    assert comment(stand).status_code == 201


def test_editing_notes_does_not_count(stand: GitLabStand) -> None:
    note = stand.gitlab.comment(PROJECT, 1, "pia", "x") or 0
    limits(stand, gitlab_notes_minute=1)
    notes = stand.project("pia").issues.get(1, lazy=True).notes
    for text in "abc":
        notes.update(note, {"body": text})
    assert stand.sandbox.core.limits.violations == []


def test_a_scale_makes_the_minute_short(stand: GitLabStand) -> None:
    limits(stand, scale=20, gitlab_notes_minute=1)
    assert comment(stand).status_code == 201
    assert comment(stand).status_code == 429
    stand.sandbox.core.clock.advance(3.1)
    assert comment(stand).status_code == 201


def test_counting_lists_violations_and_refuses_nothing(stand: GitLabStand) -> None:
    limits(stand, "count", gitlab_notes_minute=1)
    assert {comment(stand).status_code for _ in range(3)} == {201}
    assert stand.sandbox.core.limits.listed()["counts"] == {"gitlab-notes-minute": 2}


def test_every_answer_tells_where_the_throttle_stands(stand: GitLabStand) -> None:
    limits(stand)
    answer = stand.raw("pia", "GET", "/user")
    assert told(answer) == {f"ratelimit-{name}" for name in ("name", "limit", "observed", "remaining", "reset")}
    assert (answer.headers["ratelimit-limit"], answer.headers["ratelimit-remaining"]) == ("2000", "1999")
    assert stand.raw(None, "GET", f"/projects/{stand.project_id}").headers["ratelimit-limit"] == "500"


def test_the_throttle_refuses_in_plain_text_and_says_when_to_come_back(stand: GitLabStand) -> None:
    limits(stand, gitlab_api_minute=2)
    for _ in range(2):
        assert stand.raw("pia", "GET", "/user").status_code == 200
    refusal = stand.raw("pia", "GET", "/user")
    assert (refusal.status_code, refusal.text) == (429, "Retry later\n")
    assert refusal.headers["content-type"].startswith("text/plain")
    assert 1 <= int(refusal.headers["retry-after"]) <= 60
    assert refusal.headers["ratelimit-remaining"] == "0"
    assert refusal.headers["ratelimit-resettime"].endswith("GMT")
    assert stand.raw("rex", "GET", "/user").status_code == 200


def test_python_gitlab_sleeps_out_a_throttle_unless_told_not_to(stand: GitLabStand) -> None:
    stand.sandbox.core.faults.add("throttled", seconds=0.01, times=1)
    client = stand.client("pia")
    assert refused(lambda: client.projects.get(PROJECT, obey_rate_limit=False))[0] == 429
    stand.sandbox.core.faults.add("throttled", seconds=0.01, times=1)
    assert client.projects.get(PROJECT).id == stand.project_id


def test_events_beyond_the_namespaces_quota_are_dropped_in_silence(stand: GitLabStand) -> None:
    stand.hook()
    limits(stand, gitlab_hooks_minute=2)
    for _ in range(5):
        stand.file()
    assert len(stand.delivered()) == 2
    assert stand.gitlab.dropped_events() == {"quota": 3}
    assert stand.sandbox.core.limits.listed()["counts"] == {"gitlab-hooks-minute": 3}
    stand.sandbox.core.clock.advance(61)
    assert len(stand.new(stand.file)) == 1


def test_the_quota_is_one_for_all_projects_of_a_namespace(stand: GitLabStand) -> None:
    other = stand.gitlab.create_project("xen-sec/deeper/other", "public", {"max": "maintainer"})
    stand.hook()
    stand.gitlab.create_hook(other, stand.receiver.url)
    limits(stand, gitlab_hooks_minute=1)
    stand.file()
    stand.gitlab.file_issue(other, "rita", "x")
    assert len(stand.delivered()) == 1


def test_the_sixth_resend_of_a_minute_is_refused(stand: GitLabStand) -> None:
    hook = stand.hook()
    stand.file()
    stand.delivered()
    limits(stand)
    path = f"/projects/{stand.project_id}/hooks/{hook}/events"
    event = stand.raw("max", "GET", path).json()[0]["id"]
    answers = [stand.raw("max", "POST", f"{path}/{event}/resend").status_code for _ in range(6)]
    assert answers == [201] * 5 + [429]


@pytest.mark.parametrize(
    ("rule", "status", "start"),
    [
        ({"kind": "application_limit"}, 429, '{"message": {"error": "This endpoint'),
        ({"kind": "throttled", "seconds": 7}, 429, "Retry later"),
        ({"kind": "secondary_limit", "seconds": 7}, 429, "Retry later"),
        ({"kind": "primary_limit", "seconds": 7}, 429, "Retry later"),
        ({"kind": "error"}, 500, '{"message": "500 Internal Server Error"}'),
        ({"kind": "error", "status": 503}, 503, "<!DOCTYPE html>"),
        ({"kind": "bad_gateway"}, 502, "<!DOCTYPE html>"),
        ({"kind": "bad_gateway_html"}, 502, "<!DOCTYPE html>"),
        ({"kind": "html"}, 200, "<!DOCTYPE html>"),
        ({"kind": "fresh_token"}, 401, '{"message": "401 Unauthorized"}'),
        ({"kind": "not_found"}, 404, '{"message": "404 Not found"}'),
    ],
)
def test_faults_speak_in_gitlabs_words(stand: GitLabStand, rule: dict[str, Any], status: int, start: str) -> None:
    stand.sandbox.core.faults.add(**rule, times=1)
    answer = stand.raw("pia", "GET", f"/projects/{stand.project_id}/issues/1")
    assert answer.status_code == status
    assert answer.text.startswith(start)
    assert ("retry-after" in told(answer)) is (start == "Retry later")
    assert stand.raw("pia", "GET", f"/projects/{stand.project_id}/issues/1").status_code == 200


def test_an_error_after_the_fact_leaves_the_note_behind(stand: GitLabStand) -> None:
    stand.sandbox.core.faults.add("bad_gateway", method="POST", path="/notes", after=True, times=1)
    assert comment(stand).status_code == 502
    assert len(stand.gitlab.read_issue(PROJECT, 1)["notes"]) == 1


def test_a_stale_read_serves_the_issue_before_its_last_change(stand: GitLabStand) -> None:
    issues = stand.project("pia").issues
    issues.update(1, {"title": "second"})
    issues.update(1, {"add_labels": ["a"]})
    stand.sandbox.core.faults.add("stale", method="GET", times=2)
    stale, listed = issues.get(1), issues.list(get_all=True)[0]
    assert (stale.title, stale.labels) == (listed.title, listed.labels) == ("second", [])
    fresh = issues.get(1)
    assert fresh.labels == ["a"]
    assert fresh.updated_at >= stale.updated_at


def test_young_issues_and_tokens_are_not_known_yet(stand: GitLabStand) -> None:
    stand.sandbox.core.faults.add("not_found", path="/issues/", seconds=30)
    issues = stand.project("pia").issues
    assert refused(lambda: issues.get(1))[0] == 404
    stand.sandbox.core.clock.advance(31)
    assert issues.get(1).iid == 1
    stand.sandbox.core.faults.add("fresh_token", seconds=30)
    client = stand.client("rex")
    assert refused(client.auth)[0] == 401
    stand.sandbox.core.clock.advance(31)
    client.auth()


def test_a_redirect_keeps_the_path_and_names_the_project_by_id(stand: GitLabStand) -> None:
    stand.sandbox.core.faults.add("moved", times=1)
    answer = stand.raw("pia", "PUT", "/projects/xen-sec%2Fprivate-reports/issues/1?x=1", json={"title": "y"})
    assert answer.status_code == 307
    assert answer.headers["location"] == f"{stand.sandbox.url}/api/v4/projects/{stand.project_id}/issues/1?x=1"
    stand.sandbox.core.faults.add("moved", status=301, location="http://127.0.0.1:9/elsewhere", times=1)
    foreign = stand.raw("pia", "POST", f"/projects/{stand.project_id}/issues/1/notes", json={"body": "x"})
    assert (foreign.status_code, foreign.headers["location"]) == (301, "http://127.0.0.1:9/elsewhere")


def test_the_journal_knows_who_wrote_and_not_what(stand: GitLabStand) -> None:
    comment(stand)
    entry = stand.sandbox.core.journal.entries(forge="gitlab", writes=True)[-1]
    assert (entry.method, entry.status, entry.who) == ("POST", 201, "pia")
    assert "body" not in {name for name in entry.__slots__ if name != "body_digest"}


def test_the_controls_work_over_http_as_well(stand: GitLabStand) -> None:
    def do(action: str, **arguments: Any) -> Any:
        answer = requests.post(f"{stand.sandbox.url}/_sandbox/gitlab/{action}", json=arguments, timeout=5)
        return answer.json() | {"status": answer.status_code}

    made = do("file_issue", project=PROJECT, person="rita", title="x", confidential=True)
    assert made["status"] == 200
    iid = made["result"]
    do("set_confidential", project=PROJECT, number=iid, person="pia", confidential=False)
    do("add_labels", project=PROJECT, number=iid, person="pia", labels=["a"])
    read = do("read_issue", project=PROJECT, number=iid)["result"]
    assert (read["issue"]["confidential"], read["labels"]) == (False, ["a"])
    assert do("add_labels", project=PROJECT, number=iid, person="rita", labels=["a"])["status"] == 400
    assert do("file_issue", project=PROJECT, person="rita", title=" ")["error"] == "title can't be blank"


def test_a_bot_is_a_new_user_for_each_token(stand: GitLabStand) -> None:
    first, second = (stand.gitlab.create_bot(PROJECT, "planner") for _ in range(2))
    assert first["user_id"] != second["user_id"]
    client = gitlab.Gitlab(stand.sandbox.url, oauth_token=first["token"], timeout=5)
    client.auth()
    assert client.user is not None
    assert (client.user.id, client.user.bot) == (first["user_id"], True)
    client.session.close()
