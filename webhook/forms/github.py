"""How GitHub writes a filled issue form: `### label`, a blank line, the value. An option is a text or a box."""

from __future__ import annotations

from collections.abc import Sequence

from webhook.forms.description import FieldDescription
from webhook.forms.locate import Marks
from webhook.forms.page import items
from webhook.forms.reading import NO_RESPONSE, FieldReading, Grammar, Region

SEPARATOR = ", "
"""What joins the choices of a dropdown that takes several."""


def _choose(asked: FieldDescription, region: Region) -> FieldReading:
    if asked.kind == "ticks":
        return _boxes(asked, region)
    text = region.text
    if text in ("", NO_RESPONSE) or (text not in asked.options and text.casefold() == "none"):
        return FieldReading("unanswered")
    if asked.kind == "single":
        return FieldReading("answered", text) if text in asked.options else _outside(text)
    tilings = _tilings(text, asked.options)
    if len(tilings) > 1:
        return FieldReading("ambiguous", warnings=(f'"{text}" can be read as different choices',))
    if not tilings or len(set(tilings[0])) < len(tilings[0]):
        return _outside(text)
    return FieldReading("answered", tilings[0])


def _outside(text: str) -> FieldReading:
    return FieldReading("unanswered", warnings=(f'"{text}" is not one of the options',))


def _tilings(text: str, options: Sequence[str]) -> list[list[str]]:
    """The ways to read a text as options joined by commas, those with longer options first; at most two.

    From the end backwards, so that each position is looked at once however many options begin alike.
    """
    longest_first = sorted(set(options), key=len, reverse=True)
    ways: dict[int, list[list[str]]] = {len(text): [[]]}
    commas = [at for at in range(len(text)) if text.startswith(SEPARATOR, at)]
    for start in reversed([0, *(at + len(SEPARATOR) for at in commas)]):
        found: list[list[str]] = []
        for option in longest_first:
            end = start + len(option)
            if text.startswith(option, start) and (end == len(text) or text.startswith(SEPARATOR, end)):
                rests = ways.get(end if end == len(text) else end + len(SEPARATOR), [])
                found += [[option, *rest] for rest in rests]
        ways[start] = found[:2]
    return ways[0]


def _boxes(asked: FieldDescription, region: Region) -> FieldReading:
    if region.text in ("", NO_RESPONSE):
        return FieldReading("unanswered")
    ticked: list[str] = []
    seen: set[str] = set()
    warnings: list[str] = []
    blocks = region.page.blocks(region.start, region.end)
    if any(token.level == 0 and token.nesting >= 0 and token.type != "bullet_list_open" for token in blocks):
        return _outside(region.text)
    for item in items(blocks):
        mark, label = _box(item.text)
        if label in seen:
            return FieldReading("ambiguous", warnings=(f'the box "{label}" stands there twice',))
        seen.add(label)
        if label in asked.options and mark is not None and item.alone:
            ticked += [label] if mark else []
        elif mark is False:
            warnings.append(f'"{label}" is not one of the options')
        else:
            return _outside(item.text)
    if not ticked:
        return FieldReading("unanswered", warnings=tuple(warnings))
    return FieldReading("answered", [option for option in asked.options if option in ticked], tuple(warnings))


def _box(text: str) -> tuple[bool | None, str]:
    """Ticked, not ticked or no box at all; and its label. `[]` is what hands make of an empty box."""
    for mark, ticked in (("[x]", True), ("[X]", True), ("[ ]", False), ("[]", False)):
        if text.startswith(mark):
            return ticked, text.removeprefix(mark).strip()
    return None, text


def _write(asked: FieldDescription, text: str) -> str:
    if text == NO_RESPONSE:
        return ""
    fence = f"```{asked.render}"
    lines = text.split("\n")
    if asked.render and len(lines) > 1 and lines[0].rstrip() == fence and lines[-1] == "```":
        return "\n".join(lines[1:-1]).strip("\n")
    return text


GITHUB = Grammar(Marks(level=3, underlined=False, same=str), _choose, _write)
"""Labels are compared exactly as they are rendered."""
