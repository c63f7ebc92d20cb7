"""GitHub's rate limits in the sandbox: off, counted, enforced, scaled."""

from __future__ import annotations

from typing import Any

import pytest
from github import GithubException, RateLimitExceededException

from tests.webhook.sandbox.github_stage import Stage


@pytest.fixture
def issue(stage: Stage) -> Any:
    return stage.issue(stage.github.file_issue(stage.name, "rita", "Title"))


def test_limits_are_off_until_switched_on(stage: Stage, issue: Any) -> None:
    for _ in range(90):
        issue.create_comment("x")
    assert stage.sandbox.core.limits.listed()["violations"] == []


def test_the_eighty_first_comment_of_a_minute_is_refused_and_listed(stage: Stage, issue: Any) -> None:
    stage.sandbox.core.limits.configure("enforce")
    for _ in range(80):
        issue.create_comment("x")
    with pytest.raises(RateLimitExceededException) as limited:
        issue.create_comment("one too many")
    assert limited.value.status == 403
    assert 55 <= int(limited.value.headers["retry-after"]) <= 60
    assert len(stage.github.read_issue(stage.name, 1)["comments"]) == 80
    listed = stage.sandbox.core.limits.listed()
    assert listed["counts"] == {"content-minute": 1}
    assert listed["violations"][0]["path"].endswith("/comments")
    stage.sandbox.core.clock.advance(61)
    issue.create_comment("a minute later")


def test_five_hundred_an_hour_are_refused_although_each_minute_is_fine(stage: Stage, issue: Any) -> None:
    stage.sandbox.core.limits.configure("enforce", **{"content-hour": 3})
    for _ in range(3):
        issue.create_comment("x")
        stage.sandbox.core.clock.advance(61)
    with pytest.raises(RateLimitExceededException):
        issue.create_comment("x")
    assert stage.sandbox.core.limits.listed()["counts"] == {"content-hour": 1}


def test_writes_cost_five_points_and_reads_one(stage: Stage, issue: Any) -> None:
    client = stage.client()
    client.requester.requestJsonAndCheck("GET", f"/repositories/{stage.repository}")
    stage.sandbox.core.limits.configure("enforce", points=12)
    url = f"/repositories/{stage.repository}/issues/1/labels"
    for _ in range(2):
        client.requester.requestJsonAndCheck("POST", url, input=["x"])
    for _ in range(2):
        client.requester.requestJsonAndCheck("GET", url)
    with pytest.raises(GithubException, match="secondary"):
        client.requester.requestJsonAndCheck("GET", url)


def test_the_primary_limit_counts_down_and_resets(stage: Stage, issue: Any) -> None:
    client = stage.client()
    client.requester.requestJsonAndCheck("GET", f"/repositories/{stage.repository}")
    stage.sandbox.core.limits.configure("enforce", primary=2)
    url = f"/repositories/{stage.repository}"
    left = [client.requester.requestJsonAndCheck("GET", url)[0]["x-ratelimit-remaining"] for _ in range(2)]
    assert left == ["1", "0"]
    with pytest.raises(RateLimitExceededException) as limited:
        client.requester.requestJsonAndCheck("GET", url)
    assert limited.value.headers["x-ratelimit-remaining"] == "0"
    assert client.get_rate_limit().rate.remaining == 0
    stage.sandbox.core.limits.clear()
    client.requester.requestJsonAndCheck("GET", url)


def test_an_unchanged_read_is_free(stage: Stage, issue: Any) -> None:
    client = stage.client()
    url = f"/repositories/{stage.repository}"
    headers, _ = client.requester.requestJsonAndCheck("GET", url)
    stage.sandbox.core.limits.configure("enforce", primary=1)
    for _ in range(3):
        assert client.requester.requestJson("GET", url, headers={"If-None-Match": headers["etag"]})[0] == 304


def test_counting_refuses_nothing(stage: Stage, issue: Any) -> None:
    stage.sandbox.core.limits.configure("count")
    for _ in range(82):
        issue.create_comment("x")
    assert stage.sandbox.core.limits.listed()["counts"] == {"content-minute": 2}


def test_twentyfold_time_makes_a_minute_three_seconds(stage: Stage, issue: Any) -> None:
    stage.sandbox.core.limits.configure("enforce", scale=20, **{"content-minute": 2})
    for _ in range(2):
        issue.create_comment("x")
    with pytest.raises(RateLimitExceededException) as limited:
        issue.create_comment("x")
    assert int(limited.value.headers["retry-after"]) <= 3
    stage.sandbox.core.clock.advance(3)
    issue.create_comment("x")


def test_strictly_every_write_is_content(stage: Stage, issue: Any) -> None:
    stage.github.count_strictly()
    stage.sandbox.core.limits.configure("enforce", **{"content-minute": 2})
    issue.add_to_labels("x")
    issue.add_to_labels("y")
    with pytest.raises(RateLimitExceededException):
        issue.add_to_labels("z")
