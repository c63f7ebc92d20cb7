"""What was said of one report, by whom: the reporter's answers and the team's evidence, merged into a `scope.Report`.

`forms` and `commands` make the statements; the store keeps the merged answers (never a word of prose, never a
login); `scope` sees only the report.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import scope

if TYPE_CHECKING:
    from datetime import datetime

By: TypeAlias = Literal["reporter", "team", "support"]
PathSaid: TypeAlias = "Mapping[str, Said]"


@dataclass(frozen=True, slots=True)
class Said:
    """One statement about one fact: the values it leaves possible, and where it comes from."""

    values: frozenset[str]
    by: By
    person: int | None = None
    """Forge account id of who said it; None for the reporter's form and for SUPPORT.md."""
    login: str = ""
    """Shown in the comment, never stored."""
    comment: int | None = None
    """Id of the comment that holds the statement and its reason."""
    not_sure: bool = False
    against: Said | None = field(default=None, compare=False)
    """What another member of the team said of the same fact before, and otherwise. Shown, never stored."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a command stands: who wrote it, in which comment, on which line, when."""

    person: int
    login: str
    comment: int
    line: int
    at: datetime
    """When the comment was written; an edit does not move a command in time."""
    edited: bool = False
    """Whether the comment was changed since. On GitLab a reaction may look like a change."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A team member's statement about one fact, from a command. `values` None takes earlier team words back."""

    fact: str
    values: frozenset[str] | None
    origin: Origin
    path: int | None = None
    """Index of the path it is about; None = the whole report (for a path fact: the only path)."""
    effort: bool = False
    """Looked into without a result."""
    only_if_open: bool = False
    """Counts only where nobody has settled the fact yet (`/scope os rest …`)."""

    @property
    def says_nothing(self) -> bool:
        """`/scope os rest unknown`: what is open stays as it is, an effort that was made included."""
        return self.only_if_open and self.values is not None and len(self.values) > 1


@dataclass(frozen=True, slots=True)
class AddedPath:
    """A path the team adds to the report."""

    source: frozenset[str]
    effect: frozenset[str]
    target: frozenset[str]
    origin: Origin


@dataclass(frozen=True, slots=True)
class FormAnswers:
    """What the reporter's form says: paths (one per ticked effect and per further-attack line) and shared facts.

    Facts answered "any value" are left out of `facts` and named in `not_sure` if the answer was "Not sure".
    """

    form: str = ""
    """Id of the form description whose headings matched; empty when the body holds no form."""
    paths: tuple[Mapping[str, frozenset[str]], ...] = (MappingProxyType({}),)
    facts: Mapping[str, frozenset[str]] = field(default_factory=dict)
    not_sure: frozenset[str] = frozenset()
    ambiguous: tuple[str, ...] = ()
    """Labels of form fields that cannot be read (for sure, or at all), in form order; each acts as unanswered."""
    notes: tuple[str, ...] = ()
    """Remarks for the team that a chosen option carries, and sentences on unreadable lines; never reporter's words."""


@dataclass(frozen=True, slots=True)
class Answers:
    """All that is known of one report, each value with its provenance."""

    paths: tuple[PathSaid, ...] = (MappingProxyType({}),)
    facts: Mapping[str, Said] = field(default_factory=dict)
    efforts: Mapping[str, Said] = field(default_factory=dict)
    not_sure: frozenset[str] = frozenset()
    ambiguous: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    form: str = ""

    def report(self) -> scope.Report:
        """The answers as the rulebook takes them: sets of values, without provenance."""
        return scope.Report(
            paths=tuple({f: said.values for f, said in path.items()} for path in self.paths),
            facts={f: said.values for f, said in self.facts.items()},
            efforts=frozenset(self.efforts),
            not_sure=self.not_sure,
        )

    def stored(self) -> dict[str, Any]:
        """What the database keeps: enumerated values and ids, in a fixed order."""
        return {
            "paths": [_kept(path) for path in self.paths],
            "facts": _kept(self.facts),
            "efforts": _kept(self.efforts),
            "not_sure": sorted(self.not_sure),
            "ambiguous": list(self.ambiguous),
            "form": self.form,
        }

    def digest(self) -> str:
        """SHA-256 of what is stored: equal answers, equal digest."""
        canonical = json.dumps(self.stored(), sort_keys=True, separators=(",", ":"))
        return "sha256:" + hashlib.sha256(canonical.encode()).hexdigest()


