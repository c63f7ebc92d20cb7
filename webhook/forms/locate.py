"""Where each field of a form stands in a body: the part of the grammar that no typed text may lead astray.

A forge writes a filled form without a look at what was typed: each heading on a line of its own, in order. So *every*
line that reads like a heading of the form may be the true one, also inside a fence that somebody opened in the field
before. `locate` takes all of them as candidates, and asks which assignments of fields to candidates the forge can
have written: every field once, in order, and no candidate inside a field where nobody can type. A place is certain
only if all possible assignments agree on it. That holds whatever was typed, because the true one is among them.

What people see is the Markdown, though. So beyond that a field is ambiguous when its heading shows twice, or not at
all because a block left open hides it. A body that the forge cannot have written was edited by hand; there a heading
must be the only candidate of its field, visible, and in order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from webhook.forms.description import FormDescription
from webhook.forms.page import Heading, Page, heading_text

HIDDEN = "is hidden by a block that was left open before it (a code fence, a comment, other HTML or a list)"


@dataclass(frozen=True, slots=True)
class Marks:
    """How a forge writes a field's heading, and when two headings are the same."""

    level: int
    underlined: bool
    """Whether a setext heading of that level counts too."""
    same: Callable[[str], str]
    """The form in which headings are compared."""

    def counts(self, heading: Heading) -> bool:
        """Whether a heading of the body can be a field's."""
        return heading.level == self.level and (heading.atx or self.underlined)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A line that may be the heading of a field."""

    line: int
    field: int
    visible: bool
    """A heading at document level; not inside code, HTML or another block."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Where fields stand. A field without a place is missing unless `troubles` says otherwise."""

    places: tuple[int | None, ...]
    """Per field the line of its heading, where that is certain."""
    troubles: tuple[str, ...]
    """Per field why it cannot be told for sure what stands in it; empty if it can."""
    candidates: tuple[Candidate, ...]
    whole: bool
    """The forge can have written this body as it is: all fields, in order."""

    @property
    def exact(self) -> bool:
        """The form's headings, all of them, each once, and nothing doubtful."""
        return self.whole and not any(self.troubles)


def locate(page: Page, form: FormDescription, marks: Marks) -> Layout:
    """Find the fields of a form in a body."""
    found = _candidates(page, form, marks)
    by_field: list[list[Candidate]] = [[] for _ in form.fields]
    for candidate in found:
        by_field[candidate.field].append(candidate)
    possible = _possible([c.field for c in found], [field.free for field in form.fields])
    if possible is None:
        places, troubles = _as_edited(by_field)
    else:
        places = [found[min(numbers)].line if len(numbers) == 1 else None for numbers in possible]
        troubles = [_trouble(*both) for both in zip(by_field, places, strict=True)]
    return Layout(tuple(places), tuple(troubles), found, whole=possible is not None)


def _candidates(page: Page, form: FormDescription, marks: Marks) -> tuple[Candidate, ...]:
    rule = "#" * marks.level + " "
    shown, typed = _looks(form, marks)
    found = {
        heading.line: Candidate(heading.line, shown[marks.same(heading.text)], visible=True)
        for heading in page.headings
        if marks.counts(heading) and marks.same(heading.text) in shown
    }
    for line, text in enumerate(page.lines):
        if text.startswith(rule) and line not in found:
            number = typed.get(marks.same(text.removeprefix(rule).strip()))
            if number is not None:
                found[line] = Candidate(line, number, visible=False)
    return tuple(found[line] for line in sorted(found))


@lru_cache(maxsize=64)
def _looks(form: FormDescription, marks: Marks) -> tuple[Mapping[str, int], Mapping[str, int]]:
    """Fields by their headings as CommonMark shows them, and as they are typed. Nothing of a body is in here."""
    rule = "#" * marks.level + " "
    return _names(form, lambda label: marks.same(heading_text(rule + label) or "")), _names(form, marks.same)


def _names(form: FormDescription, name: Callable[[str], str]) -> dict[str, int]:
    """Fields by heading. Fields whose headings look the same are left out: they would answer for each other."""
    names = [name(field.label.strip()) for field in form.fields]
    return {text: number for number, text in enumerate(names) if text and names.count(text) == 1}


def _possible(order: Sequence[int], free: Sequence[bool]) -> list[set[int]] | None:
    """Per field the candidates it can have in an assignment the forge can have written; None if there is none.

    Forwards the candidates reachable from the body's start, backwards those from which its end can be reached. In a
    field where nobody can type the next candidate must be the next field; in a free one any later candidate may be.
    """
    possible = [a & b for a, b in zip(_reach(order, free), _reach_back(order, free), strict=True)]
    return possible if possible and all(possible) else None


def _reach(order: Sequence[int], free: Sequence[bool]) -> list[set[int]]:
    reached = [{0} if order and order[0] == 0 else set()]
    for field in range(1, len(free)):
        before = reached[-1]
        nexts: Iterable[int] = (number + 1 for number in before)
        if free[field - 1]:
            nexts = range(min(before, default=len(order)) + 1, len(order))
        reached.append({number for number in nexts if number < len(order) and order[number] == field})
    return reached


def _reach_back(order: Sequence[int], free: Sequence[bool]) -> list[set[int]]:
    last = len(free) - 1
    ends = range(len(order)) if free[last] else range(max(len(order) - 1, 0), len(order))
    reached = [{number for number in ends if order[number] == last}]
    for field in range(last - 1, -1, -1):
        after = reached[-1]
        nexts: Iterable[int] = (number - 1 for number in after)
        if free[field]:
            nexts = range(max(after, default=0))
        reached.append({number for number in nexts if number >= 0 and order[number] == field})
    return reached[::-1]


def _trouble(candidates: Sequence[Candidate], place: int | None) -> str:
    """Why a field of a body that the forge can have written cannot be read all the same."""
    visible = sum(candidate.visible for candidate in candidates)
    if visible > 1:
        return f"stands in the body {visible} times"
    if place is None:
        return f"may stand in {len(candidates)} places"
    return "" if any(c.visible for c in candidates if c.line == place) else HIDDEN


def _as_edited(by_field: Sequence[Sequence[Candidate]]) -> tuple[list[int | None], list[str]]:
    troubles = [_trouble_edited(candidates) for candidates in by_field]
    lines = {
        number: candidates[0].line for number, candidates in enumerate(by_field) if candidates and not troubles[number]
    }
    steady = _steady(sorted(lines, key=lambda number: lines[number]))
    for number in lines:
        if number not in steady:
            troubles[number] = "is out of order"
    return [lines.get(number) if number in steady else None for number in range(len(by_field))], troubles


def _trouble_edited(candidates: Sequence[Candidate]) -> str:
    if len(candidates) > 1:
        return f"stands in the body {len(candidates)} times"
    return HIDDEN if candidates and not candidates[0].visible else ""


def _steady(order: Sequence[int]) -> set[int]:
    """The fields that stand in *every* longest selection in form order: nobody can say which of the others moved."""
    before, after = _longest(order), _longest([-field for field in reversed(order)])[::-1]
    most = max((b + a for b, a in zip(before, after, strict=True)), default=0)
    ranks = [b for b, a in zip(before, after, strict=True) if b + a == most]
    return {field for field, b, a in zip(order, before, after, strict=True) if b + a == most and ranks.count(b) == 1}


def _longest(order: Sequence[int]) -> list[int]:
    """For each element the length of the longest rising selection that ends with it."""
    lengths: list[int] = []
    for number, field in enumerate(order):
        lengths.append(1 + max((lengths[k] for k in range(number) if order[k] < field), default=0))
    return lengths
