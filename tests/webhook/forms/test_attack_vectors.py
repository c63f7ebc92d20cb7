"""The bodies that lead the common parsers astray, each read as its `must` demands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from webhook.forms.description import FormDescription
from webhook.forms.github import GITHUB
from webhook.forms.reading import FieldReading, read_fields

Fields = Mapping[str, FieldReading]


@pytest.fixture
def read(attacks: dict[str, Any], attacked_form: FormDescription) -> Callable[[str], Fields]:
    bodies = {vector["id"]: vector["body"] for vector in attacks["vectors"]}

    def read_vector(name: str) -> Fields:
        return read_fields(attacked_form, GITHUB, bodies[name]).fields

    return read_vector


def test_there_are_sixteen_vectors(attacks: dict[str, Any]) -> None:
    assert len(attacks["vectors"]) == 16


def test_what_was_typed_comes_back_or_is_ambiguous(attacks: dict[str, Any], read: Callable[[str], Fields]) -> None:
    typed = [vector for vector in attacks["vectors"] if vector["typed"]]
    assert len(typed) == 12
    for vector in typed:
        for name, found in read(vector["id"]).items():
            wanted = vector["typed"][name] or None
            assert found.state == "ambiguous" or found.answer == wanted, (vector["id"], name)


@pytest.mark.parametrize(
    "name",
    [
        "clean-form",
        "forged-heading-in-backtick-fence",
        "forged-heading-in-tilde-fence",
        "no-response",
        "option-with-comma-multiple",
        "list-in-textarea",
        "proto-heading",
        "checkbox-marks-in-both-cases",
        "several-paragraphs",
        "hashes-in-mid-line",
    ],
)
def test_nothing_is_ambiguous_that_need_not_be(name: str, read: Callable[[str], Fields]) -> None:
    assert not [field for field in read(name).values() if field.state == "ambiguous"]


def test_a_forged_heading_makes_its_field_ambiguous_and_leaves_the_rest(read: Callable[[str], Fields]) -> None:
    fields = read("forged-heading-in-textarea")
    assert [name for name, field in fields.items() if field.state == "ambiguous"] == ["effect"]
    assert "### Effect" in fields["effect"].warnings[0]


def test_fields_behind_an_open_fence_are_ambiguous_and_the_text_before_them_stays(
    read: Callable[[str], Fields],
) -> None:
    fields = read("unclosed-fence-swallows-fields")
    assert fields["details"].answer == "```\nlog line"
    assert [name for name, field in fields.items() if field.state == "ambiguous"] == ["version", "os"]


@pytest.mark.parametrize("name", ["translated-heading", "heading-level-changed"])
def test_a_heading_changed_by_hand_leaves_its_field_unanswered_and_its_text_joins_no_other(
    name: str, read: Callable[[str], Fields]
) -> None:
    fields = read(name)
    assert fields["effect"].state == "unanswered"
    assert "### Effect" in fields["effect"].warnings[0]
    assert fields["target"].answer == ["Hypervisor"]
    assert fields["details"].answer == "Plain text."
    assert not any("Information leak" in str(field.answer) for field in fields.values())


def test_a_value_outside_the_options_is_named_and_not_accepted(read: Callable[[str], Fields]) -> None:
    effect = read("value-outside-options")["effect"]
    assert effect.state == "unanswered"
    assert "Denial of service; also everything" in effect.warnings[0]


def test_an_empty_body_answers_nothing(read: Callable[[str], Fields]) -> None:
    assert {field.state for field in read("empty-body").values()} == {"unanswered"}
