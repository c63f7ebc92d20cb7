"""The difference between what an issue should carry and what it carries."""

from __future__ import annotations

from dataclasses import replace

from webhook.plan import Acknowledgement, CommentChange, Desired, LabelChange, Observed, Reaction, plan

DESIRED = Desired({"xsa-candidate": "verdict"}, "digest-1")


def test_an_issue_that_is_as_it_should_be_needs_nothing() -> None:
    here = Observed(frozenset({"xsa-candidate", "bug"}), frozenset({"xsa-candidate"}), ((7, "digest-1"),))
    assert not plan(DESIRED, here)


def test_a_new_issue_gets_its_label_and_its_comment() -> None:
    slip = plan(DESIRED, Observed(frozenset({"bug"}), frozenset(), ()))
    assert slip.labels == (LabelChange("xsa-candidate", add=True, why="verdict"),)
    assert slip.comments == (CommentChange("create"),)


def test_our_label_that_no_longer_holds_goes_and_a_strangers_stays() -> None:
    here = Observed(frozenset({"needs-info", "out-of-scope"}), frozenset({"needs-info"}), ((7, "digest-1"),))
    slip = plan(DESIRED, here)
    assert slip.add == ("xsa-candidate",)
    assert slip.remove == ("needs-info",)


def test_a_label_in_another_case_is_the_same_label() -> None:
    here = Observed(frozenset({"XSA-Candidate"}), frozenset({"xsa-candidate"}), ((7, "digest-1"),))
    assert not plan(DESIRED, here)


def test_a_comment_that_says_something_else_is_edited_and_never_written_twice() -> None:
    here = Observed(frozenset({"xsa-candidate"}), frozenset(), ((7, "digest-0"),))
    assert plan(DESIRED, here).comments == (CommentChange("edit", 7),)


def test_of_two_comments_of_ours_the_oldest_is_kept() -> None:
    here = Observed(frozenset({"xsa-candidate"}), frozenset(), ((7, "digest-1"), (9, "digest-1")))
    assert plan(DESIRED, here).comments == (CommentChange("delete", 9),)


def test_a_comment_that_a_person_deleted_is_not_remade_while_the_verdict_stands() -> None:
    here = Observed(frozenset({"xsa-candidate"}), frozenset(), (), hands_off=True)
    assert not plan(DESIRED, here)


def test_a_comment_that_people_keep_editing_is_left_alone_while_the_verdict_stands() -> None:
    here = Observed(frozenset({"xsa-candidate"}), frozenset(), ((7, "digest-0"),), hands_off=True)
    assert not plan(DESIRED, here)


def test_a_reaction_is_given_once_and_another_beside_it_when_the_result_changes() -> None:
    def slip(reaction: Reaction, *given: tuple[int, str]) -> tuple[Acknowledgement, ...]:
        here = Observed(frozenset({"xsa-candidate"}), frozenset(), ((7, "digest-1"),), acknowledged=frozenset(given))
        return plan(replace(DESIRED, reactions={9: reaction}), here).reactions

    assert slip("+1") == (Acknowledgement(9, "+1"),)
    assert slip("+1", (8, "+1"), (9, "confused")) == (Acknowledgement(9, "+1"),)
    assert slip("confused", (9, "+1"), (9, "confused")) == ()
