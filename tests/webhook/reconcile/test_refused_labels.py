"""Labels that a tracker does not let us set: the others are set, it is said once, and nobody goes round in circles."""

from __future__ import annotations

from tests.webhook.forges.worlds import PROJECT
from tests.webhook.reconcile.house import House
from tests.webhook.reconcile.places import Lab, only_gitlab
from webhook.cli.demo.reports import CRASH
from webhook.forges.port import RefusedError
from webhook.reconcile.catalogue import LABELS_KNOWN_SECONDS

HYPERVISOR = {**CRASH, "target": "hypervisor"}
BOTH_WRONG = {**CRASH, "target": "self", "feature_status": "experimental"}
NOTICE = "does not let these labels be set"


def archive(house: House, *, archived: bool = True) -> None:
    assert isinstance(house.place, Lab)
    house.place.forge.archive_label(PROJECT, "out-of-scope:1-self", archived=archived)


@only_gitlab
def test_an_archived_label_is_left_out_and_told_and_the_others_are_set(house: House) -> None:
    house.know_labels()
    archive(house)
    house.catalogue.forget(f"{house.place.kind}:{PROJECT}")
    number = house.file(BOTH_WRONG)
    assert house.run(number) == "done"
    assert house.writes == ["change issue", "write comment"]
    assert house.place.labels(number) == {"out-of-scope:3-unsupported"}
    said = house.place.said_by_us(number)
    assert NOTICE in said
    assert "`out-of-scope:1-self`" in said
    assert house.run(number) == "unchanged"
    assert sorted(house.reads) == ["comments", "issue", "visibility"]


@only_gitlab
def test_a_label_archived_since_we_looked_costs_one_more_run(house: House) -> None:
    house.know_labels()
    archive(house)
    number = house.file(BOTH_WRONG)
    assert house.run(number) == "later"
    assert house.place.labels(number) == {"out-of-scope:3-unsupported"}
    house.pass_time(5)
    assert house.run(number, mark=False) == "done"
    assert house.writes == ["write comment"]
    assert NOTICE in house.place.said_by_us(number)
    assert house.store.next_ready() is None


@only_gitlab
def test_a_label_deleted_since_we_looked_is_made_again_and_set(house: House) -> None:
    house.know_labels()
    number = house.file(BOTH_WRONG)
    assert isinstance(house.place, Lab)
    house.place.forge.delete_label(PROJECT, "out-of-scope:1-self")
    if house.run(number) == "later":  # where the bot may not create labels in passing
        house.pass_time(5)
        house.run(number, mark=False)
    assert house.place.labels(number) == {"out-of-scope:1-self", "out-of-scope:3-unsupported"}


@only_gitlab
def test_a_label_that_is_back_is_set_after_the_next_look(house: House) -> None:
    house.know_labels()
    archive(house)
    house.catalogue.forget(f"{house.place.kind}:{PROJECT}")
    number = house.file(BOTH_WRONG)
    house.run(number)
    archive(house, archived=False)
    house.pass_hours(LABELS_KNOWN_SECONDS / 3600)
    house.run(number)
    assert house.place.labels(number) == {"out-of-scope:1-self", "out-of-scope:3-unsupported"}
    assert NOTICE not in house.place.said_by_us(number)


@only_gitlab
def test_an_issue_that_carries_a_label_archived_later_keeps_it_without_a_word(house: House) -> None:
    house.know_labels()
    number = house.file(BOTH_WRONG)
    house.run(number)
    archive(house)
    assert house.run(number) == "unchanged"


def test_a_label_that_is_dropped_for_no_reason_we_can_see_is_tried_twice_and_then_told(house: House) -> None:
    house.know_labels()
    number = house.file(HYPERVISOR)
    endings = []
    for tries in range(3):
        house.meddler.before["change_labels"] = dropped
        endings.append(house.run(number, mark=tries == 0))
        house.pass_time(5)
    assert endings == ["later", "later", "done"]
    assert house.writes == ["write comment"]
    assert NOTICE in house.place.said_by_us(number)


def dropped() -> None:
    raise RefusedError("labels not attached", labels=["xsa-candidate"])


def test_a_label_that_may_not_be_defined_holds_up_no_other(house: House) -> None:
    house.place.misbehave("error", status=422, method="POST", path=r"/projects/\d+/labels$|/repositories/\d+/labels$")
    number = house.file(HYPERVISOR)
    assert house.run(number) == "done"
    assert house.place.labels(number) == set()
    assert NOTICE in house.place.said_by_us(number)
    assert house.run(number) == "unchanged"
