"""Each fault of the sandbox's GitHub, as PyGithub meets it."""

from __future__ import annotations

import time
from typing import Any

import pytest
import requests
from github import (
    BadCredentialsException,
    GithubException,
    RateLimitExceededException,
    UnknownObjectException,
)

from tests.webhook.sandbox.github_stage import Box, Stage


@pytest.fixture
def issue(stage: Stage) -> Any:
    """An issue on which the first token was already spent, so that faults hit what the test names."""
    number = stage.github.file_issue(stage.name, "rita", "Title", "old")
    found = stage.issue(number)
    _ = found.title
    return found


def comments(stage: Stage) -> int:
    return len(stage.github.read_issue(stage.name, 1)["comments"])


def test_a_held_connection_did_nothing(stage: Stage, issue: Any) -> None:
    stage.sandbox.core.faults.add("hold", method="POST", path="/comments", times=1, seconds=0.1)
    with pytest.raises(requests.ConnectionError):
        issue.create_comment("x")
    assert comments(stage) == 0
    issue.create_comment("x")
    assert comments(stage) == 1


def test_a_lost_answer_took_effect(stage: Stage, issue: Any) -> None:
    stage.sandbox.core.faults.add("cut", method="POST", path="/comments", times=1)
    with pytest.raises(requests.ConnectionError):
        issue.create_comment("x")
    assert comments(stage) == 1


def test_an_error_may_come_after_the_effect(stage: Stage, issue: Any) -> None:
    stage.sandbox.core.faults.add("error", path="/comments", times=1)
    stage.sandbox.core.faults.add("bad_gateway", path="/comments", after=True, times=1)
    for status, there in ((500, 0), (502, 1)):
        with pytest.raises(GithubException) as failed:
            issue.create_comment("x")
        assert (failed.value.status, comments(stage)) == (status, there)


def test_a_gateway_answers_in_html(stage: Stage, issue: Any) -> None:
    stage.sandbox.core.faults.add("bad_gateway_html", times=1)
    with pytest.raises(GithubException) as failed:
        issue.create_comment("x")
    assert failed.value.status == 502
    assert failed.value.data["data"].startswith("<html>")


def test_html_may_come_as_a_success(stage: Stage, issue: Any) -> None:
    stage.sandbox.core.faults.add("html", times=1)
    answer = requests.get(f"{stage.sandbox.url}/repos/{stage.name}", timeout=5)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8")


def test_the_secondary_limit_says_when_or_does_not(stage: Stage, issue: Any) -> None:
    stage.sandbox.core.faults.add("secondary_limit", seconds=7, times=1)
    stage.sandbox.core.faults.add("secondary_limit", times=1)
    for expected in ("7", None):
        with pytest.raises(RateLimitExceededException) as limited:
            issue.create_comment("x")
        assert limited.value.status == 403
        assert limited.value.headers.get("retry-after") == expected
        assert "secondary" in limited.value.data["message"]


def test_the_primary_limit_says_when_it_is_over(stage: Stage, issue: Any) -> None:
    stage.sandbox.core.faults.add("primary_limit", seconds=60, times=1)
    with pytest.raises(RateLimitExceededException) as limited:
        issue.create_comment("x")
    headers = limited.value.headers
    assert headers["x-ratelimit-remaining"] == "0"
    assert 55 <= int(headers["x-ratelimit-reset"]) - time.time() <= 61


def test_a_429_is_a_plain_failure_to_pygithub(stage: Stage, issue: Any) -> None:
    stage.sandbox.core.faults.add("throttled", seconds=3, times=1)
    with pytest.raises(GithubException) as limited:
        issue.create_comment("x")
    assert (limited.value.status, limited.value.headers["retry-after"]) == (429, "3")


def test_a_fresh_token_is_not_known_for_a_while(stage: Stage, issue: Any) -> None:
    stage.sandbox.core.faults.add("fresh_token", path="/repositories/", seconds=5)
    with pytest.raises(BadCredentialsException):
        _ = stage.issue(1, stage.client()).title
    stage.sandbox.core.clock.advance(6)
    assert issue.update() is not None  # the first token is old enough now


def test_an_issue_just_opened_is_not_there_yet(stage: Stage, issue: Any) -> None:
    stage.sandbox.core.faults.add("not_found", path=r"/issues/\d+", seconds=5)
    new = stage.github.file_issue(stage.name, "rita", "Title")
    with pytest.raises(UnknownObjectException):
        _ = stage.issue(new).title
    stage.sandbox.core.clock.advance(6)
    assert stage.issue(new).title == "Title"


def test_a_stale_read_is_one_change_old(stage: Stage, issue: Any) -> None:
    stage.sandbox.core.clock.advance(5)
    stage.github.edit_issue(stage.name, 1, "rita", body="new")
    stage.sandbox.core.faults.add("stale", path=r"/issues/1$", times=1)
    stale, fresh = stage.issue(1), stage.issue(1)
    assert (stale.body, fresh.body) == ("old", "new")
    assert stale.updated_at < fresh.updated_at


@pytest.mark.parametrize(("asked", "status"), [(0, 307), (301, 301)])
def test_a_redirect_leads_to_the_same_thing_by_name(stage: Stage, asked: int, status: int) -> None:
    stage.sandbox.core.faults.add("moved", status=asked, times=1)
    answer = requests.get(
        f"{stage.sandbox.url}/repositories/{stage.repository}/issues/1", allow_redirects=False, timeout=5
    )
    assert answer.status_code == status
    assert answer.headers["Location"] == f"{stage.sandbox.url}/repos/{stage.name}/issues/1"


def test_a_redirect_may_lead_elsewhere(stage: Stage, box: Box) -> None:
    stage.sandbox.core.faults.add("moved", location=box.url, times=1)
    answer = requests.post(f"{stage.sandbox.url}/repos/{stage.name}/issues", json={}, timeout=5)
    assert answer.url == box.url
    assert box.letters[-1].body == b"{}"


def test_a_slow_answer_is_a_right_one(stage: Stage, issue: Any) -> None:
    stage.sandbox.core.faults.add("slow", seconds=0.3, times=1)
    started = time.monotonic()
    issue.create_comment("x")
    assert time.monotonic() - started >= 0.3
    assert comments(stage) == 1


def test_a_rule_says_which_requests_it_hits(stage: Stage, issue: Any) -> None:
    faults = stage.sandbox.core.faults
    number = faults.add("bad_gateway", method="POST|PATCH", path="/comments", skip=1, every=2)
    outcomes = []
    for _ in range(6):
        try:
            issue.create_comment("x")
            outcomes.append("done")
        except GithubException:
            outcomes.append("failed")
        _ = stage.github.read_issue(stage.name, 1)
    assert outcomes == ["done", "done", "failed", "done", "failed", "done"]
    assert faults.listed()[0]["hits"] == 2
    assert faults.remove(number)
    assert not faults.remove(number)


def test_chance_can_be_repeated(stage: Stage, issue: Any) -> None:
    runs = []
    for _ in range(2):
        stage.sandbox.core.faults.add("error", path="/labels", probability=0.5, seed=3)
        url = f"{stage.sandbox.url}/repos/{stage.name}/labels"
        runs.append([requests.get(url, timeout=5).status_code for _ in range(12)])
        stage.sandbox.core.faults.clear()
    assert runs[0] == runs[1]
    assert set(runs[0]) == {404, 500}
