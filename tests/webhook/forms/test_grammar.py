"""How any form is read from a body as GitHub stores it: the plain cases, and each way in which a body can be off."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pytest

from webhook.forms.description import FormDescription, FormError
from webhook.forms.github import GITHUB
from webhook.forms.github_yaml import description_from_github_yaml
from webhook.forms.reading import FieldReading, read_fields
from webhook.forms.render import github_body

YAML = """
body:
- {type: markdown, attributes: {value: Hello}}
- {type: dropdown, id: kind, attributes: {label: Kind, options: [Bug, Wish]}}
- {type: dropdown, id: parts, attributes: {label: "Parts ", multiple: true, options: [core, "core, old", tools, Yes]}}
- {type: textarea, id: story, attributes: {label: Story}}
- {type: input, id: version, attributes: {label: "Version #"}}
- {type: textarea, id: log, attributes: {label: Log, render: shell}}
- {type: checkboxes, id: done, attributes: {label: "Done *so far*", options: [{label: Read}, {label: Searched}]}}
- {type: dropdown, id: colour, attributes: {label: Colour, options: [red, blue]}}
"""
ANSWERS: Mapping[str, str | list[str]] = {
    "kind": "Bug",
    "parts": ["core, old", "Yes"],
    "story": "Once.",
    "version": "4.19",
    "log": "a\nb",
    "done": ["Read"],
    "colour": "red",
}


@dataclass(frozen=True)
class Read:
    fields: Mapping[str, FieldReading]

    def answer(self, name: str) -> str | list[str] | None:
        return self.fields[name].answer

    def in_state(self, state: str) -> list[str]:
        return [name for name, field in self.fields.items() if field.state == state]


@pytest.fixture(scope="module")
def form() -> FormDescription:
    return description_from_github_yaml(YAML)


def body(form: FormDescription, **changed: str | list[str]) -> str:
    return github_body(form, {**ANSWERS, **changed})


def read(form: FormDescription, text: str | None) -> Read:
    return Read(read_fields(form, GITHUB, text).fields)


def test_a_filled_form_is_read_as_it_was_filled(form: FormDescription) -> None:
    assert {name: field.answer for name, field in read(form, body(form)).fields.items()} == ANSWERS


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_line_ends_make_no_difference(form: FormDescription, end: str) -> None:
    assert read(form, body(form).replace("\n", end)) == read(form, body(form))


def test_a_null_body_answers_nothing(form: FormDescription) -> None:
    assert read(form, None).in_state("unanswered") == list(ANSWERS)


def test_a_form_left_empty_answers_nothing_and_warns_of_nothing(form: FormDescription) -> None:
    fields = read(form, github_body(form, {})).fields
    assert {(field.state, field.warnings) for field in fields.values()} == {("unanswered", ())}


def test_none_is_no_answer_in_a_dropdown_and_a_word_in_a_line(form: FormDescription) -> None:
    found = read(form, body(form, kind="none", parts="None", version="None"))
    assert found.in_state("unanswered") == ["kind", "parts"]
    assert found.answer("version") == "None"


def test_options_are_the_text_that_people_see() -> None:
    form = description_from_github_yaml("body: [{type: dropdown, attributes: {label: L, options: [Yes, 1.10, on]}}]")
    assert form.fields[0].options == ("Yes", "1.10", "on")


def test_choices_that_can_be_read_in_two_ways_are_ambiguous() -> None:
    form = description_from_github_yaml(
        'body: [{type: dropdown, id: p, attributes: {label: P, multiple: true, options: [a, b, "a, b"]}}]'
    )
    assert read(form, "### P\n\na, b").in_state("ambiguous") == ["p"]
    assert read(form, "### P\n\nb, a").answer("p") == ["b", "a"]


@pytest.mark.parametrize("value", ["Bug.", "bug", "Bug, Wish", "Bug\n\nand more", "> Bug", "`Bug`"])
def test_what_is_not_an_option_as_a_whole_is_no_answer(form: FormDescription, value: str) -> None:
    kind = read(form, body(form, kind=value)).fields["kind"]
    assert kind.state == "unanswered"
    assert kind.warnings == (f'"{value}" is not one of the options',)


@pytest.mark.parametrize("value", ["core, core", "core,tools", "core, ", "core; tools", "old"])
def test_several_choices_must_be_options_throughout(form: FormDescription, value: str) -> None:
    assert read(form, body(form, parts=value)).fields["parts"].state == "unanswered"


class TestBoxes:
    def read(self, form: FormDescription, boxes: str) -> FieldReading:
        text = body(form).replace("- [x] Read\n- [ ] Searched", boxes)
        return read(form, text).fields["done"]

    def test_hands_may_change_how_a_box_looks(self, form: FormDescription) -> None:
        assert self.read(form, "- [X] Read\n- [] Searched").answer == ["Read"]
        assert self.read(form, "* [x] Read\n\n* [x] Searched").answer == ["Read", "Searched"]

    def test_a_ticked_box_that_the_form_does_not_have_is_named(self, form: FormDescription) -> None:
        found = self.read(form, "- [x] Read\n- [x] Slept")
        assert found.state == "unanswered"
        assert "Slept" in found.warnings[0]

    def test_an_empty_box_that_the_form_does_not_have_says_nothing(self, form: FormDescription) -> None:
        found = self.read(form, "- [x] Read\n- [ ] Slept")
        assert found.answer == ["Read"]
        assert "Slept" in found.warnings[0]

    def test_a_box_that_is_there_twice_is_ambiguous(self, form: FormDescription) -> None:
        assert self.read(form, "- [x] Read\n- [ ] Read").state == "ambiguous"

    @pytest.mark.parametrize(
        "boxes", ["- [x] Read\n\nand more", "```\n- [x] Read\n```", "> - [x] Read", "- \\[x] Read", "<pre>\n- [x] Read"]
    )
    def test_boxes_in_other_text_are_no_answer(self, form: FormDescription, boxes: str) -> None:
        found = self.read(form, boxes)
        assert found.state in ("unanswered", "ambiguous")
        assert found.warnings


class TestFreeText:
    @pytest.mark.parametrize(
        "typed",
        [
            "    code first",
            "### My own heading\n\ntext",
            "# One\n\n## Two\n\nThree\n===\n\n#### Four",
            "```\n### Version #\n```",
            "- [x] Read\n- [ ] Searched",
            "<!-- ### Colour -->",
            "> ### Colour\n>\n> blue",
            "| a |\n|---|\n| ### Colour |",
            "see ### Colour\n\n    ### Colour",
            "\u2028 \x85 \x0c a",
        ],
    )
    def test_it_comes_back_whole_and_disturbs_nothing(self, form: FormDescription, typed: str) -> None:
        found = read(form, body(form, story=typed))
        assert found.answer("story") in (typed.strip(), None)
        assert found.in_state("unanswered") == []
        assert {name: found.answer(name) for name in ("kind", "parts", "log", "done", "colour")} == {
            name: ANSWERS[name] for name in ("kind", "parts", "log", "done", "colour")
        }

    def test_a_line_may_look_like_a_heading(self, form: FormDescription) -> None:
        assert read(form, body(form, version="### 4.19")).answer("version") == "### 4.19"

    def test_a_fence_around_it_is_the_forms(self, form: FormDescription) -> None:
        assert read(form, body(form, log="### x\n  y")).answer("log") == "### x\n  y"
        assert read(form, body(form, log="")).fields["log"].state == "unanswered"

    def test_a_fence_in_the_fenced_field_hides_and_forges_nothing(self, form: FormDescription) -> None:
        found = read(form, body(form, log="a\n```\nb"))
        assert found.answer("log") == "a\n```\nb"
        assert found.in_state("ambiguous") == ["done", "colour"]


class TestForgeries:
    """Only fields whose heading was typed again may become ambiguous; none may change."""

    @pytest.mark.parametrize(
        "heading",
        ["### Colour", "### Colour ###", "   ### Colour", "###\tColour", "###    Colour  "],
    )
    def test_a_later_heading_typed_before_it_stands(self, form: FormDescription, heading: str) -> None:
        found = read(form, body(form, story=f"x\n\n{heading}\n\nblue"))
        assert found.in_state("ambiguous") == ["colour"]

    @pytest.mark.parametrize(
        "heading", ["### colour", "### Col&#111;ur", "### **Colour**", "### \\Colour", "#### Colour"]
    )
    def test_what_is_not_the_label_to_the_letter_is_text(self, form: FormDescription, heading: str) -> None:
        typed = f"x\n\n{heading}\n\nblue"
        found = read(form, body(form, story=typed))
        assert found.in_state("ambiguous") == []
        assert found.answer("story") == typed

    @pytest.mark.parametrize(
        "opening", ["```", "~~~~", "<!--", "<pre>", "<script>", "<?", "<![CDATA[", "- " * 12 + "x"]
    )
    def test_a_block_left_open_loses_no_field_in_silence(self, form: FormDescription, opening: str) -> None:
        found = read(form, body(form, story=f"### Colour\n\nblue\n\n{opening}"))
        assert found.answer("colour") is None
        assert found.in_state("unanswered") == []
        assert {"version", "colour"} <= set(found.in_state("ambiguous"))

    def test_a_whole_form_pasted_into_the_text_makes_its_fields_ambiguous(self, form: FormDescription) -> None:
        found = read(form, body(form, story=body(form, kind="Wish", colour="blue")))
        assert found.in_state("answered") == []

    def test_a_whole_form_pasted_in_a_fence_is_just_text(self, form: FormDescription) -> None:
        pasted = f"~~~~\n{github_body(form, {'kind': 'Wish', 'colour': 'blue', 'story': 'x'})}\n~~~~"
        found = read(form, body(form, story=pasted))
        assert (found.answer("kind"), found.answer("parts")) == (ANSWERS["kind"], ANSWERS["parts"])
        assert found.answer("colour") in (ANSWERS["colour"], None)
        assert found.in_state("unanswered") == []


class TestEditedByHand:
    def test_a_missing_heading_is_named(self, form: FormDescription) -> None:
        found = read(form, body(form).replace("### Colour\n\nred", ""))
        assert found.in_state("unanswered") == ["colour"]
        assert "### Colour" in found.fields["colour"].warnings[0]

    def test_two_fields_swapped_are_both_ambiguous(self, form: FormDescription) -> None:
        text = body(form)
        kind, parts = "### Kind\n\nBug\n\n", "### Parts \n\ncore, old, Yes\n\n"
        assert kind + parts in text
        found = read(form, text.replace(kind + parts, parts + kind))
        assert found.in_state("ambiguous") == ["kind", "parts"]

    def test_one_field_moved_far_away_is_ambiguous_alone(self, form: FormDescription) -> None:
        text = "### Colour\n\nred\n\n" + body(form).replace("\n\n### Colour\n\nred", "")
        assert read(form, text).in_state("ambiguous") == ["colour"]

    def test_text_before_the_form_does_no_harm(self, form: FormDescription) -> None:
        assert read(form, "Hello,\n\n" + body(form)).in_state("answered") == list(ANSWERS)

    def test_a_renamed_heading_whose_copy_was_typed_before_it_is_ambiguous(self, form: FormDescription) -> None:
        text = body(form, story="x\n\n### Done *so far*\n\n- [x] Searched").replace(
            "### Done *so far*\n\n- [x] Read", "### Done until now\n\n- [x] Read"
        )
        assert read(form, text).fields["done"].state == "ambiguous"

    def test_a_text_that_may_hold_a_renamed_field_is_ambiguous(self, form: FormDescription) -> None:
        found = read(form, body(form).replace("### Version #", "### Ausgabe"))
        assert found.fields["story"].state == "ambiguous"
        assert found.fields["version"].state == "unanswered"

    def test_a_line_keeps_what_stands_before_a_renamed_heading(self, form: FormDescription) -> None:
        found = read(form, body(form).replace("### Log", "### Protokoll"))
        assert found.answer("version") == "4.19"
        assert found.fields["log"].state == "unanswered"


class TestForms:
    @pytest.mark.parametrize(
        ("text", "told"),
        [
            ("a: [", "not YAML"),
            ("- a", "no list called `body`"),
            ("body: {}", "no list called `body`"),
            ("body: [x]", "body[0] is no mapping"),
            ("body: [{type: input}]", "body[0] has no label"),
            ("body: [{type: input, attributes: {label: ' '}}]", "has no"),
            ("body: [{type: dropdown, attributes: {label: L, options: x}}]", "`options` is no list"),
            ("body: [{type: dropdown, attributes: {label: L, options: [[x]]}}]", "an option is no text"),
            (
                "body: [{type: input, id: a, attributes: {label: L}}, {type: input, id: a, attributes: {label: M}}]",
                "2 fields have the id 'a'",
            ),
            (
                "body: [{type: input, id: a, attributes: {label: L}}, {type: input, id: b, attributes: {label: 'L '}}]",
                "2 fields have the label 'L'",
            ),
        ],
    )
    def test_a_form_that_cannot_be_read_with_is_told(self, text: str, told: str) -> None:
        with pytest.raises(FormError) as error:
            description_from_github_yaml(text)
        assert told in str(error.value)

    def test_an_upload_and_kinds_to_come_are_free_text(self) -> None:
        form = description_from_github_yaml("body: [{type: upload, attributes: {label: Your files}}]")
        assert [(field.id, field.kind) for field in form.fields] == [("your_files", "text")]

    def test_labels_that_look_the_same_as_headings_answer_for_none(self) -> None:
        form = description_from_github_yaml(
            "body: [{type: input, id: a, attributes: {label: L}}, {type: input, id: b, attributes: {label: 'L #'}}]"
        )
        assert read(form, "### L\n\nx\n\n### L #\n\ny").in_state("answered") == []


def test_a_body_of_a_megabyte_is_read_in_one_pass(form: FormDescription) -> None:
    story = "### Colour\n\n- [x] Read\n\n```\n> a\n```\n\n" * 25_000
    found = read(form, body(form, story=story))
    assert found.in_state("ambiguous") == ["colour"]
    assert found.answer("story") == story.strip()


def test_nul_and_a_byte_order_mark_do_no_harm(form: FormDescription) -> None:
    found = read(form, "\ufeff" + body(form, story="a\x00b"))
    assert found.answer("story") == "a\x00b"
    assert found.in_state("answered") == list(ANSWERS)


def test_a_reading_never_shows_its_words_by_accident(form: FormDescription) -> None:
    assert "Once." not in repr(read_fields(form, GITHUB, body(form)))
