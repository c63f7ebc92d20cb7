"""The proxy finds what it is there to find, and strikes where it is told to: else the tests beside it show nothing."""

from __future__ import annotations

from collections.abc import Iterator
from http.client import RemoteDisconnected
from typing import Any

import pytest

from tests.stand.emulate.emulator import OWNER, PRIVATE, REPORTER
from tests.stand.emulate.running import ask
from tests.stand.emulate.stand import Street

pytestmark = pytest.mark.stand

ISSUE = "/repositories/1/issues/1"


@pytest.fixture
def town(street: Street) -> Iterator[Street]:
    """Server and proxy with one private issue; no service."""
    street.emulator.reset()
    street.emulator.file(PRIVATE, "A guest stops the host", "")
    street.wire.forget()
    yield street
    street.wire.forget()


def through(town: Street, verb: str, path: str, body: object = None, person: str = OWNER) -> tuple[int, Any]:
    """A person's request by way of the proxy."""
    return ask(verb, town.wire.url + path, body, {"authorization": f"token tok_{person}"})


def test_a_request_of_the_wrong_shape_is_found_although_the_server_takes_it(town: Street) -> None:
    assert through(town, "POST", f"{ISSUE}/comments", {"body": 1})[0] in {201, 422}
    [found] = town.wire.findings()
    assert (found["method"], found["where"]) == ("post", "body")


def test_a_list_of_labels_without_its_name_is_found(town: Street) -> None:
    """What PyGithub's own `add_to_labels` sends: described nowhere any more."""
    through(town, "POST", f"{ISSUE}/labels", ["xsa-candidate"])
    assert town.wire.findings() != []


def test_an_address_that_github_does_not_have_is_found(town: Street) -> None:
    assert through(town, "GET", f"{ISSUE}/verdict")[0] == 404
    assert len(town.wire.findings()) == 1


def test_a_request_is_checked_even_if_a_fault_refuses_it(town: Street) -> None:
    town.wire.faults({"kind": "bad-gateway"})
    assert ask("POST", f"{town.wire.url}{ISSUE}/comments", {"words": ""})[0] == 502
    assert len(town.wire.findings()) == 1


def test_a_right_request_is_none_and_one_that_cannot_be_judged_says_why(town: Street) -> None:
    assert through(town, "GET", f"{ISSUE}/comments?per_page=100")[0] == 200
    assert through(town, "GET", f"/users/{REPORTER}")[0] == 200
    assert town.wire.findings() == []
    assert town.wire.checked() == 1
    assert [bool(row["allowed"]) for row in town.wire.findings(allowed=True)] == [True]


def test_the_journal_tells_what_was_asked_and_by_which_address(town: Street) -> None:
    through(town, "POST", f"{ISSUE}/comments", {"body": "Thank you"})
    [one] = town.wire.journal()
    assert (one.verb, one.path, one.status, one.kind, one.reached) == ("POST", f"{ISSUE}/comments", 201, "write", True)


def test_a_refusal_never_reaches_the_server(town: Street) -> None:
    town.wire.faults({"kind": "secondary", "method": "POST", "path": "/comments$", "seconds": 7})
    assert through(town, "POST", f"{ISSUE}/comments", {"body": "Once"})[0] == 403
    assert town.emulator.comments(PRIVATE, 1, by=OWNER) == []
    assert through(town, "POST", f"{ISSUE}/comments", {"body": "Twice"})[0] == 201
    assert [(one.fault, one.reached) for one in town.wire.journal()] == [("secondary", False), (None, True)]


@pytest.mark.parametrize("kind", ["lost-reply", "cut-reply"])
def test_a_lost_reply_is_lost_after_the_effect(town: Street, kind: str) -> None:
    town.wire.faults({"kind": kind, "method": "write"})
    if kind == "lost-reply":
        assert through(town, "POST", f"{ISSUE}/comments", {"body": "Once"})[0] == 502
    else:
        with pytest.raises(RemoteDisconnected):
            through(town, "POST", f"{ISSUE}/comments", {"body": "Once"})
    assert len(town.emulator.comments(PRIVATE, 1, by=OWNER)) == 1
    [one] = town.wire.journal()
    assert (one.reached, one.status) == (True, 502 if kind == "lost-reply" else None)


def test_a_fault_waits_for_its_turn(town: Street) -> None:
    town.wire.faults({"kind": "hidden", "method": "read", "path": "/issues/1$", "skip": 1, "every": 2, "times": 2})
    asked = [through(town, "GET", ISSUE)[0] for _ in range(6)]
    assert asked == [200, 404, 200, 404, 200, 200]
    assert through(town, "GET", "/repositories/1")[0] == 200


def test_a_spent_quota_refuses_everything_until_it_is_renewed(town: Street) -> None:
    town.wire.faults({"kind": "primary", "path": "^/repositories/", "seconds": 3600})
    assert [through(town, "GET", ISSUE)[0] for _ in range(3)] == [403, 403, 403]


def test_a_fault_that_nobody_knows_is_refused(town: Street) -> None:
    with pytest.raises(AssertionError, match="no fault is called 'rain'"):
        town.wire.faults({"kind": "rain"})


def test_a_slow_answer_comes_after_the_effect(town: Street) -> None:
    town.wire.faults({"kind": "slow", "method": "write", "seconds": 2})
    with pytest.raises(TimeoutError):
        ask(
            "POST",
            f"{town.wire.url}{ISSUE}/comments",
            {"body": "Once"},
            {"authorization": f"token tok_{OWNER}"},
            patience=0.5,
        )
    assert len(town.emulator.comments(PRIVATE, 1, by=OWNER)) == 1
