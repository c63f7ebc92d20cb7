"""A report is filed: what is read, what is written, and which labels the tracker is given for it."""

from __future__ import annotations

import threading
from typing import Any, cast

import pytest

from tests.webhook.reconcile.house import House, unguarded
from webhook.cli.demo.reports import CRASH, LEAK
from webhook.comment import words

HYPERVISOR = {**CRASH, "target": "hypervisor"}
ITSELF = {**CRASH, "target": "self"}


def test_a_new_report_costs_three_reads_and_two_writes(house: House) -> None:
    house.know_labels()
    number = house.file(HYPERVISOR)
    assert house.run(number) == "done"
    assert sorted(house.reads) == ["comments", "issue", "visibility"]
    assert len(house.writes) == 2
    assert house.writes[1] == "write comment"
    assert house.place.labels(number) == {"xsa-candidate"}


@pytest.mark.parametrize(
    ("ticks", "label", "title"),
    [
        (HYPERVISOR, "xsa-candidate", "in-scope"),
        (ITSELF, "out-of-scope:1-self", "out-of-scope"),
        ({}, "needs-info", "needs-info"),
    ],
    ids=["in scope", "out of scope", "nothing ticked"],
)
def test_the_verdict_is_labelled_and_explained(house: House, ticks: dict[str, str], label: str, title: str) -> None:
    number = house.file(ticks)
    house.run(number)
    assert house.place.labels(number) == {label}
    said = house.place.said_by_us(number)
    assert words.TITLES[title] in said
    assert f"`{label}`" in said


def test_a_report_without_the_form_needs_info_and_is_told_how_to_give_it(house: House) -> None:
    number = house.place.file("A guest can crash the host.")
    house.run(number)
    assert house.place.labels(number) == {"needs-info"}
    assert words.NO_FORM in house.place.said_by_us(number)
    assert "crash the host" not in house.place.said_by_us(number)


def test_a_verdict_by_presumption_names_the_presumption(house: House) -> None:
    number = house.file(LEAK)
    house.run(number)
    assert house.place.labels(number) == {"xsa-candidate"}
    assert "shown_internal_only" in house.place.said_by_us(number)


def test_labels_that_the_tracker_lacks_are_made_with_colour_and_meaning(house: House) -> None:
    number = house.file(HYPERVISOR)
    house.run(number)
    defined = house.place.definitions()
    for label in house.policy.labels.values():
        assert defined[label.name] == (label.colour, label.description)
    assert house.writes.count("define label") == len(house.policy.labels)
    house.run(house.file(HYPERVISOR))
    assert "define label" not in house.writes
    assert "definitions" not in house.reads, "a look at the labels is good for an hour"


def test_a_label_that_is_there_in_other_case_is_adopted(house: House) -> None:
    number = house.file(HYPERVISOR)
    house.place.label(number, "tom", "XSA-Candidate")
    house.place.unlabel(number, "tom", "XSA-Candidate")
    house.run(number)
    assert house.place.labels(number) == {"XSA-Candidate"}
    assert "xsa-candidate" not in house.place.definitions()
    assert house.run(number) == "unchanged"
    house.correct(number, ITSELF)
    house.run(number)
    assert house.place.labels(number) == {"out-of-scope:1-self"}


def test_labels_of_others_stay_where_they_are(house: House) -> None:
    number = house.file(HYPERVISOR)
    house.place.label(number, "tom", "area: memory")
    house.run(number)
    house.correct(number, ITSELF)
    house.run(number)
    assert house.place.labels(number) == {"area: memory", "out-of-scope:1-self"}


def test_runs_that_need_labels_at_once_define_them_once(house: House) -> None:
    """Each from a thread of its own, on a tracker that has none of them yet."""
    forges = [house.place.factory() for _ in range(4)]
    found: list[object] = []
    threads = [
        threading.Thread(target=lambda f=forge: found.append(house.catalogue.ensure("here", f, cast("Any", unguarded))))
        for forge in forges
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    made = [path for method, path in house.place.asked(writes=True) if method == "POST" and path.endswith("/labels")]
    assert len(found) == len(forges)
    assert len(made) == len(house.policy.labels)
    for forge in forges:
        forge.close()


def test_an_answer_that_is_no_option_is_named_by_its_question_and_not_repeated(house: House) -> None:
    body = house.body(HYPERVISOR).replace("The hypervisor or the whole host", "The hyperviser")
    assert "hyperviser" in body
    number = house.place.file(body)
    house.run(number)
    said = house.place.said_by_us(number)
    assert "could not be read for sure" in said
    assert "**What does it hit?**" in said
    assert "hyperviser" not in said
