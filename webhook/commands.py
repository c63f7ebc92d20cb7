"""`/scope …` commands in comments -> evidence with provenance, overrides, and refusals that say what was wrong.

A command stands alone on a line, outside code, quotes and HTML (CommonMark tokens decide what that means). Comments
are read anew in every run, so an edited or deleted comment takes its words with it. Pure: who may give which command
is asked through a function; acknowledging is the reconciler's.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import TypeAlias

from markdown_it import MarkdownIt
from markdown_it.token import Token

import scope
from webhook.answers import AddedPath, Evidence, Origin
from webhook.issue import Comment, Person, Role

OVERRIDDEN = "scope:overridden"
CONTESTED = "scope:contested"
SYSTEMS = {
    "linux": "os_linux",
    "openbsd": "os_openbsd",
    "freebsd": "os_freebsd",
    "netbsd": "os_netbsd",
    "windows": "os_windows",
    "other": "os_other",
}
STATES: Mapping[str, frozenset[str]] = {
    "vulnerable": frozenset({"vulnerable"}),
    "not_vulnerable": frozenset({"not_vulnerable"}),
    "unknown": frozenset({"vulnerable", "not_vulnerable"}),
    "inconclusive": frozenset({"vulnerable", "not_vulnerable"}),
}
VERBS = ("os", "set", "unset", "path", "override", "resume", "recheck", "help")
PATH_WORDS = 3
"""`source -> effect -> target`."""


class Problem(StrEnum):
    """Why a command did nothing. The sentences for people are the comment's."""

    UNKNOWN_COMMAND = "unknown-command"
    NOT_PERMITTED = "not-permitted"
    NO_REASON = "no-reason"
    INCOMPLETE = "incomplete"
    UNKNOWN_FACT = "unknown-fact"
    UNKNOWN_VALUE = "unknown-value"
    UNKNOWN_SYSTEM = "unknown-system"
    UNKNOWN_LABEL = "unknown-label"
    WHICH_PATH = "which-path"
    NO_SUCH_PATH = "no-such-path"
    ANOTHER_PATH = "another-path"
    ONLY_WINDOWS = "only-windows"
    TOO_LATE = "too-late"


@dataclass(frozen=True, slots=True)
class Refusal:
    """A command that did nothing, why, and the nearest word that would have worked (ours, never the writer's)."""

    problem: Problem
    origin: Origin
    nearest: str | None = None


@dataclass(frozen=True, slots=True)
class Override:
    """The team sets a label by hand and takes the issue out of automatic labelling."""

    label: str
    origin: Origin


@dataclass(frozen=True, slots=True)
class Resume:
    """The team hands the issue back to automatic labelling."""

    origin: Origin


@dataclass(frozen=True, slots=True)
class Request:
    """`recheck` and `help`: anyone may ask; every run is a recheck, and the comment carries the help."""

    help: bool
    origin: Origin


Command: TypeAlias = Evidence | AddedPath | Override | Resume | Request


@dataclass(frozen=True, slots=True)
class Commands:
    """All that an issue's comments command, oldest first."""

    evidence: tuple[Evidence, ...] = ()
    paths: tuple[AddedPath, ...] = ()
    hands: tuple[Override | Resume, ...] = ()
    help_wanted: bool = False
    refused: tuple[Refusal, ...] = ()
    obeyed: frozenset[int] = frozenset()
    """Ids of comments in which every command was understood and permitted."""
    pins: Mapping[str, str] = field(default_factory=dict)
    """What the numbers in commands meant when they were first read; to be given back at the next reading."""


class _RefusedError(Exception):
    def __init__(self, problem: Problem, nearest: str | None = None) -> None:
        super().__init__(problem)
        self.problem, self.nearest = problem, nearest


def read(  # noqa: PLR0913  # the report, its comments, and whom to ask
    policy: scope.Policy,
    comments: Iterable[Comment],
    *,
    us: frozenset[int],
    role: Callable[[Person], Role],
    form_paths: Sequence[Mapping[str, frozenset[str]]],
    pins: Mapping[str, str] = MappingProxyType({}),
) -> Commands:
    """Read the commands of all comments but our own. `role` is asked only for commands that need one.

    `form_paths`: the reporter's attacks, in the order in which they are numbered. `pins`: what the last reading gave.
    """
    reader = _Reader(policy, role, form_paths, pins)
    for comment in sorted(comments, key=lambda c: (c.created_at, c.id)):
        if comment.author.id not in us:
            reader.take(comment)
    return reader.result()


