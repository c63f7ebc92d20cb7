"""`reconcile` and `sweep`: without a server, with nothing remembered between two runs."""

from __future__ import annotations

import pytest

from tests.webhook.forges.worlds import PROJECT
from tests.webhook.once.conftest import HYPERVISOR, ITSELF, Job
from tests.webhook.reconcile.places import only_github


def test_an_issue_is_labelled_and_explained_when_asked_to_apply(job: Job) -> None:
    number = job.file(HYPERVISOR)
    told = job.told("reconcile", job.address(number), "--apply")
    assert told["issues"][0]["verdict"] == "in-scope"
    assert told["issues"][0]["changes"] == ["add xsa-candidate", "comment created"]
    assert job.place.labels(number) == {"xsa-candidate"}
    assert len(job.ours(number)) == 1


def test_a_dry_run_says_the_same_and_writes_nothing(job: Job) -> None:
    number = job.file(HYPERVISOR)
    before = job.writes()
    told = job.told("reconcile", job.address(number), expect=3)
    assert told["issues"][0]["changes"] == ["add xsa-candidate", "comment created"]
    assert job.writes() == before
    assert not job.place.labels(number)


def test_a_second_run_changes_nothing(job: Job) -> None:
    number = job.file(HYPERVISOR)
    job.run("reconcile", job.address(number), "--apply")
    before = job.writes()
    told = job.told("reconcile", job.address(number), "--apply")
    assert told["issues"][0]["changes"] == []
    assert job.writes() == before


def test_a_corrected_report_keeps_its_comment_and_changes_its_labels(job: Job) -> None:
    number = job.file(HYPERVISOR)
    job.run("reconcile", job.address(number), "--apply")
    (first,) = job.ours(number)
    job.correct(number, ITSELF)
    job.run("reconcile", job.address(number), "--apply")
    (second,) = job.ours(number)
    assert job.place.labels(number) == {"out-of-scope:1-self"}
    assert (second["id"], second["body"] == first["body"]) == (first["id"], False)


def test_a_sweep_brings_every_open_issue_to_its_labels(job: Job) -> None:
    numbers = [job.file(ticks) for ticks in (HYPERVISOR, ITSELF, {}, HYPERVISOR)]
    told = job.told("sweep", job.address(), "--apply")
    assert len(told["issues"]) == len(numbers)
    wanted = [{"xsa-candidate"}, {"out-of-scope:1-self"}, {"needs-info"}, {"xsa-candidate"}]
    assert [job.place.labels(number) for number in numbers] == wanted
    before = job.writes()
    assert all(not one["changes"] for one in job.told("sweep", job.address(), "--apply")["issues"])
    assert job.writes() == before


def test_a_dry_sweep_lists_what_is_pending(job: Job) -> None:
    job.file(HYPERVISOR)
    before = job.writes()
    shown = job.run("sweep", job.address(), expect=3).stdout
    assert f"{job.place.kind}:{PROJECT}#1: in-scope (settled); would do: add xsa-candidate, comment created" in shown
    assert job.writes() == before


def test_labels_that_a_person_set_are_left_to_them(job: Job) -> None:
    number = job.file(HYPERVISOR)
    job.place.label(number, "tom", "out-of-scope:1-self")
    job.run("reconcile", job.address(number), "--apply")
    assert job.place.labels(number) == {"out-of-scope:1-self", "scope:overridden"}


def test_a_shared_account_only_adds_labels_and_says_so(job: Job) -> None:
    number = job.file(HYPERVISOR)
    job.place.label(number, job.place.machine(), "needs-info")
    result = job.run("reconcile", job.address(number), "--apply", "--shared")
    assert "labels are only added" in result.stderr
    assert job.place.labels(number) == {"needs-info", "xsa-candidate"}
    assert not job.place.said(number)


@only_github
def test_the_token_of_an_actions_job_counts_as_shared(job: Job) -> None:
    number = job.file(HYPERVISOR)
    job.variables["GITHUB_TOKEN"] = job.app_token()
    result = job.run("reconcile", job.address(number), "--apply")
    assert "labels are only added" in result.stderr
    assert job.place.labels(number) == {"xsa-candidate"}
    assert not job.place.said(number)


@only_github
def test_the_token_of_an_app_of_ones_own_does_everything_once_its_account_is_named(job: Job) -> None:
    number = job.file(HYPERVISOR)
    job.variables["GITHUB_TOKEN"] = job.app_token()
    job.bot = job.place.us
    for _ in range(2):
        job.run("reconcile", job.address(number), "--apply", "--bot-id", str(job.place.us))
    job.correct(number, ITSELF)
    job.run("reconcile", job.address(number), "--apply", "--bot-id", str(job.place.us))
    assert job.place.labels(number) == {"out-of-scope:1-self"}
    assert len(job.ours(number)) == 1


def test_nothing_is_written_where_the_public_can_read(job: Job) -> None:
    number = job.file(HYPERVISOR)
    job.place.expose(number)
    before = job.writes()
    shown = job.run("reconcile", job.address(number), "--apply", expect=1)
    assert "Everybody can read" in shown.output
    assert job.writes() == before


def test_an_issue_that_is_not_there_is_told(job: Job) -> None:
    shown = job.run("reconcile", job.address(77), "--apply", expect=1)
    assert "shows nothing" in shown.output


def test_a_token_that_is_refused_is_told_at_once(job: Job) -> None:
    number = job.file(HYPERVISOR)
    job.variables = {name: "nonsense" if name.endswith("TOKEN") else value for name, value in job.variables.items()}
    shown = job.run("reconcile", job.address(number), "--apply", expect=1)
    assert "token" in shown.stderr
    assert "nonsense" not in shown.output


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("https://evil.example/octo/reports/issues/1", "a token would travel there"),
        ("https://github.com/octo/reports", "expected an issue's"),
        ("https://github.com/octo", "expected an address such as"),
        ("https://github.com@evil.example/octo/reports/issues/1", "a token would travel there"),
    ],
)
def test_an_address_elsewhere_gets_no_token(job: Job, address: str, why: str) -> None:
    shown = job.run("reconcile", address, "--apply", expect=2)
    assert why in " ".join(shown.stderr.split())
