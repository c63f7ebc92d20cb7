"""Each comment with commands is answered once with a reaction; a reaction that fails is nobody's trouble."""

from __future__ import annotations

import re

import pytest

from tests.webhook.reconcile.house import House
from tests.webhook.reconcile.places import only_github, only_gitlab
from webhook.cli.demo.reports import CRASH, EMULATOR
from webhook.comment import words
from webhook.forges.port import LimitedError

HYPERVISOR = {**CRASH, "target": "hypervisor"}
GOOD = "/scope os linux not-vulnerable because it is not"
BAD = "/scope os linux not-vulnerable"
REACTIONS = r"/(reactions|award_emoji)$"


def asked(house: House, words_: str, person: str = "tom") -> tuple[int, int]:
    """A decided report, and a comment on it that commands something."""
    house.know_labels()
    number = house.file(EMULATOR)
    house.run(number)
    return number, house.say(number, words_, person)


@pytest.mark.parametrize(
    ("said", "person", "reaction"),
    [
        (GOOD, "tom", "+1"),
        ("/scope recheck", "rita", "+1"),
        (BAD, "tom", "confused"),
        (GOOD, "rita", "confused"),
        (f"{GOOD}\n\n{BAD}", "tom", "confused"),
    ],
    ids=["understood", "anyone's", "not understood", "not permitted", "one of two"],
)
def test_a_command_is_answered_with_a_reaction_once(house: House, said: str, person: str, reaction: str) -> None:
    number, comment = asked(house, said, person)
    assert house.run(number) == "done"
    assert house.place.reactions(number, comment) == {reaction}
    assert house.writes.count("react") == 1
    assert house.writes[-1] == "react", "what was asked for comes first"
    assert house.run(number) == "unchanged"
    assert house.writes == []


def test_a_comment_without_commands_is_not_answered(house: House) -> None:
    number, comment = asked(house, "Thank you. /scope is not alone on its line here.")
    house.run(number)
    assert house.place.reactions(number, comment) == set()


def test_a_finding_that_moves_no_label_costs_one_edit_and_one_reaction(house: House) -> None:
    number, _ = asked(house, GOOD)
    house.run(number)
    assert sorted(house.reads) == ["comments", "issue", "role", "visibility"]
    assert house.writes == ["edit comment", "react"]


@only_github
def test_an_override_on_github_costs_its_labels_one_edit_and_one_reaction(house: House) -> None:
    number, _ = asked(house, "/scope override needs-triage because two of us disagree")
    house.run(number)
    assert sorted(house.reads) == ["comments", "issue", "label events", "role", "visibility"]
    assert house.writes == ["add labels", "remove label", "edit comment", "react"]


@only_gitlab
def test_an_override_on_gitlab_costs_one_change_one_edit_and_one_reaction(house: House) -> None:
    number, _ = asked(house, "/scope override needs-triage because two of us disagree")
    house.run(number)
    assert sorted(house.reads) == ["comments", "issue", "label events", "role", "visibility"]
    assert house.writes == ["change issue", "edit comment", "react"]


def test_a_resume_that_was_carried_out_costs_no_further_look_at_the_events(house: House) -> None:
    number, _ = asked(house, "/scope override needs-triage because two of us disagree")
    house.run(number)
    house.say(number, "/scope resume")
    house.run(number)
    house.run(number)  # the notice that we took off is an event of its own
    assert house.run(number) == "unchanged"
    assert sorted(house.reads) == ["comments", "issue", "visibility"]


def test_a_comment_whose_commands_are_put_right_gets_the_other_reaction_too(house: House) -> None:
    number, comment = asked(house, BAD)
    house.run(number)
    house.pass_time()
    house.place.edit_comment(comment, "tom", GOOD)
    house.run(number)
    assert house.place.reactions(number, comment) == {"confused", "+1"}
    house.pass_time()
    house.place.edit_comment(comment, "tom", BAD)
    house.run(number)
    assert "react" not in house.writes, "it has both already"