class _Reader:
    """Collects what the comments command; knows how many paths the report has so far."""

    def __init__(
        self,
        policy: scope.Policy,
        role: Callable[[Person], Role],
        form_paths: Sequence[Mapping[str, frozenset[str]]],
        pins: Mapping[str, str],
    ) -> None:
        self._policy, self._role = policy, role
        self._attacks = [attack(path) for path in form_paths]
        self._before, self._pins = pins, dict[str, str]()
        self._evidence: list[Evidence] = []
        self._paths: list[AddedPath] = []
        self._hands: list[Override | Resume] = []
        self._refused: list[Refusal] = []
        self._obeyed: set[int] = set()
        self._help = False

    def take(self, comment: Comment) -> None:
        refused_before = len(self._refused)
        count = 0
        for line, words in command_lines(comment.body):
            count += 1
            edited = comment.updated_at > comment.created_at
            origin = Origin(comment.author.id, comment.author.login, comment.id, line, comment.created_at, edited)
            try:
                for command in self._parse(words, comment.author, origin):
                    self._keep(command)
            except _RefusedError as error:
                self._refused.append(Refusal(error.problem, origin, error.nearest))
        if count and len(self._refused) == refused_before:
            self._obeyed.add(comment.id)

    def result(self) -> Commands:
        return Commands(
            evidence=tuple(self._evidence),
            paths=tuple(self._paths),
            hands=tuple(self._hands),
            help_wanted=self._help,
            refused=tuple(self._refused),
            obeyed=frozenset(self._obeyed),
            pins=self._pins,
        )

    def _keep(self, command: Command) -> None:
        if isinstance(command, Evidence):
            self._evidence.append(command)
        elif isinstance(command, AddedPath):
            self._paths.append(command)
            said = {"source": command.source, "effect": command.effect, "target": command.target}
            self._attacks.append(attack(said))
        elif isinstance(command, Request):
            self._help = self._help or command.help
        else:
            self._hands.append(command)

    def _parse(self, words: list[str], author: Person, origin: Origin) -> list[Command]:
        verb = words[0].lower() if words else ""
        if verb in ("recheck", "help"):
            return [Request(verb == "help", origin)]
        parse = {
            "os": self._os,
            "set": self._set,
            "unset": self._unset,
            "path": self._path,
            "override": self._override,
            "resume": self._resume,
        }.get(verb)
        if parse is None:
            raise _RefusedError(Problem.UNKNOWN_COMMAND, nearest(verb, VERBS))
        if self._role(author) < Role.TRIAGE:
            raise _RefusedError(Problem.NOT_PERMITTED)
        return parse(words[1:], origin)

    def _os(self, words: list[str], origin: Origin) -> list[Command]:
        head, reason = _split_reason(words)
        if len(head) < 2:  # noqa: PLR2004  # system and state
            raise _RefusedError(Problem.INCOMPLETE)
        system, state = _word(head[0]), _word(head[1])
        if state not in STATES:
            raise _RefusedError(Problem.UNKNOWN_VALUE, nearest(state, STATES))
        if state == "inconclusive" and system != "windows":
            raise _RefusedError(Problem.ONLY_WINDOWS)
        if system != "rest" and system not in SYSTEMS:
            raise _RefusedError(Problem.UNKNOWN_SYSTEM, nearest(system, [*SYSTEMS, "rest"]))
        if not reason:
            raise _RefusedError(Problem.NO_REASON)
        values = STATES[state]
        if system == "rest":
            return [Evidence(fact, values, origin, only_if_open=True) for fact in SYSTEMS.values()]
        return [Evidence(SYSTEMS[system], values, origin, effort=state == "inconclusive")]

    def _set(self, words: list[str], origin: Origin) -> list[Command]:
        head, reason = _split_reason(words)
        if len(head) < 2:  # noqa: PLR2004  # fact and values
            raise _RefusedError(Problem.INCOMPLETE)
        path, fact = self._address(head[0], origin)
        values = frozenset(_word(v) for v in "".join(head[1:]).split(",") if v)
        for value in sorted(values - frozenset(fact.values)):
            raise _RefusedError(Problem.UNKNOWN_VALUE, nearest(value, fact.values))
        if not values:
            raise _RefusedError(Problem.INCOMPLETE)
        if not reason:
            raise _RefusedError(Problem.NO_REASON)
        return [Evidence(fact.name, values, origin, path=path)]

    def _unset(self, words: list[str], origin: Origin) -> list[Command]:
        head, _ = _split_reason(words)
        if len(head) != 1:
            raise _RefusedError(Problem.INCOMPLETE)
        path, fact = self._address(head[0], origin)
        return [Evidence(fact.name, None, origin, path=path)]

    def _path(self, words: list[str], origin: Origin) -> list[Command]:
        head, _ = _split_reason(words)
        if not head or head[0].lower() != "add":
            raise _RefusedError(Problem.INCOMPLETE)
        parts = [_word(part) for part in " ".join(head[1:]).replace("→", "->").split("->")]
        if len(parts) != PATH_WORDS:
            raise _RefusedError(Problem.INCOMPLETE)
        names = ("source", "effect", "target")
        source, effect, target = (self._values(name, part) for name, part in zip(names, parts, strict=True))
        return [AddedPath(source, effect, target, origin)]

    def _override(self, words: list[str], origin: Origin) -> list[Command]:
        head, reason = _split_reason(words)
        if not head:
            raise _RefusedError(Problem.INCOMPLETE)
        wanted = head[0].strip("`\"'").casefold()
        verdict_labels = [name for name in self._policy.labels if name not in (OVERRIDDEN, CONTESTED)]
        label = next((name for name in verdict_labels if name.casefold() == wanted), None)
        if label is None:
            raise _RefusedError(Problem.UNKNOWN_LABEL, nearest(wanted, verdict_labels))
        if not reason:
            raise _RefusedError(Problem.NO_REASON)
        return [Override(label, origin)]

    def _resume(self, _words: list[str], origin: Origin) -> list[Command]:
        return [Resume(origin)]

    def _address(self, word: str, origin: Origin) -> tuple[int | None, scope.Fact]:
        number, dot, name = word.partition(".")
        if not dot:
            number, name = "", word
        fact = self._policy.facts.get(_word(name))
        if fact is None:
            raise _RefusedError(Problem.UNKNOWN_FACT, nearest(_word(name), self._policy.facts))
        if number:
            return self._numbered(number, origin), fact
        if not fact.on_path:
            return None, fact
        if len(self._attacks) > 1:
            raise _RefusedError(Problem.WHICH_PATH)
        return 0, fact

    def _numbered(self, number: str, origin: Origin) -> int:
        """The index of the attack that the number meant when this command was first read.

        The reporter's edits renumber attacks. A word about one of them must not come to speak of another.
        """
        key = f"{origin.comment}:{origin.line}:{number}"
        meant = self._before.get(key)
        if meant is None:
            if not number.isdecimal() or not 1 <= int(number) <= len(self._attacks):
                raise _RefusedError(Problem.NO_SUCH_PATH)
            meant = self._attacks[int(number) - 1]
        self._pins[key] = meant
        if meant not in self._attacks:
            raise _RefusedError(Problem.ANOTHER_PATH)
        at = int(number) - 1
        return at if at < len(self._attacks) and self._attacks[at] == meant else self._attacks.index(meant)

    def _values(self, name: str, word: str) -> frozenset[str]:
        fact = self._policy.facts[name]
        if word not in fact.values:
            raise _RefusedError(Problem.UNKNOWN_VALUE, nearest(word, fact.values))
        return frozenset({word})


