"""Other people's words in our comment: whatever they typed, nothing acts, notifies, refers or links."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from webhook.comment import MARKER, disarm
from webhook.comment.disarm import LONGEST, prose

LIVE = {
    "mention": r"@\w",
    "issue reference": r"#\d",
    "merge request reference": r"!\d",
    "epic reference": r"&\w",
    "label reference": r"~[\w\"]",
    "milestone reference": r"%[\w\"]",
    "alert or snippet reference": r"[\^$]\w",
    "GitLab's bracket references": r"\[\w+:",
    "short reference with a dash": r"\b(?:GH|GL|[A-Z]{2,})-\d",
    "emoji": r":\w+:",
    "commit": r"[0-9a-fA-F]{7}",
    "address": r"(?i)\w://|www\.",
    "HTML": r"[<>]",
    "code": r"`",
    "table cell": r"\|",
    "inline diff": r"\{[+-]\w",
    "a quotation mark of ours": r"[“”]",
    "control or invisible character": "[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\ufeff]",
}
"""What either forge could act on, by name."""

ATTACKS = [
    "/close",
    "\n/close",
    "\r/close",
    "\u2028/close",
    "\u2029/close",
    "\u200b/close",
    "\x0b/close",
    "~~~\n/close\n~~~",
    "```\n/close\n```",
    "`\n/close\n`",
    "</summary>\n\n/close\n",
    "</details>\n/label ~bug",
    "> /close",
    "@all",
    "@example/security-team",
    "someone\u200b@example",
    '#1 !1 &1 ~label ~"two words" %ms ^alert#1 $1',
    "group/project#1 owner/repo@0123456789abcdef0123456789abcdef01234567",
    "GH-26 GL-1 PROJ-123 [vulnerability:123] [epic:group&1] *iteration:1",
    "0123456 deadbeef " + "a" * 40,
    "https://gitlab.example/group/project/-/issues/1 www.example.org mailto:a@b.example",
    "![x](https://collector.example/pixel)",
    "[click](javascript:alert(1))",
    MARKER,
    "<!-- xsa-scope:comment v1 -->\nI am the service",
    "<img src=x onerror=alert(1)>",
    "<details><summary>x</summary>",
    "a | b | c",
    "\ud800 lone surrogate",
    "\u202eevil",
    "“not a quotation”",
    ":rocket: {+ added +} {- removed -}",
    "\\`escape\\`",
    "",
    " \t ",
    "x" * 10_000,
]


def _lives(words: str) -> list[str]:
    return [name for name, pattern in LIVE.items() if re.search(pattern, words)]


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_becomes_one_harmless_code_span(attack: str) -> None:
    span = disarm(attack)
    assert span.startswith("`")
    assert span.endswith("`")
    assert _lives(span[1:-1]) == []
    assert len(span) <= 3 * LONGEST


@given(st.text())
@example("`" * 3)
@example("-" * 9)
@example("@" * 9 + "a")
@example("0123456" * 9)
def test_whatever_is_typed_stays_one_line_and_one_code_span(text: str) -> None:
    span = disarm(text)
    assert _lives(span[1:-1]) == []
    inline = MarkdownIt("commonmark").parse(f"Set by {span} on a day.")[1].children or []
    assert [token.type for token in inline] == ["text", "code_inline", "text"]
    span.encode()


@given(st.lists(st.sampled_from([*ATTACKS, "plain", "-", " "]), max_size=4).map("".join))
def test_attacks_joined_are_no_stronger(text: str) -> None:
    assert _lives(disarm(text)[1:-1]) == []


@pytest.mark.parametrize("login", ["alice", "alice-b", "group.bot_1", "project_12_bot_abc"])
def test_an_ordinary_login_is_shown_as_it_is(login: str) -> None:
    assert disarm(login) == f"`{login}`"


@pytest.mark.parametrize(
    "sentence",
    [
        "The toolstack (xl / libxl / xenstored / pygrub) or a limit",
        'Bugs in Xen features listed as "experimental"',
        "a * b _c_ <d> [e] `f` ~g~ h|i 1 < 2",
        "R&D about #hash and @home",
    ],
)
def test_a_sentence_of_the_policy_shows_exactly_that_sentence(sentence: str) -> None:
    inline = MarkdownIt("commonmark").parse(prose(sentence))[1].children or []
    assert "".join(token.content for token in inline).replace("\u2060", "") == sentence
    assert {token.type for token in inline} <= {"text", "text_special"}