@pytest.mark.parametrize("status", [404, 422])
def test_a_reaction_that_is_refused_fails_nothing_and_is_not_tried_again(house: House, status: int) -> None:
    number, comment = asked(house, GOOD)
    house.place.misbehave("error", status=status, method="POST", path=REACTIONS)
    assert house.run(number) == "done"
    assert house.writes == ["edit comment", "react"]
    assert house.place.reactions(number, comment) == set()
    assert house.run(number) == "unchanged"


def test_a_reaction_whose_answer_is_lost_is_given_once_more(house: House) -> None:
    number, comment = asked(house, GOOD)
    house.place.misbehave("cut", method="POST", path=REACTIONS, times=1)
    assert house.run(number) == "done"
    assert house.writes == ["edit comment", "react", "react"]
    assert house.place.reactions(number, comment) == {"+1"}
    assert house.run(number) == "unchanged"


def test_a_forge_that_fails_at_reactions_does_not_hold_the_issue_up(house: House) -> None:
    number, _ = asked(house, GOOD)
    house.place.misbehave("bad_gateway", method="POST", path=REACTIONS)
    house.run(number)
    assert house.run(number) == "unchanged"


def test_a_limit_met_at_a_reaction_is_obeyed_and_only_the_reaction_is_left_to_do(house: House) -> None:
    number, comment = asked(house, GOOD)
    house.place.misbehave("throttled", method="POST", path=REACTIONS, seconds=30, times=1)
    with pytest.raises(LimitedError):
        house.run(number)
    house.crashed()
    house.run(number, mark=False)
    assert house.writes == ["react"]
    assert house.place.reactions(number, comment) == {"+1"}


def test_no_reaction_is_given_where_the_public_can_read_by_then(house: House) -> None:
    number, comment = asked(house, GOOD)

    def turn() -> None:
        house.place.expose(number)
        house.pass_time(3)

    house.meddler.after["edit_comment"] = turn
    assert house.run(number) == "refused"
    assert house.place.reactions(number, comment) == set()


def test_help_lists_every_command_while_it_is_asked_for(house: House) -> None:
    number, comment = asked(house, "/scope help", "rita")
    assert words.HELP_TITLE not in house.place.said_by_us(number)
    house.run(number)
    said = house.place.said_by_us(number)
    assert words.HELP_TITLE in said
    assert "`dos_severity`" in said
    assert house.run(number) == "unchanged"
    house.place.delete_comment(comment, "rita")
    house.run(number)
    assert words.HELP_TITLE not in house.place.said_by_us(number)


def test_when_two_of_the_team_disagree_the_last_word_counts_and_both_are_shown(house: House) -> None:
    number, _ = asked(house, GOOD)
    house.say(number, "/scope os linux vulnerable because I have seen it", "mia")
    house.run(number)
    assert house.place.labels(number) == {"xsa-candidate"}
    said = house.place.said_by_us(number)
    title = house.policy.facts["os_linux"].title
    assert words.DIFFERENT.format(facts=title) in said
    assert re.search(r"the team \(\W*mia\W*\), against the team \(\W*tom\W*\): ", said)


# --- edited commands


def test_a_typo_put_right_does_not_bring_an_ended_override_back(house: House) -> None:
    number, comment = asked(house, "/scope override needs-triage because two of us disgaree")
    house.run(number)
    house.say(number, "/scope resume")
    house.run(number)
    house.pass_time()
    house.place.edit_comment(comment, "tom", "/scope override needs-triage because two of us disagree")
    house.run(number)
    assert house.place.labels(number) == {"needs-os-check"}
    assert house.place.reactions(number, comment) == {"+1"}
    assert words.REFUSED["too-late"] not in house.place.said_by_us(number)


def test_an_old_comment_edited_into_an_override_is_told_that_it_comes_too_late(house: House) -> None:
    number, comment = asked(house, "I think two of us disagree.")
    house.say(number, "/scope resume")
    house.run(number)
    house.pass_time()
    house.place.edit_comment(comment, "tom", "/scope override needs-triage because two of us disagree")
    house.run(number)
    assert house.place.labels(number) == {"needs-os-check"}
    assert house.place.reactions(number, comment) == {"confused"}
    assert words.REFUSED["too-late"] in house.place.said_by_us(number)
    assert house.run(number) == "unchanged"
