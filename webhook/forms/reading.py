"""A body and a form description -> what was answered to each field, or why that cannot be said.

The law: what a reporter typed can make an answer unknown at worst, never another one. `locate` keeps it for the
places, this module for what stands between them; the options themselves are read by the forge's `Grammar`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from webhook.forms.description import FieldDescription, FormDescription
from webhook.forms.locate import Layout, Marks, locate
from webhook.forms.page import Page, open_page

NO_RESPONSE = "_No response_"
"""What GitHub writes for a field that was left empty."""


@dataclass(frozen=True, slots=True)
class FieldReading:
    """What stands in one field. Answer and warnings can hold reporter's words: never log them, never post them."""

    state: Literal["answered", "unanswered", "ambiguous"]
    answer: str | list[str] | None = field(default=None, repr=False)
    """A string, or a list where several may be chosen; None unless answered."""
    warnings: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Reading:
    """A body read with one form: a reading per field, by id in form order."""

    form: FormDescription
    fields: Mapping[str, FieldReading]
    present: bool
    """Whether any heading of the form is there at all."""
    exact: bool
    """Whether all headings are there, each once, in order."""


@dataclass(frozen=True, slots=True)
class Region:
    """The part of a page that belongs to one field, its heading excluded."""

    page: Page
    start: int
    end: int

    @property
    def text(self) -> str:
        """The source, without blanks around it."""
        return self.page.text(self.start, self.end)


@dataclass(frozen=True, slots=True)
class Grammar:
    """How one forge writes a filled form."""

    marks: Marks
    choose: Callable[[FieldDescription, Region], FieldReading]
    """Reads a field where nobody types: dropdowns and check boxes."""
    write: Callable[[FieldDescription, str], str]
    """What a person wrote in a free field, without what is the form's own."""


def read_fields(form: FormDescription, grammar: Grammar, body: str | None) -> Reading:
    """Read a body with a form. Never fails: at worst every field is unanswered."""
    page = open_page(body)
    layout = locate(page, form, grammar.marks)
    reader = _Reader(page, form, grammar, layout)
    fields = {asked.id: reader.read(number) for number, asked in enumerate(form.fields)}
    return Reading(form, fields, present=bool(layout.candidates), exact=layout.exact)


@dataclass(frozen=True, slots=True)
class _Reader:
    page: Page
    form: FormDescription
    grammar: Grammar
    layout: Layout

    def read(self, number: int) -> FieldReading:
        asked, place, trouble = self.form.fields[number], self.layout.places[number], self.layout.troubles[number]
        if trouble:
            return FieldReading("ambiguous", warnings=(f"the heading {self._name(number)} {trouble}",))
        if place is None:
            return FieldReading("unanswered", warnings=(f"the heading {self._name(number)} is missing",))
        return self._free(number, place) if asked.free else self._choice(number, place)

    def _name(self, number: int) -> str:
        return f'"{"#" * self.grammar.marks.level} {self.form.fields[number].label.strip()}"'

    def _choice(self, number: int, place: int) -> FieldReading:
        """A dropdown or check boxes end at the next heading of any kind: text under another one is not theirs."""
        end, foreign = self._next_known(place), ""
        headings = self._headings(place, end)
        if headings:
            end, foreign = headings[0]
        reading = self.grammar.choose(self.form.fields[number], Region(self.page, place + 1, end))
        if not foreign or foreign in self.form.sections:
            return reading
        warning = f'an unexpected heading "{foreign}" follows'
        if not self._missing_after(number) and any(f.free for f in self.form.fields[:number]):
            # Nothing is missing that the heading could stand for. So it may be this field's own, renamed by hand,
            # and what looks like this field a copy that was typed into a free field before it.
            return FieldReading("ambiguous", warnings=(warning,))
        return _warned(reading, warning)

    def _free(self, number: int, place: int) -> FieldReading:
        """A free field ends where the next field begins: it may hold headings that are no field's."""
        asked, end = self.form.fields[number], self._end_of_free(number, place)
        if end is None:
            return FieldReading("ambiguous", warnings=("where it ends cannot be told",))
        region = Region(self.page, place + 1, end)
        one_line = asked.kind == "line" and "\n" in region.text
        headings = self._headings(place, end) if one_line or self._missing_after(number) else []
        if not headings:
            return self._written(asked, region)
        first, foreign = headings[0]
        before = Region(self.page, place + 1, first)
        if asked.kind == "line" and self._missing_after(number) and "\n" not in before.text:
            return _warned(self._written(asked, before), f'an unexpected heading "{foreign}" follows')
        return FieldReading("ambiguous", warnings=(f'the heading "{foreign}" in it may be that of another field',))

    def _end_of_free(self, number: int, place: int) -> int | None:
        if not self.layout.whole:
            end = self._next_place(place)
            return end if self._next_known(place) == end else None
        last = number + 1 == len(self.form.fields)
        return len(self.page.lines) if last else self.layout.places[number + 1]

    def _written(self, asked: FieldDescription, region: Region) -> FieldReading:
        text = self.grammar.write(asked, region.text)
        return FieldReading("answered", text) if text else FieldReading("unanswered")

    def _next_known(self, place: int) -> int:
        """The next line that may be a heading of the form."""
        return min((c.line for c in self.layout.candidates if c.line > place), default=len(self.page.lines))

    def _next_place(self, place: int) -> int:
        """The next line that certainly is one."""
        after = [line for line in self.layout.places if line is not None and line > place]
        return min(after, default=len(self.page.lines))

    def _headings(self, place: int, end: int) -> list[tuple[int, str]]:
        return [(h.line, h.text) for h in self.page.headings if place < h.line < end]

    def _missing_after(self, number: int) -> bool:
        """Whether a field is missing between this one and the next one found."""
        after = number + 1
        return after < len(self.form.fields) and self.layout.places[after] is None and not self.layout.troubles[after]


def _warned(reading: FieldReading, warning: str) -> FieldReading:
    return FieldReading(reading.state, reading.answer, (*reading.warnings, warning))
