"""What requests cost, and how a run is kept within the budgets: waiting a little, or put off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import pytest

from tests.databases import NOON, seconds
from webhook.budget import Cost, Meter, charge, take
from webhook.forges import open_forge
from webhook.forges.access import Access, GitHubAppAccess, GitHubTokenAccess, GitLabAccess
from webhook.forges.budget import TALLY, Pacer, Price, credential, github_windows, gitlab_windows
from webhook.forges.failures import Call
from webhook.forges.port import LimitedError, UnavailableError
from webhook.forges.wire import Wire
from webhook.plan import CommentChange, LabelChange, Plan
from webhook.settings import Budgets

READ, WRITE = Call("GET", "issue"), Call("POST", "comment")
GITHUB = GitHubTokenAccess(api_url="https://api.github.com", project="octo/alpha", token="one")
GITLAB = GitLabAccess(api_url="https://gitlab.com", project="group/gamma", token="one")


def plan(add: int = 0, remove: int = 0, create: int = 0, edit: int = 0) -> Plan:
    labels = [(f"label-{n}", True) for n in range(add)] + [(f"old-{n}", False) for n in range(remove)]
    comments = [CommentChange("create")] * create + [CommentChange("edit", 7)] * edit
    return Plan(tuple(LabelChange(name, added, "verdict") for name, added in labels), tuple(comments))


@dataclass
class World:
    """A till whose clock moves only when somebody waits."""

    now: datetime = NOON
    meters: dict[str, Meter] = field(default_factory=dict)
    waits: list[float] = field(default_factory=list)
    transactions: int = 0
    stopped: bool = False

    def take(
        self,
        credential: str,  # noqa: ARG002  # there is one
        costs: Sequence[Cost],
        *,
        bulk: bool,
        now: datetime,
        spent: Sequence[Cost] = (),
        again: bool = False,
    ) -> float:
        self.transactions += 1
        self.meters |= charge(self.meters, spent, bulk=bulk, now=now)
        taken = take(self.meters, costs, bulk=bulk, now=now, again=again)
        self.meters |= taken.meters
        return max(0.0, taken.wait.total_seconds())

    def wait(self, time: float) -> bool:
        self.waits.append(time)
        self.now += seconds(time)
        return self.stopped

    def pacer(self, access: Access = GITHUB, **budgets: float) -> Pacer:
        return Pacer(access, Budgets.model_validate(budgets), self, wait=self.wait, clock=lambda: self.now)

    def spent(self, window: str, access: Access = GITHUB) -> int:
        """Units taken of a window, as of now."""
        windows = gitlab_windows(Budgets()) if access is GITLAB else github_windows(Budgets())
        rate = next(each.all for each in windows if each.name == window)
        return rate.burst - rate.left(self.meters.get(window, Meter()).all_until, self.now)


@pytest.fixture
def world() -> World:
    return World()


# --- what requests cost


@pytest.mark.parametrize(
    ("wanted", "price"),
    [
        (plan(), Price()),
        (plan(add=3, create=1), Price(writes=2, comments=1)),
        (plan(add=1, remove=2, edit=1), Price(writes=4)),
        (plan(remove=1), Price(writes=1)),
    ],
)
def test_github_adds_all_labels_in_one_write_and_removes_each_in_one(wanted: Plan, price: Price) -> None:
    assert Price.of(wanted, one_label_write=False) == price


def test_gitlab_changes_all_labels_in_one_write() -> None:
    assert Price.of(plan(add=2, remove=2, create=1), one_label_write=True) == Price(writes=2, comments=1)


def test_a_new_comment_is_content_on_github_and_a_note_on_gitlab_and_an_edit_is_a_write() -> None:
    def units(price: Price, windows: tuple[object, ...]) -> dict[str, int]:
        return {cost.window.name: cost.units for cost in price.costs(windows)}  # type: ignore[arg-type]

    assert units(Price(reads=3, writes=2, comments=1), github_windows(Budgets())) == {
        "content-minute": 1,
        "content-hour": 1,
        "writes": 2,
        "points": 13,
        "requests": 5,
    }
    assert units(Price(reads=3, writes=2, comments=1), gitlab_windows(Budgets())) == {
        "notes": 1,
        "hooks": 2,
        "requests": 5,
    }
    assert "content-minute" not in units(Price(writes=1), github_windows(Budgets()))


def test_the_windows_are_the_forges_limits() -> None:
    def figures(windows: tuple[object, ...], bulk: bool) -> dict[str, tuple[int, float]]:
        rates = {w.name: w.bulk if bulk else w.all for w in windows}  # type: ignore[attr-defined]
        return {name: (rate.burst, round(rate.every.total_seconds(), 3)) for name, rate in rates.items()}

    assert figures(github_windows(Budgets()), bulk=False) == {
        "content-minute": (10, 0.857),  # 10 + 70 in a minute
        "content-hour": (200, 12.0),  # 200 + 300 in an hour
        "writes": (20, 1.0),
        "points": (300, 0.111),  # 300 + 540 in a minute, and 60 not yet told
        "requests": (1000, 0.9),  # 1,000 + 4,000 in an hour
    }
    assert figures(gitlab_windows(Budgets()), bulk=False)["notes"] == (10, 1.5)
    assert figures(gitlab_windows(Budgets()), bulk=True)["hooks"] == (33, round(60 / (166 - 33), 3))


SMALLEST = {
    "github_content_per_minute": 16,
    "github_content_per_hour": 16,
    "github_points_per_minute": 400,
    "github_requests_per_hour": 500,
    "gitlab_notes_per_minute": 10,
    "gitlab_requests_per_minute": 100,
    "gitlab_hooks_per_minute": 30,
    "bulk_share": 0.5,
}


@pytest.mark.parametrize("access", [GITHUB, GITLAB])
@pytest.mark.parametrize("bulk", [False, True])
def test_the_smallest_budgets_that_can_be_set_are_still_enough_for_any_plan(
    world: World, access: Access, bulk: bool
) -> None:
    pacer = world.pacer(access, **SMALLEST)
    for _ in range(40):
        try:
            with pacer.run(bulk=bulk):
                pacer.pace(plan(add=1, remove=30, create=1))
            break
        except LimitedError as limited:
            world.now += seconds(limited.seconds)
    else:
        pytest.fail("the plan never got through")


# --- one run


def test_a_burst_of_ten_new_issues_goes_straight_through_and_the_eleventh_waits_a_moment(world: World) -> None:
    pacer = world.pacer()
    for _ in range(10):
        with pacer.run(bulk=False):
            pacer.pace(plan(add=2, create=1))
    assert world.waits == []
    pacer.pace(plan(add=2, create=1))
    assert world.waits == [pytest.approx(2.0)], "twenty writes are followed by one a second"


def test_a_long_wait_is_not_waited_for_but_told(world: World) -> None:
    pacer = world.pacer()
    with pacer.run(bulk=False):
        pacer.pace(plan(remove=20))
        with pytest.raises(LimitedError) as refused:
            pacer.pace(plan(remove=10))
    assert (refused.value.kind, refused.value.seconds) == ("budget", pytest.approx(10.0))
    assert world.waits == []


def test_a_run_that_is_stopped_while_it_waits_writes_nothing(world: World) -> None:
    pacer = world.pacer()
    pacer.pace(plan(remove=20))
    world.stopped = True
    with pytest.raises(LimitedError):
        pacer.pace(plan(remove=2))


def test_nothing_to_write_costs_no_transaction(world: World) -> None:
    pacer = world.pacer()
    with pacer.run(bulk=False):
        for _ in range(3):
            pacer.sent(READ)
        pacer.pace(plan())
    assert world.transactions == 0


def test_reads_are_paid_with_the_next_writes_and_writes_only_once(world: World) -> None:
    pacer = world.pacer()
    with pacer.run(bulk=False):
        for _ in range(3):
            pacer.sent(READ)
        pacer.pace(plan(add=1, create=1))
        pacer.sent(WRITE)
        pacer.sent(WRITE)
    pacer.settle()
    assert world.transactions == 1
    assert {name: world.spent(name) for name in ("requests", "points", "writes", "content-minute")} == {
        "requests": 5,
        "points": 13,
        "writes": 2,
        "content-minute": 1,
    }


def test_a_write_nobody_planned_is_paid_afterwards(world: World) -> None:
    pacer = world.pacer()
    with pacer.run(bulk=False):
        pacer.pace(plan(add=1))
        pacer.sent(WRITE)
        pacer.sent(Call("POST", "reaction"))
    pacer.settle()
    assert (world.spent("writes"), world.spent("points")) == (2, 10)


def test_what_one_run_paid_for_and_did_not_send_is_no_gift_to_the_next(world: World) -> None:
    pacer = world.pacer()
    with pacer.run(bulk=False):
        pacer.pace(plan(add=1, create=1))
    with pacer.run(bulk=False):
        pacer.sent(WRITE)
    pacer.settle()
    assert world.spent("writes") == 3


def test_many_reads_are_paid_at_the_end_of_a_run(world: World) -> None:
    pacer = world.pacer()
    with pacer.run(bulk=False):
        for _ in range(TALLY):
            pacer.sent(READ)
    assert (world.transactions, world.spent("requests")) == (1, TALLY)


def test_no_run_begins_while_reads_have_used_the_window_up(world: World) -> None:
    pacer = world.pacer()
    with pacer.run(bulk=True):
        for _ in range(900):
            pacer.sent(READ)
    with pytest.raises(LimitedError) as refused, pacer.run(bulk=True):
        pytest.fail("a run began")
    assert refused.value.kind == "budget"
    world.now += seconds(refused.value.seconds)
    with pacer.run(bulk=True):
        pass


def test_bulk_work_that_has_used_its_share_up_does_not_keep_live_work_from_beginning(world: World) -> None:
    pacer = world.pacer()
    with pacer.run(bulk=True):
        for _ in range(260):  # more than bulk work's 240 points at once, less than all work's 300
            pacer.sent(READ)
    with pacer.run(bulk=False):
        pacer.pace(plan(add=1))
    assert world.waits == []


# --- whose budget


def test_an_apps_installation_has_one_budget_for_all_its_repositories() -> None:
    def app(project: str, host: str = "https://api.github.com") -> str:
        return credential(GitHubAppAccess(api_url=host, project=project, app_id=7, private_key="key"))

    assert app("Octo/alpha") == app("octo/beta") != app("other/alpha")
    assert app("octo/alpha") != app("octo/alpha", "https://ghes.example.org/api/v3")


def test_a_tokens_budget_goes_by_the_token_and_does_not_show_it() -> None:
    other = GitHubTokenAccess(api_url="https://api.github.com", project="octo/beta", token="one")
    assert credential(GITHUB) == credential(other) != credential(GITLAB)
    assert "one" not in credential(GITHUB).split()


# --- on the wire


def test_a_request_is_told_of_before_it_goes_out_whether_or_not_it_arrives() -> None:
    told: list[Call] = []
    wire = Wire("http://127.0.0.1:9", timeouts=(1, 1), sent=told.append)
    wire.call = WRITE
    with pytest.raises(UnavailableError):
        wire.send("POST", "http://127.0.0.1:9/comments")
    wire.close()
    assert told == [WRITE]


@pytest.mark.parametrize("access", [GITHUB, GITLAB])
def test_every_request_of_an_adapter_is_told_of(access: Access) -> None:
    told: list[Call] = []
    forge = open_forge(replace(access, api_url="http://127.0.0.1:9", sent=told.append))
    with pytest.raises(UnavailableError):
        forge.visibility()
    forge.close()
    assert [call.verb for call in told] == ["GET"]
