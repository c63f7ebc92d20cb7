"""What every forge adapter promises, tried on the sandbox's GitHub and GitLab by the real client libraries."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from tests.webhook.forges.worlds import GitHubWorld, GitLabWorld, World
from webhook.forges.port import (
    Forge,
    ForgeError,
    GoneError,
    LimitedError,
    MovedError,
    NotFoundError,
    UnavailableError,
    UncertainError,
)
from webhook.issue import LabelDefinition, Person, Role, Visibility
from webhook.sandbox import Sandbox


@pytest.fixture(params=[GitHubWorld, GitLabWorld], ids=["github", "gitlab"])
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    with Sandbox(lifetime=60) as sandbox:
        yield request.param(sandbox)


@pytest.fixture
def adapter(world: World) -> Iterator[Forge]:
    """An adapter that has looked around: what is asked once is known."""
    opened = world.factory()
    opened.us()
    opened.visibility()
    yield opened
    opened.close()


class Guard:
    """Counts how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self) -> None:
        self.asked += 1


def unguarded() -> None:
    """A guard that lets everything through."""


LABEL = LabelDefinition("in-scope:xsa", "00aa00", "Meets the criteria")


def test_we_know_who_we_are(world: World, adapter: Forge) -> None:
    assert adapter.us() == {world.us}


def test_an_issue_is_read_as_it_is_now(world: World, adapter: Forge) -> None:
    number = world.file("### Effect\r\n\r\nleak", labels=["urgent"])
    issue = adapter.issue(number)
    assert issue.ref.number == number
    assert issue.body == "### Effect\r\n\r\nleak"
    assert issue.labels == {"urgent"}
    assert issue.open
    assert issue.author == world.person("rita")
    assert issue.confidential is (world.kind == "gitlab")
    assert issue.updated_at.tzinfo is not None


def test_a_number_nobody_has_given_is_not_found(adapter: Forge) -> None:
    with pytest.raises(NotFoundError):
        adapter.issue(4711)
    with pytest.raises(NotFoundError):
        adapter.comments(4711)
    with pytest.raises(NotFoundError):
        adapter.create_comment(4711, "text", unguarded)
    with pytest.raises(NotFoundError):
        adapter.change_labels(4711, ["a"], [], unguarded)
    with pytest.raises(NotFoundError):
        adapter.change_labels(4711, [], ["a"], unguarded)


def test_a_deleted_issue_is_gone_or_not_found(world: World, adapter: Forge) -> None:
    number = world.file()
    world.delete(number)
    with pytest.raises((GoneError, NotFoundError)):
        adapter.issue(number)


def test_an_issue_moved_elsewhere_is_neither_read_nor_written(world: World, adapter: Forge) -> None:
    number = world.file()
    world.move(number)
    # GitHub shows nothing at all where our token does not reach the issue's new repository.
    with pytest.raises((MovedError, NotFoundError)):
        adapter.issue(number)
    writes = len(world.asked(writes=True))
    with pytest.raises(ForgeError):
        adapter.change_labels(number, ["in-scope:xsa"], [], unguarded)
    assert len(world.asked(writes=True)) - writes == 1, "the redirect was not followed"


def test_visibility_is_asked_afresh(world: World, adapter: Forge) -> None:
    assert adapter.visibility() is Visibility.PRIVATE
    world.publish()
    assert adapter.visibility() is Visibility.PUBLIC


def test_labels_are_added_and_removed_and_those_of_others_stay(world: World, adapter: Forge) -> None:
    number = world.file(labels=["urgent"])
    assert adapter.change_labels(number, ["needs-info", "a:b"], [], unguarded) == {"urgent", "needs-info", "a:b"}
    assert adapter.change_labels(number, ["in-scope"], ["needs-info"], unguarded) == {"urgent", "a:b", "in-scope"}
    assert world.labels(number) == {"urgent", "a:b", "in-scope"}


def test_removing_a_label_that_is_not_there_is_fine(world: World, adapter: Forge) -> None:
    number = world.file(labels=["urgent"])
    assert adapter.change_labels(number, [], ["in-scope"], unguarded) == {"urgent"}


def test_no_change_of_labels_writes_nothing(world: World, adapter: Forge) -> None:
    number = world.file(labels=["urgent"])
    before = len(world.asked(writes=True))
    assert adapter.change_labels(number, [], [], unguarded) == {"urgent"}
    assert len(world.asked(writes=True)) == before


