"""How our form is read from a GitLab description, after hands and the rich-text editor were at it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

import scope
from webhook.forms import read_fields
from webhook.forms.asked import describe
from webhook.forms.gitlab import CONFIDENTIAL, GITLAB
from webhook.forms.reading import FieldReading
from webhook.forms.render import gitlab_body

Fields = Mapping[str, FieldReading]
GUEST_USER = "Guest user: unprivileged code in user mode of a guest"
STOPS = "Stops it or slows it down"


@pytest.fixture
def body(policy: scope.Policy) -> str:
    return gitlab_body(
        policy.form,
        {
            "source": GUEST_USER,
            "effect": [STOPS],
            "feature": "vPMU",
            "description": "It *stops*.\n\n1. so\n2. so",
            "mitigation": "None.",
        },
    )


@pytest.fixture
def read(policy: scope.Policy) -> Callable[[str], Fields]:
    form = describe(policy.form)
    return lambda text: read_fields(form, GITLAB, text).fields


def test_a_filled_template_is_read_as_it_was_filled(body: str, read: Callable[[str], Fields]) -> None:
    answered = {name: field.answer for name, field in read(body).items() if field.state == "answered"}
    assert answered == {
        "source": GUEST_USER,
        "effect": [STOPS],
        "feature": "vPMU",
        "description": "It *stops*.\n\n1. so\n2. so",
        "mitigation": "None.",
    }
    assert not any(field.warnings for field in read(body).values())


def test_an_untouched_template_answers_nothing(policy: scope.Policy, read: Callable[[str], Fields]) -> None:
    fields = read(f"{gitlab_body(policy.form, {})}\n\n{CONFIDENTIAL}\n")
    assert {(field.state, field.warnings) for field in fields.values()} == {("unanswered", ())}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("- [", "* ["),
        ("- [", "1. ["),
        ("[x]", "[X]"),
        ("\n- [", "\n\n- ["),
        ("\n", "\r\n"),
        ("## What", "##   WHAT"),
        ("## Who starts the attack?\n", "Who starts the attack?\n---\n"),
        ("SUPPORT.md", "SUPPORT\\.md"),
        ("slows it down", "*slows* it down"),
        ("*As SUPPORT.md calls it, if it is there. ", "*As SUPPORT.md calls it,\nif it is **there**. "),
        ("xen_disk", "xen\\_disk"),
        ("One choice.", ""),
    ],
)  # fmt: skip
def test_what_the_editors_do_makes_no_difference(
    before: str, after: str, body: str, read: Callable[[str], Fields]
) -> None:
    assert before in body
    assert {name: field.answer for name, field in read(body.replace(before, after)).items()} == {
        name: field.answer for name, field in read(body).items()
    }


def test_two_ticks_where_one_can_be_are_ambiguous(body: str, read: Callable[[str], Fields]) -> None:
    assert read(body.replace("- [ ] Guest root", "- [x] Guest root"))["source"].state == "ambiguous"


def test_an_inapplicable_box_is_not_ticked(body: str, read: Callable[[str], Fields]) -> None:
    assert read(body.replace("[x]", "[~]"))["source"].state == "unanswered"


def test_the_same_option_ticked_and_not_ticked_is_ambiguous(body: str, read: Callable[[str], Fields]) -> None:
    text = body.replace(f"- [x] {GUEST_USER}", f"- [x] {GUEST_USER}\n- [ ] {GUEST_USER}")
    assert read(text)["source"].state == "ambiguous"


def test_a_ticked_box_of_the_reporters_own_is_named(body: str, read: Callable[[str], Fields]) -> None:
    source = read(body.replace(f"- [x] {GUEST_USER}", "- [x] A wizard"))["source"]
    assert source.state == "unanswered"
    assert "a wizard" in source.warnings[0]


@pytest.mark.parametrize(
    ("opening", "closing"), [("```\n", "\n```"), ("<pre>\n", "\n</pre>"), ("<!--\n", "\n-->"), ("> ", "")]
)
def test_boxes_in_code_quotes_and_html_do_not_count(
    opening: str, closing: str, body: str, read: Callable[[str], Fields]
) -> None:
    start = body.index("- [x] Guest user")
    end = body.index("\n\n", start)
    quoted = body[start:end].replace("\n", "\n> ") if opening == "> " else body[start:end]
    source = read(body[:start] + opening + quoted + closing + body[end:])["source"]
    assert source.state == "unanswered"
    assert source.warnings == ("none of its boxes can be read",)


@pytest.mark.parametrize(
    "copy",
    [
        "## Who starts the attack?\n\n- [x] dom0 or toolstack or host administrator: only they can do it",
        "## who  starts the attack?",
        "Who starts the attack?\n---",
        "## **Who** starts the attack&#63;",
    ],
)
def test_a_heading_typed_again_makes_its_field_ambiguous(copy: str, body: str, read: Callable[[str], Fields]) -> None:
    fields = read(body.replace("None.", f"None.\n\n{copy}\n"))
    assert [name for name, field in fields.items() if field.state == "ambiguous"] == ["source"]


def test_quick_actions_at_the_end_are_not_the_reporters_words(body: str, read: Callable[[str], Fields]) -> None:
    assert read(f"{body}\n\n{CONFIDENTIAL}\n")["mitigation"].answer == "None."