def attack(path: Mapping[str, frozenset[str]]) -> str:
    """What tells an attack from another: its source, effect and target, `*` where any is possible."""
    return " -> ".join("|".join(sorted(path[name])) if name in path else "*" for name in ("source", "effect", "target"))


def nearest(word: str, choices: Iterable[str]) -> str | None:
    """The choice most like the word, or None where nothing is alike."""
    found = difflib.get_close_matches(word, list(choices), n=1, cutoff=0.6)
    return found[0] if found else None


def command_lines(body: str) -> Iterator[tuple[int, list[str]]]:
    """Yield (line number, words after `/scope`) for each command line of a comment, first line = 1."""
    tokens = _MARKDOWN.parse(body.replace("\r\n", "\n").replace("\r", "\n"))
    quotes = 0
    for before, token in zip([None, *tokens], tokens, strict=False):
        quotes += {"blockquote_open": 1, "blockquote_close": -1}.get(token.type, 0)
        in_paragraph = before is not None and before.type == "paragraph_open"
        if token.type == "inline" and in_paragraph and not quotes:
            first_alone = before is not None and before.level == 0
            yield from _lines(token, first_alone=first_alone)


# Escapes stay tokens of their own: who writes `\/scope` shows a command and gives none.
_MARKDOWN = MarkdownIt("commonmark").disable("text_join")


def _lines(paragraph: Token, *, first_alone: bool) -> Iterator[tuple[int, list[str]]]:
    """A paragraph's lines that begin with the word `/scope` as plain text.

    The first line of a list item stands behind its bullet, so it is not alone.
    """
    start = (paragraph.map or [0, 0])[0] + 1
    for offset, line in enumerate(_split(paragraph.children or [])):
        if offset == 0 and not first_alone:
            continue
        if line and line[0].type == "text":
            words = "".join(token.content for token in line).split()
            if words and words[0].lower() == "/scope":
                yield start + offset, words[1:]


def _split(children: list[Token]) -> list[list[Token]]:
    """Tokens line by line. A code span over several lines stays one token, so what is in it starts no line."""
    lines: list[list[Token]] = [[]]
    for token in children:
        if token.type in ("softbreak", "hardbreak"):
            lines.append([])
        elif token.content or token.nesting or token.type == "html_inline":  # emphasis opens a line, too
            lines[-1].append(token)
    return lines


def _split_reason(words: list[str]) -> tuple[list[str], bool]:
    """The words before `because`, and whether a reason follows it."""
    for at, word in enumerate(words):
        if word.lower().rstrip(":") == "because":
            return words[:at], len(words) > at + 1
    return words, False


def _word(word: str) -> str:
    return word.strip().strip("`").lower().replace("-", "_")