def test_the_guard_is_called_before_each_request_that_writes(world: World, adapter: Forge) -> None:
    number = world.file(labels=["old", "older"])
    before = len(world.asked(writes=True))
    guard = Guard()
    adapter.change_labels(number, ["new", "newer"], ["old", "older"], guard)
    adapter.edit_comment(number, adapter.create_comment(number, "one", guard), "two", guard)
    assert guard.asked == len(world.asked(writes=True)) - before
    assert guard.asked == {"github": 5, "gitlab": 3}[world.kind]


def test_label_events_tell_who_did_what_oldest_first(world: World, adapter: Forge) -> None:
    number = world.file()
    world.label(number, "tom", "urgent")
    adapter.change_labels(number, ["in-scope"], [], unguarded)
    adapter.change_labels(number, [], ["in-scope"], unguarded)
    events = [(e.label, e.added, e.actor.id if e.actor else None) for e in adapter.label_events(number)]
    tom = world.person("tom").id
    assert events == [("urgent", True, tom), ("in-scope", True, world.us), ("in-scope", False, world.us)]


def test_label_events_are_numbered_upwards_and_tell_machines_from_people(world: World, adapter: Forge) -> None:
    number = world.file()
    world.label(number, "tom", "urgent")
    adapter.change_labels(number, ["in-scope"], [], unguarded)
    first, second = adapter.label_events(number)
    assert first.id is not None
    assert second.id is not None
    assert first.id < second.id
    assert [event.actor.bot for event in (first, second) if event.actor] == [False, True]


def test_a_comment_is_written_edited_and_deleted(world: World, adapter: Forge) -> None:
    number = world.file()
    comment = adapter.create_comment(number, "first", unguarded)
    adapter.edit_comment(number, comment, "second", unguarded)
    assert world.comments(number) == ["second"]
    (read,) = adapter.comments(number)
    assert (read.id, read.author.id, read.body, read.internal) == (comment, world.us, "second", False)
    adapter.delete_comment(number, comment, unguarded)
    assert world.comments(number) == []
    adapter.delete_comment(number, comment, unguarded)
    with pytest.raises(NotFoundError):
        adapter.edit_comment(number, comment, "third", unguarded)


def test_all_comments_are_read_oldest_first(world: World, adapter: Forge) -> None:
    number = world.file()
    for n in range(103):
        world.comment(number, "tom", f"comment {n}")
    world.label(number, "tom", "urgent")  # a system note on GitLab, which is no comment
    assert [comment.body for comment in adapter.comments(number)] == [f"comment {n}" for n in range(103)]


def test_a_comment_is_acknowledged_once_or_twice(world: World, adapter: Forge) -> None:
    number = world.file()
    comment = world.comment(number, "tom", "/scope recheck")
    adapter.react(number, comment, "+1", unguarded)
    adapter.react(number, comment, "+1", unguarded)
    adapter.react(number, comment, "confused", unguarded)


def test_a_label_is_defined_once(world: World, adapter: Forge) -> None:
    adapter.create_label(LABEL, unguarded)
    adapter.create_label(LABEL, unguarded)
    assert [each for each in adapter.label_definitions() if each.name == LABEL.name] == [LABEL]


@pytest.mark.parametrize(
    ("name", "role"), [("rita", Role.READ), ("tom", Role.TRIAGE), ("wim", Role.TRIAGE), ("mia", Role.MAINTAIN)]
)
def test_roles_are_reduced_to_what_we_ask(world: World, adapter: Forge, name: str, role: Role) -> None:
    assert adapter.role(world.person(name)) is role


def test_strangers_and_takers_of_a_name_have_no_role(world: World, adapter: Forge) -> None:
    assert adapter.role(Person(424_242, "nobody")) is Role.NONE
    assert adapter.role(Person(424_243, "mia")) is Role.NONE


def test_a_role_is_asked_for_once_an_hour_by_all_adapters(world: World, adapter: Forge) -> None:
    adapter.role(world.person("tom"))
    before = len(world.asked())
    other = world.factory()
    assert other.role(world.person("tom")) is Role.TRIAGE
    other.close()
    assert len(world.asked()) == before


def test_issues_are_walked_by_their_last_change(world: World, adapter: Forge) -> None:
    numbers = [world.file() for _ in range(3)]
    world.sandbox.core.clock.advance(60)
    world.comment(numbers[0], "tom", "a change")
    world.label(numbers[0], "tom", "urgent")
    assert [i.ref.number for i in adapter.issues_updated_since(None)] == [*numbers[1:], numbers[0]]
    since = datetime.fromtimestamp(world.sandbox.core.clock.now(), UTC) - timedelta(seconds=30)
    assert [i.ref.number for i in adapter.issues_updated_since(since)] == [numbers[0]]


