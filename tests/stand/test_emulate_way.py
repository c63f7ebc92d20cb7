"""The way of an issue on a GitHub that nobody here wrote: real service, real PyGithub, every request checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from tests.stand.emulate.emulator import PRIVATE, PUBLIC, REPORTER, TEAM
from tests.stand.emulate.stand import Counted, Stand
from webhook import comment
from webhook.cli.demo.reports import CRASH, EMULATOR, SYSTEMS_CHECKED

pytestmark = pytest.mark.stand

Ticks = Mapping[str, str | Sequence[str]]
Figures = dict[str, Counted]
SUPPORTED: Ticks = {**CRASH, "target": "hypervisor"}
EXPERIMENTAL: Ticks = {**SUPPORTED, "feature_status": "experimental"}
IN, UNSUPPORTED = {"xsa-candidate"}, {"out-of-scope:3-unsupported"}


def report(stand: Stand, ticks: Ticks = EXPERIMENTAL) -> tuple[int, Counted]:
    """A private report that the service has dealt with, and what it took."""
    with stand.counted() as seen:
        number = stand.emulator.file(PRIVATE, "A guest stops the host", stand.body(ticks))
    return number, seen


def our_comment(stand: Stand, number: int) -> tuple[int, str]:
    """Id and text of the one comment the bot has made."""
    said = stand.emulator.comments(PRIVATE, number)
    assert len(said) == 1, f"the bot has made {len(said)} comments"
    assert said[0]["user"]["type"] == "Bot"
    assert comment.is_ours(said[0]["body"])
    return said[0]["id"], said[0]["body"]


def test_a_new_report_gets_its_labels_and_one_comment(stand: Stand, figures: Figures) -> None:
    number, figures["first report on a tracker: its labels are made too"] = report(stand)
    assert stand.emulator.labels(PRIVATE, number) == UNSUPPORTED
    _, text = our_comment(stand, number)
    assert "out-of-scope:3-unsupported" in text
    defined = stand.emulator.do(TEAM, "GET", f"/repos/{PRIVATE}/labels?per_page=100")
    wanted = {(one.name, one.colour, one.description) for one in stand.policy.labels.values()}
    assert wanted <= {(one["name"], one["color"], one["description"]) for one in defined}

    another, seen = report(stand, SUPPORTED)
    figures["new report"] = seen
    assert stand.emulator.labels(PRIVATE, another) == IN
    issue = f"/repositories/1/issues/{another}"
    assert seen.writes == [f"POST {issue}/labels", f"POST {issue}/comments"]


def test_an_edit_that_changes_the_verdict_changes_the_labels_and_updates_the_same_comment(
    stand: Stand, figures: Figures
) -> None:
    number, _ = report(stand)
    written, before = our_comment(stand, number)
    with stand.counted() as seen:
        stand.emulator.edit(PRIVATE, number, body=stand.body(SUPPORTED))
    figures["edit that changes the verdict"] = seen
    assert stand.emulator.labels(PRIVATE, number) == IN
    same, after = our_comment(stand, number)
    assert same == written
    assert after != before
    assert seen.writes == [
        f"POST /repositories/1/issues/{number}/labels",
        f"DELETE /repositories/1/issues/{number}/labels/out-of-scope%3A3-unsupported",
        f"PATCH /repositories/1/issues/comments/{written}",
    ]


def test_an_edit_that_changes_nothing_we_read_writes_nothing(stand: Stand, figures: Figures) -> None:
    number, _ = report(stand)
    before = our_comment(stand, number)
    with stand.counted() as seen:
        stand.emulator.edit(PRIVATE, number, title="A better title")
    figures["edit of the title only"] = seen
    assert seen.writes == []
    assert seen.reads
    assert our_comment(stand, number) == before


def test_a_redelivery_writes_nothing(stand: Stand, figures: Figures) -> None:
    number, _ = report(stand)
    with stand.counted(deliveries=2) as seen:
        for _ in range(2):
            assert stand.deliver_again(PRIVATE, number, "72d3162e-cc78-11e3-81ab-4c9367dc0958") == 202
    figures["one delivery arriving twice"] = seen
    assert seen.writes == []
    assert seen.reads
    assert stand.emulator.labels(PRIVATE, number) == UNSUPPORTED


def test_what_the_team_checked_changes_the_verdict(stand: Stand, figures: Figures) -> None:
    number, _ = report(stand, EMULATOR)
    assert stand.emulator.labels(PRIVATE, number) == {"needs-os-check"}
    written, _ = our_comment(stand, number)
    with stand.counted() as seen:
        stand.emulator.say(PRIVATE, number, TEAM, SYSTEMS_CHECKED)
    figures["command of the team that changes the verdict"] = seen
    assert stand.emulator.labels(PRIVATE, number) == {"out-of-scope:4-no-vulnerable-os", "scope:contested"}
    assert our_comment(stand, number)[0] == written
    assert f"GET /repositories/1/collaborators/{TEAM}/permission" in seen.reads


def test_the_reporter_may_not_speak_for_the_team(stand: Stand) -> None:
    number, _ = report(stand, EMULATOR)
    with stand.counted():
        stand.emulator.say(PRIVATE, number, REPORTER, SYSTEMS_CHECKED)
    assert stand.emulator.labels(PRIVATE, number) == {"needs-os-check"}


def test_a_public_issue_is_left_alone(stand: Stand, figures: Figures) -> None:
    with stand.counted() as seen:
        number = stand.emulator.file(PUBLIC, "Anybody can read this", stand.body(SUPPORTED))
    figures["issue that the public can read"] = seen
    assert stand.told("run.public-issue") == 1
    assert seen.writes == []
    assert stand.emulator.labels(PUBLIC, number) == set()
    assert stand.emulator.comments(PUBLIC, number) == []


@pytest.mark.parametrize("page", ["shown", "hidden"])
@pytest.mark.parametrize("database", ["kept", "lost"])
def test_after_a_restart_no_second_comment_is_made(stand: Stand, page: str, database: str) -> None:
    """Whether the database is still there or not, and whether GitHub shows the bot's account or not."""
    number, _ = report(stand)
    written, _ = our_comment(stand, number)
    stand.stop()
    if database == "lost":
        stand.lose_database()
    if page == "hidden":
        stand.wire.faults({"kind": "hidden", "path": "^/users/", "times": 0})
    stand.start()
    with stand.counted() as seen:
        stand.emulator.edit(PRIVATE, number, body=stand.body(SUPPORTED))
    assert our_comment(stand, number)[0] == written
    assert f"POST /repositories/1/issues/{number}/comments" not in seen.writes
    assert stand.emulator.labels(PRIVATE, number) == IN


def test_every_request_names_the_version_and_the_client(stand: Stand) -> None:
    report(stand)
    told = {(one.api_version, one.agent) for one in stand.wire.journal()}
    assert told == {("2022-11-28", "xsa-scope")}
    assert stand.wire.checked() > 20
