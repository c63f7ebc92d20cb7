"""One verdict told to a person in a terminal: why, what is missing, the next question, what would change it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

import scope

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from webhook.answers import FormAnswers

STYLES = {"in-scope": "bold green", "out-of-scope": "bold red"}
STATES = {"passed": "green", "failed": "red", "open": "yellow", "moot": "dim"}
SHOWN = 5
"""How many paths are told criterion by criterion."""


def verdict(
    policy: scope.Policy, explanation: scope.Explanation, form: FormAnswers | None, console: Console | None = None
) -> None:
    """Print a verdict and why; `form` adds what could not be read for sure in a body."""
    teller = _Teller(policy, explanation, console or Console())
    teller.heading()
    if form is not None:
        teller.form(form)
    for index in explanation.decisive[:SHOWN]:
        teller.path(explanation.paths[index])
    teller.rest()


class _Teller:
    def __init__(self, policy: scope.Policy, explanation: scope.Explanation, console: Console) -> None:
        self._policy, self._why, self._console = policy, explanation, console

    def heading(self) -> None:
        found = self._why.verdict
        labels = ", ".join(scope.labels_for(self._policy, found))
        self._say(f"{found.outcome} ({found.standing})", STYLES.get(found.outcome, "bold yellow"))
        self._say(f"labels: {labels}")
        if found.contested:
            self._say("This rests on a disputed reading: a person confirms it.", "yellow")

    def form(self, form: FormAnswers) -> None:
        if not form.form:
            self._say("The body holds no form: nothing could be read from it.", "yellow")
        for label in form.ambiguous:
            self._say(f"Cannot be read for sure, counts as unanswered: {label}", "yellow")
        for note in form.notes:
            self._say(f"For the team: {note}", "dim")

    def path(self, path: scope.PathExplanation) -> None:
        title = f"Path {path.index + 1} of {len(self._why.paths)}" if len(self._why.paths) > 1 else None
        columns = ("Criterion", "State", "What decided", "Clause")
        grid = Table(*columns, title=title, title_justify="left", box=box.SIMPLE_HEAD)
        for one in path.criteria:
            state = Text(" ".join([one.state, *one.results, *one.codes]), style=STATES[one.state])
            cited = "; ".join(f"{c.clause} “{c.quote}”" for c in one.cited)
            grid.add_row(Text(f"{one.id} {one.title}"), state, Text(self._answers(one.answers)), Text(cited))
        self._console.print(grid)

    def rest(self) -> None:
        for fact in self._why.conflicts:
            self._say(f"Contradictory statements: {fact.title}", "yellow")
        for one in self._why.presumptions:
            self._say(f"Presumed, {one.fact.title} = {one.value}: {one.says}")
        if self._why.questions:
            first, *others = self._why.questions
            self._say(f"Next question ({first.who}): {self._question(first)}", "bold")
            self._say(f"  {first.fact.name}: {', '.join(first.possible)}")
            if others:
                self._say(f"Also missing: {', '.join(self._address(q) for q in others)}")
        for other in self._why.counterfactuals:
            could = "would" if other.certain else "could"
            where = "" if other.path is None else f" (path {other.path + 1})"
            self._say(f"It {could} be {other.outcome} with{where} {self._answers(other.changes)}")

    def _question(self, question: scope.Question) -> str:
        fact = question.fact
        text = fact.team_question if question.who == "team" and fact.team_question else fact.question
        return text if question.path is None or len(self._why.paths) == 1 else f"{text} (path {question.path + 1})"

    def _address(self, question: scope.Question) -> str:
        if question.path is None or len(self._why.paths) == 1:
            return question.fact.name
        return f"{question.path + 1}.{question.fact.name}"

    def _answers(self, answers: Iterable[scope.Answer]) -> str:
        return "; ".join(
            f"{self._policy.facts[a.fact].title}: {self._values(a.fact, a.values)}{' (presumed)' if a.presumed else ''}"
            for a in answers
        )

    def _values(self, fact: str, values: Collection[str]) -> str:
        known = self._policy.facts[fact]
        if len(values) == len(known.values):
            return "not known"
        return " or ".join(known.meanings[value] for value in values)

    def _say(self, text: str, style: str = "") -> None:
        self._console.print(Text(text, style=style))