def test_a_new_issue_costs_three_reads_and_two_writes(world: World, adapter: Forge) -> None:
    number = world.file()
    world.sandbox.core.journal.clear()
    adapter.us()
    adapter.issue(number)
    adapter.comments(number)
    adapter.visibility()
    adapter.change_labels(number, ["needs-info"], [], unguarded)
    adapter.create_comment(number, "text", unguarded)
    assert [method for method, _ in world.asked()] == ["GET"] * 3 + [
        {"github": "POST", "gitlab": "PUT"}[world.kind],
        "POST",
    ]


def test_requests_carry_the_run_they_belong_to(world: World, adapter: Forge) -> None:
    number = world.file()
    world.run = "run-42"
    adapter.issue(number)
    world.run = ""
    adapter.issue(number)
    assert [entry.trace for entry in world.sandbox.core.journal.entries()[-2:]] == ["run-42", ""]


@pytest.mark.parametrize(
    ("fault", "on_read", "on_write"),
    [
        ({"kind": "cut"}, UnavailableError, UncertainError),
        ({"kind": "hold", "seconds": 3}, UnavailableError, UncertainError),
        ({"kind": "error", "status": 500}, UnavailableError, UncertainError),
        ({"kind": "error", "status": 500, "after": True}, UnavailableError, UncertainError),
        ({"kind": "bad_gateway"}, UnavailableError, UncertainError),
        ({"kind": "bad_gateway_html"}, UnavailableError, UncertainError),
        ({"kind": "html"}, UnavailableError, UncertainError),
        ({"kind": "primary_limit", "seconds": 9}, LimitedError, LimitedError),
        ({"kind": "throttled", "seconds": 9}, LimitedError, LimitedError),
        ({"kind": "application_limit"}, LimitedError, LimitedError),
        ({"kind": "not_found"}, NotFoundError, NotFoundError),
        ({"kind": "moved"}, UnavailableError, UnavailableError),
        ({"kind": "moved", "status": 301}, UnavailableError, UnavailableError),
    ],
    ids=lambda value: "-".join(map(str, value.values())) if isinstance(value, dict) else value.__name__,
)
def test_faults_of_the_forge_are_refusals_of_the_port(
    world: World, adapter: Forge, fault: dict[str, object], on_read: type[ForgeError], on_write: type[ForgeError]
) -> None:
    number = world.file()
    world.misbehave(**{"path": "issues", **fault})  # type: ignore[arg-type]  # fields of the fault
    acts: list[tuple[Callable[[], object], type[ForgeError]]] = [
        (lambda: adapter.issue(number), on_read),
        (lambda: adapter.create_comment(number, "text", unguarded), on_write),
    ]
    for act, expected in acts:
        with pytest.raises(ForgeError) as caught:
            act()
        assert type(caught.value) is expected
        if isinstance(caught.value, LimitedError):
            asked = fault.get("seconds", 60)
            assert isinstance(asked, int)
            assert asked - 1 <= caught.value.seconds <= asked + 1
    before = len(world.asked(writes=True))
    world.sandbox.core.faults.clear()
    assert adapter.issue(number).ref.number == number
    assert len(world.asked(writes=True)) == before


def test_two_adapters_in_two_threads_do_not_mix_up_requests(world: World) -> None:
    numbers = [world.file() for _ in range(2)]
    failures: list[BaseException] = []

    def work(number: int) -> None:
        adapter = world.factory()
        try:
            for n in range(15):
                adapter.create_comment(number, f"{number} says {n}", unguarded)
                assert adapter.issue(number).ref.number == number
        except BaseException as error:  # noqa: BLE001  # told by the main thread
            failures.append(error)
        finally:
            adapter.close()

    threads = [threading.Thread(target=work, args=(number,)) for number in numbers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert not failures
    for number in numbers:
        assert world.comments(number) == [f"{number} says {n}" for n in range(15)]


def test_an_adapter_refuses_a_second_thread(world: World, adapter: Forge) -> None:
    caught: list[BaseException] = []

    def elsewhere() -> None:
        try:
            adapter.visibility()
        except RuntimeError as error:
            caught.append(error)

    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join(10)
    assert len(caught) == 1


def test_an_adapter_never_sleeps(world: World, adapter: Forge, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_sleep(seconds: float) -> None:
        raise AssertionError(f"slept {seconds}")

    number = world.file()
    monkeypatch.setattr(time, "sleep", no_sleep)
    for n in range(5):
        adapter.create_comment(number, str(n), unguarded)
    world.misbehave("throttled", seconds=5, path="issues")
    with pytest.raises(LimitedError):
        adapter.issue(number)
