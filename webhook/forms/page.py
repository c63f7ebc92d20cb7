"""An issue body as CommonMark sees it: headings and lists at document level, by line. No meaning, no form.

A fixed block tokenizer (markdown-it-py), never a regular expression over the body. Inline syntax is left unparsed:
headings and items are compared by their source text, and a body of a megabyte costs one pass.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field
from functools import cached_property

from markdown_it import MarkdownIt
from markdown_it.token import Token

_BLOCKS = MarkdownIt("commonmark").disable(["inline", "text_join"])
_INLINE = MarkdownIt("commonmark")


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading at document level: outside code, quotes, lists and HTML."""

    line: int
    level: int
    text: str
    """Its source text, without hashes and outer blanks."""
    atx: bool
    """Written with `#`, not underlined."""


@dataclass(frozen=True, slots=True)
class Item:
    """A list item: its first paragraph's source text, and whether anything but nested lists follows it."""

    text: str
    alone: bool


@dataclass(frozen=True)
class Page:
    """A body, tokenized. Line numbers count from 0."""

    lines: tuple[str, ...] = field(repr=False)
    tokens: tuple[Token, ...] = field(repr=False)

    @cached_property
    def headings(self) -> tuple[Heading, ...]:
        """All headings at document level, in order."""
        return tuple(
            Heading(token.map[0], int(token.tag[1:]), inline.content, atx=token.markup.startswith("#"))
            for token, inline in zip(self.tokens, self.tokens[1:], strict=False)
            if token.type == "heading_open" and token.level == 0 and token.map
        )

    @cached_property
    def _tops(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Where top-level blocks start: line numbers, and the tokens' indices."""
        starts = [(t.map[0], i) for i, t in enumerate(self.tokens) if t.level == 0 and t.map and t.nesting >= 0]
        return tuple(line for line, _ in starts), tuple(index for _, index in starts)

    def text(self, start: int, end: int) -> str:
        """The source between two lines, without blanks around it."""
        return "\n".join(self.lines[start:end]).strip()

    def blocks(self, start: int, end: int) -> tuple[Token, ...]:
        """The tokens of the top-level blocks that start between two lines."""
        lines, indices = self._tops
        first, last = bisect_left(lines, start), bisect_left(lines, end)
        if first == last:
            return ()
        return self.tokens[indices[first] : indices[last] if last < len(indices) else len(self.tokens)]


def fold(body: str | None) -> str:
    """A body as forges mean it: `null` is empty, every line end is LF, no byte order mark."""
    return (body or "").replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff")


def open_page(body: str | None) -> Page:
    """Tokenize a body."""
    text = fold(body)
    return Page(tuple(text.split("\n")), tuple(_BLOCKS.parse(text)))


def heading_text(source: str) -> str | None:
    """What a line says as an ATX heading of any level; None if it is none."""
    tokens = _BLOCKS.parse(source)
    return tokens[1].content if tokens and tokens[0].type == "heading_open" else None


def items(tokens: tuple[Token, ...]) -> tuple[Item, ...]:
    """The items of all lists, nested ones included, that stand in no quote."""
    found: list[Item] = []
    quotes = 0
    for number, token in enumerate(tokens):
        if token.type.startswith("blockquote_"):
            quotes += token.nesting
        elif token.type == "list_item_open" and not quotes:
            found.append(_item(tokens, number))
    return tuple(found)


def _item(tokens: tuple[Token, ...], start: int) -> Item:
    level = tokens[start].level
    text, blocks = "", 0
    for number in range(start + 1, len(tokens)):
        token = tokens[number]
        if token.level <= level:
            break
        if token.level > level + 1 or token.nesting < 0 or token.type.endswith("_list_open"):
            continue
        blocks += 1
        if blocks == 1 and token.type == "paragraph_open":
            text = tokens[number + 1].content
    return Item(text, alone=blocks <= 1)


def plain(source: str) -> str:
    """Inline Markdown without its marks: what a reader sees. Line breaks become blanks."""
    tokens = _INLINE.parseInline(source)
    parts = [child.content or " " for child in (tokens[0].children or []) if _shown(child)]
    return " ".join("".join(parts).split())


def _shown(token: Token) -> bool:
    return token.type in ("text", "code_inline", "softbreak", "hardbreak", "text_special")