def restore(stored: Mapping[str, Any]) -> Answers:
    """The answers the database kept, logins and notes aside."""
    return Answers(
        paths=tuple(_restored(path) for path in stored["paths"]),
        facts=_restored(stored["facts"]),
        efforts=_restored(stored["efforts"]),
        not_sure=frozenset(stored["not_sure"]),
        ambiguous=tuple(stored["ambiguous"]),
        form=stored["form"],
    )


def merge(form: FormAnswers, evidence: Iterable[Evidence] = (), added: Sequence[AddedPath] = ()) -> Answers:
    """Lay the team's evidence over the reporter's answers; of several words on a fact the team's last one counts.

    Evidence is taken in the order given (oldest first). Evidence on a path that no longer exists is dropped: the
    reporter may have taken that path back.
    """
    paths = [{f: Said(v, "reporter") for f, v in path.items()} for path in form.paths]
    paths += [_team_path(path) for path in added]
    facts = {f: Said(v, "reporter") for f, v in form.facts.items()}
    reporters = ([dict(path) for path in paths], dict(facts))
    efforts: dict[str, Said] = {}
    for word in evidence:
        if word.path is None:
            _lay(facts, reporters[1], efforts, word)
            for path, first in zip(paths, reporters[0], strict=True):
                _outdated(path, first, word)
        elif word.path < len(paths):
            _lay(paths[word.path], reporters[0][word.path], efforts, word)
    return Answers(
        paths=tuple(paths),
        facts=facts,
        efforts=efforts,
        not_sure=form.not_sure,
        ambiguous=form.ambiguous,
        notes=form.notes,
        form=form.form,
    )


def _outdated(path: dict[str, Said], before: Mapping[str, Said], word: Evidence) -> None:
    """A later word on the whole report takes the place of the team's earlier one on a single attack."""
    if word.only_if_open or word.fact not in path or path[word.fact].by != "team":
        return
    del path[word.fact]
    if word.fact in before:
        path[word.fact] = before[word.fact]


def _lay(where: dict[str, Said], before: Mapping[str, Said], efforts: dict[str, Said], word: Evidence) -> None:
    if word.only_if_open and ((word.fact in where and len(where[word.fact].values) == 1) or word.says_nothing):
        return
    efforts.pop(word.fact, None)
    if word.values is None:
        where.pop(word.fact, None)
        if word.fact in before:
            where[word.fact] = before[word.fact]
        return
    said = _against(where.get(word.fact), _team(word.values, word.origin))
    where[word.fact] = said
    if word.effort:
        efforts[word.fact] = said


def _team(values: frozenset[str], origin: Origin) -> Said:
    return Said(values, "team", person=origin.person, login=origin.login, comment=origin.comment)


def _against(before: Said | None, said: Said) -> Said:
    """The statement with the last one by somebody else of equal rank that it contradicts: the last word counts."""
    for other in (before, before and before.against):
        if other and other.by == "team" and other.person != said.person and other.values != said.values:
            return replace(said, against=replace(other, against=None))
    return said


def _team_path(path: AddedPath) -> dict[str, Said]:
    return {
        "source": _team(path.source, path.origin),
        "effect": _team(path.effect, path.origin),
        "target": _team(path.target, path.origin),
    }


def _kept(said: Mapping[str, Said]) -> dict[str, Any]:
    return {fact: _kept_one(one) for fact, one in sorted(said.items())}


def _kept_one(said: Said) -> dict[str, Any]:
    kept: dict[str, Any] = {"values": sorted(said.values), "by": said.by}
    if said.person is not None:
        kept["person"] = said.person
    if said.comment is not None:
        kept["comment"] = said.comment
    return kept


def _restored(kept: Mapping[str, Any]) -> dict[str, Said]:
    return {
        fact: Said(frozenset(one["values"]), one["by"], person=one.get("person"), comment=one.get("comment"))
        for fact, one in kept.items()
    }


def without_logins(answers: Answers) -> Answers:
    """The answers as they come back from the database."""
    return replace(restore(answers.stored()), notes=())
