"""Whose labels they are, and whether a person's decision is in force."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pytest

from webhook.answers import Origin
from webhook.commands import CONTESTED, OVERRIDDEN, Override, Resume
from webhook.hands import Hands, Judged, Left, Scene, judge
from webhook.issue import LabelEvent, Person, Role

START = datetime(2026, 11, 1, tzinfo=UTC)
BOT, MAINTAINER, REPORTER = Person(1, "scope[bot]"), Person(2, "ada"), Person(3, "rex")
MANAGED = frozenset({"xsa-candidate", "needs-info", "out-of-scope", CONTESTED, OVERRIDDEN})


def at(minute: int) -> datetime:
    return START + timedelta(minutes=minute)


def added(label: str, by: Person | None, minute: int, number: int | None = None) -> LabelEvent:
    return LabelEvent(label, added=True, actor=by, at=at(minute), id=number)


def removed(label: str, by: Person | None, minute: int, number: int | None = None) -> LabelEvent:
    return LabelEvent(label, added=False, actor=by, at=at(minute), id=number)


def override(label: str, minute: int, *, edited: bool = False) -> Override:
    return Override(label, Origin(MAINTAINER.id, MAINTAINER.login, 100 + minute, 1, at(minute), edited))


def resume(minute: int, *, edited: bool = False) -> Resume:
    return Resume(Origin(MAINTAINER.id, MAINTAINER.login, 100 + minute, 1, at(minute), edited))


def role(person: Person) -> Role:
    return Role.TRIAGE if person == MAINTAINER else Role.READ


def look(
    observed: Iterable[str],
    *,
    desired: Iterable[str] = ("needs-info",),
    left: Left | None = None,
    words: Iterable[Override | Resume] = (),
    events: Iterable[LabelEvent] | None = None,
) -> Hands:
    def ask() -> list[LabelEvent]:
        assert events is not None, "the events were asked for although nothing changed"
        return list(events)

    return judge(
        Scene(
            observed=frozenset(observed),
            managed=MANAGED,
            desired=frozenset(desired),
            left=left or Left(),
            words=tuple(words),
            us=frozenset({BOT.id}),
            events=ask,
            role=role,
        )
    )


def test_an_issue_as_we_left_it_costs_no_question_and_all_is_ours() -> None:
    hands = look(["needs-info", "their-own"], left=Left(labels=frozenset({"needs-info"})))
    assert hands.intervention is None
    assert hands.removable == {"needs-info"}


def test_a_new_issue_without_managed_labels_costs_no_question() -> None:
    assert look(["bug"]).removable == frozenset()


def test_a_maintainer_who_swaps_our_label_pauses_the_issue_and_nothing_is_ours_to_remove() -> None:
    hands = look(
        ["xsa-candidate"],
        left=Left(labels=frozenset({"needs-info"})),
        events=[
            added("needs-info", BOT, 1),
            removed("needs-info", MAINTAINER, 5),
            added("xsa-candidate", MAINTAINER, 6),
        ],
    )
    assert hands.intervention is not None
    assert (hands.intervention.kind, hands.intervention.label) == ("hand", "xsa-candidate")
    assert hands.intervention.login == "ada"
    assert hands.removable == frozenset()


def test_a_label_set_by_the_reporter_is_treated_as_ours() -> None:
    hands = look(["xsa-candidate"], events=[added("xsa-candidate", REPORTER, 0)])
    assert hands.intervention is None
    assert hands.removable == {"xsa-candidate"}


def test_labels_are_compared_without_regard_to_case_and_named_as_the_catalogue_does() -> None:
    hands = look(["XSA-Candidate"], events=[added("XSA-Candidate", REPORTER, 0)])
    assert hands.removable == {"xsa-candidate"}


def test_a_lost_ledger_is_rebuilt_from_events_that_were_our_own() -> None:
    hands = look(["xsa-candidate"], events=[added("xsa-candidate", BOT, 0)])
    assert hands.intervention is None
    assert hands.removable == {"xsa-candidate"}


def test_resume_hands_back_what_a_maintainer_changed_before_it() -> None:
    hands = look(
        ["xsa-candidate", OVERRIDDEN],
        left=Left(labels=frozenset({OVERRIDDEN}), overridden=True),
        words=[resume(9)],
        events=[added("xsa-candidate", MAINTAINER, 6), added(OVERRIDDEN, BOT, 7)],
    )
    assert hands.intervention is None
    assert hands.removable == {"xsa-candidate", OVERRIDDEN}


def test_a_change_after_resume_pauses_again() -> None:
    hands = look(
        ["xsa-candidate"],
        words=[resume(9)],
        events=[added("needs-info", MAINTAINER, 6), added("xsa-candidate", MAINTAINER, 10)],
    )
    assert hands.intervention is not None
    assert hands.intervention.label == "xsa-candidate"


@pytest.mark.parametrize("remover", [MAINTAINER, BOT, None])
def test_removing_the_overridden_label_ends_the_override(remover: Person | None) -> None:
    hands = look(
        ["xsa-candidate"],
        left=Left(labels=frozenset({OVERRIDDEN}), overridden=True),
        events=[
            added("xsa-candidate", MAINTAINER, 6),
            added(OVERRIDDEN, BOT, 7),
            removed(OVERRIDDEN, remover, 8),
        ],
    )
    assert hands.intervention is None
    assert hands.removable == {"xsa-candidate"}


def test_an_override_by_command_is_in_force_until_it_is_ended_and_our_other_labels_go() -> None:
    hands = look(
        ["needs-info"],
        left=Left(labels=frozenset({"needs-info"})),
        words=[override("out-of-scope", 4)],
        events=[added("needs-info", BOT, 1)],
    )
    assert hands.intervention is not None
    assert (hands.intervention.kind, hands.intervention.label) == ("command", "out-of-scope")
    assert hands.intervention.comment == 104
    assert hands.removable == {"needs-info"}


def test_the_later_of_two_decisions_is_in_force() -> None:
    words = [override("out-of-scope", 4)]
    by_hand = look(["xsa-candidate"], words=words, events=[added("xsa-candidate", MAINTAINER, 6)])
    by_word = look(["xsa-candidate"], words=words, events=[added("xsa-candidate", MAINTAINER, 2)])
    assert by_hand.intervention is not None
    assert by_hand.intervention.kind == "hand"
    assert by_word.intervention is not None
    assert by_word.intervention.kind == "command"


def test_an_override_ends_when_the_labels_equal_what_the_verdict_sets_and_stays_ended() -> None:
    events = [added("xsa-candidate", MAINTAINER, 6), added(OVERRIDDEN, BOT, 7)]
    ended = look(
        ["xsa-candidate", OVERRIDDEN],
        desired=["xsa-candidate"],
        left=Left(labels=frozenset({OVERRIDDEN}), overridden=True),
        events=events,
    )
    assert ended.intervention is None
    later = look(
        ["xsa-candidate"],
        desired=["needs-info"],
        left=Left(labels=frozenset(), judged=ended.judged),
        events=events,
    )
    assert later.intervention is None


def test_taking_the_contested_label_off_confirms_and_pauses_nothing() -> None:
    hands = look(
        ["out-of-scope"],
        desired=["out-of-scope", CONTESTED],
        left=Left(labels=frozenset({"out-of-scope", CONTESTED})),
        events=[added(CONTESTED, BOT, 1), removed(CONTESTED, MAINTAINER, 3)],
    )
    assert hands.intervention is None
    assert hands.confirmed


def test_a_reporter_cannot_confirm() -> None:
    hands = look(
        ["out-of-scope"],
        desired=["out-of-scope", CONTESTED],
        left=Left(labels=frozenset({"out-of-scope", CONTESTED})),
        events=[added(CONTESTED, BOT, 1), removed(CONTESTED, REPORTER, 3)],
    )
    assert not hands.confirmed


def test_a_change_by_an_account_that_is_gone_pauses_nothing() -> None:
    hands = look(["xsa-candidate"], events=[added("xsa-candidate", None, 1)])
    assert hands.intervention is None


# --- within one second, and twice the same


def test_a_change_in_the_second_of_one_already_judged_is_known_by_its_number() -> None:
    events = [removed("needs-info", MAINTAINER, 5, 70), added("needs-info", MAINTAINER, 5, 71)]
    judged = look(["needs-info"], events=events, words=[resume(4)]).judged
    assert (judged.event, judged.comment) == (71, 104)
    hands = look(
        [],
        left=Left(labels=frozenset({"needs-info"}), judged=judged),
        words=[resume(4)],
        events=[*events, removed("needs-info", MAINTAINER, 5, 72)],
    )
    assert hands.intervention is not None
    assert not hands.intervention.added


def test_events_of_one_second_follow_each_other_by_their_numbers() -> None:
    hands = look(
        ["xsa-candidate"],
        events=[added("xsa-candidate", MAINTAINER, 5, 73), removed("needs-info", MAINTAINER, 5, 72)],
    )
    assert hands.intervention is not None
    assert hands.intervention.label == "xsa-candidate"


def test_an_override_in_the_second_in_which_the_notice_of_another_came_off_is_in_force() -> None:
    hands = look([], words=[override("out-of-scope", 8)], events=[removed(OVERRIDDEN, BOT, 8, 80)])
    assert hands.intervention is not None
    assert hands.intervention.kind == "command"


def test_what_was_over_before_a_label_was_deleted_is_told_by_time_where_there_are_no_numbers_yet() -> None:
    left = Left(labels=frozenset({"xsa-candidate"}), judged=Judged(until=at(9)))
    assert look([], left=left, events=[removed("xsa-candidate", MAINTAINER, 8, 80)]).intervention is None
    assert look([], left=left, events=[removed("xsa-candidate", MAINTAINER, 10, 81)]).intervention is not None


def test_commands_that_were_judged_cost_no_further_question() -> None:
    judged = look([], words=[override("needs-info", 3), resume(4)], events=[]).judged
    again = look([], words=[override("needs-info", 3), resume(4)], left=Left(judged=judged))
    assert again.intervention is None
    assert not again.resumed


def test_only_a_resume_nobody_has_judged_is_news() -> None:
    assert look([], words=[resume(4)], events=[]).resumed
    assert not look([], words=[override("out-of-scope", 4)], events=[]).resumed


# --- machines


def test_another_machine_decides_nothing_whatever_its_role() -> None:
    machine = Person(MAINTAINER.id, MAINTAINER.login, bot=True)
    hands = look(["xsa-candidate"], events=[added("xsa-candidate", machine, 6)])
    assert hands.intervention is None
    assert hands.by_others == {"xsa-candidate"}


def test_who_changed_a_label_last_is_told_label_by_label() -> None:
    hands = look(
        ["xsa-candidate"],
        events=[
            added("XSA-Candidate", REPORTER, 1),
            removed("xsa-candidate", BOT, 2),
            added("needs-info", BOT, 3),
            removed("needs-info", None, 4),
        ],
    )
    assert hands.by_others == {"needs-info"}


# --- edited commands


@pytest.mark.parametrize(
    ("words", "belated"),
    [
        ([override("out-of-scope", 4, edited=True)], []),
        ([override("out-of-scope", 4, edited=True), resume(5)], [104]),
        ([override("out-of-scope", 4), resume(5)], []),
        ([override("out-of-scope", 4), resume(5, edited=True)], []),
        ([resume(3, edited=True), override("out-of-scope", 4)], [103]),
        ([override("needs-triage", 3, edited=True), override("out-of-scope", 4)], [103]),
    ],
    ids=[
        "in force",
        "before a resume",
        "never edited",
        "a resume that hands back",
        "a resume before an override",
        "before another override",
    ],
)
def test_an_edited_command_that_is_over_is_told_apart(words: list[Override | Resume], belated: list[int]) -> None:
    assert [word.origin.comment for word in look([], words=words, events=[]).belated] == belated


def test_an_edit_never_revives_an_override_that_was_judged() -> None:
    judged = look([], words=[override("out-of-scope", 3), resume(4)], events=[]).judged
    again = look([], words=[override("out-of-scope", 3, edited=True)], left=Left(judged=judged))
    assert again.intervention is None, "not even where the resume has been deleted since"
    assert [word.origin.comment for word in again.belated] == [103]
