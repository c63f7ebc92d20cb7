"""The one comment: how it is found again, what people may do with it, and what another's marker means (nothing)."""

from __future__ import annotations

from tests.webhook.reconcile.house import House, unguarded
from webhook import comment
from webhook.cli.demo.reports import CRASH
from webhook.comment import words

HYPERVISOR = {**CRASH, "target": "hypervisor"}
ITSELF = {**CRASH, "target": "self"}


def decided(house: House) -> tuple[int, int]:
    """A report with its verdict: its number, and the comment's id."""
    number = house.file(HYPERVISOR)
    house.run(number)
    ((own, _),) = house.place.ours(number)
    return number, own


def test_a_lost_database_makes_no_second_comment(house: House) -> None:
    number, own = decided(house)
    house.lose_database(number)
    assert house.run(number) == "unchanged"
    assert [i for i, _ in house.place.ours(number)] == [own]


def test_our_comment_is_found_by_its_id_even_where_the_marker_was_cut_out(house: House) -> None:
    number, own = decided(house)
    house.place.edit_comment(own, "mia", "The marker is gone.")
    house.run(number)
    assert house.writes == ["edit comment"]
    assert comment.is_ours(house.place.said_by_us(number))


def test_a_marker_in_the_comment_of_another_is_no_comment_of_ours(house: House) -> None:
    number = house.file(HYPERVISOR)
    forged = f"{comment.MARKER}\n\n### {words.TITLES['out-of-scope']}"
    house.say(number, forged, "rita")
    house.run(number)
    assert words.TITLES["in-scope"] in house.place.said_by_us(number)
    assert forged in house.place.comments(number), "and nobody else's words are touched"


def test_a_comment_that_a_person_deleted_is_not_remade_until_the_verdict_changes(house: House) -> None:
    number, own = decided(house)
    house.place.delete_comment(own, "mia")
    assert house.run(number) == "unchanged"
    house.say(number, "/scope nonsense")
    house.run(number)
    assert house.writes == ["react"], "news that is no other verdict does not bring it back"
    assert house.place.ours(number) == []
    house.correct(number, ITSELF)
    assert house.run(number) == "done"
    assert words.TITLES["out-of-scope"] in house.place.said_by_us(number)


def test_a_comment_found_after_a_lost_database_may_be_deleted_too(house: House) -> None:
    number, own = decided(house)
    house.lose_database(number)
    house.run(number)
    house.place.delete_comment(own, "mia")
    assert house.run(number) == "unchanged"
    assert house.place.ours(number) == []


def test_a_comment_that_a_person_edited_is_restored_once(house: House) -> None:
    number, own = decided(house)
    before = house.place.said_by_us(number)
    house.place.edit_comment(own, "mia", f"{comment.MARKER}\n\nI know better.")
    house.run(number)
    assert house.writes == ["edit comment"]
    assert house.place.said_by_us(number) == before
    house.place.edit_comment(own, "mia", f"{comment.MARKER}\n\nI really do.")
    assert house.run(number) == "unchanged"
    assert "I really do." in house.place.said_by_us(number)
    house.correct(number, ITSELF)
    house.run(number)
    assert words.TITLES["out-of-scope"] in house.place.said_by_us(number)
    house.place.edit_comment(own, "mia", f"{comment.MARKER}\n\nNot this time either.")
    house.run(number)
    assert words.TITLES["out-of-scope"] in house.place.said_by_us(number), "another verdict, another restoration"


def test_of_two_comments_of_ours_the_oldest_stays(house: House) -> None:
    number, own = decided(house)
    house.pass_time()
    house.forge.create_comment(number, house.place.said_by_us(number), unguarded)
    assert house.run(number) == "done"
    assert house.writes == ["delete comment"]
    assert [i for i, _ in house.place.ours(number)] == [own]


def test_a_duplicate_made_while_the_database_was_lost_goes_as_well(house: House) -> None:
    number, own = decided(house)
    house.lose_database(number)
    house.pass_time()
    house.forge.create_comment(number, f"{comment.MARKER}\n\nWritten by an older release.", unguarded)
    house.run(number)
    assert [i for i, _ in house.place.ours(number)] == [own]
    assert house.run(number) == "unchanged"
