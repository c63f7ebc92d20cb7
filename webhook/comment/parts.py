"""The comment's middle: what comes next, the criteria, the systems to check, presumptions, and what would change it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from webhook.comment import words
from webhook.comment.disarm import disarm, prose
from webhook.comment.lexicon import OPERATING_SYSTEM, Lexicon, command, listed

if TYPE_CHECKING:
    import scope
    from webhook.answers import Said
    from webhook.comment.page import Page


COMMANDS = 3
"""Up to so many values, each has its command written out."""


def next_question(page: Page) -> Iterator[str]:
    """Yield the question whose answer helps most, its options, and who can give it."""
    explanation = page.explanation
    if not explanation.questions:
        return
    question, attacks = explanation.questions[0], len(explanation.paths)
    yield words.NEXT.format(question=asking(question, attacks))
    if question.who == "reporter":
        yield "\n".join(f"- {text}" for text in _options(question))
    commands = listed(_commands(question, attacks), "or")
    yield words.NEXT_HOW[question.who].format(commands=commands)


def asking(question: scope.Question, attacks: int) -> str:
    """Return the question as it is put to the one who can answer."""
    team = question.who == "team" and question.fact.team_question
    text = prose(question.fact.team_question if team else question.fact.question)
    if question.path is None or attacks == 1:
        return text
    return f"{text} ({words.ATTACK_NUMBER.format(number=question.path + 1)})"


def _options(question: scope.Question) -> list[str]:
    """The form's own answers that are still possible; the values' words where the form asks it another way."""
    possible, fact = frozenset(question.possible), question.fact
    texts = [o.text for o in fact.options if o.values & possible and len(o.values) < len(fact.values)]
    return [prose(text) for text in texts or (fact.meanings[value] for value in question.possible)]


def _commands(question: scope.Question, attacks: int) -> list[str]:
    path = question.path if attacks > 1 else None
    values = question.possible if len(question.possible) <= COMMANDS else (words.VALUE,)
    return [command(question.fact, value, path) for value in values]


def criteria(page: Page, path: scope.PathExplanation) -> str:
    """Return the table of criteria of one attack; its last column quotes the policy."""
    lexicon = Lexicon(page.policy)
    decided = path.in_scope is not None
    rows = [_criterion(criterion, lexicon, decided=decided) for criterion in path.criteria]
    lead = "" if len(page.explanation.paths) == 1 else words.CRITERIA_OF.format(number=path.index + 1) + "\n\n"
    return lead + "\n".join([words.CRITERIA_LEAD, *rows])


def _criterion(criterion: scope.Criterion, lexicon: Lexicon, *, decided: bool) -> str:
    state = words.STATES["idle" if decided and criterion.state == "open" else criterion.state]
    marks = [prose(result) for result in criterion.results] or [f"`{code}`" for code in criterion.codes]
    if marks:
        state += f": {listed(marks, 'or')}"
    if criterion.contested:
        state += f" {words.DISPUTED}"
    answers = lexicon.answers(criterion.answers)
    return f"| {prose(criterion.id)} {prose(criterion.title)} | {state} | {answers} | {cited(criterion.cited)} |"


def systems(page: Page) -> Iterator[str]:
    """Yield the table of operating systems, where the team's check is what is missing."""
    if page.explanation.verdict.outcome != "needs-os-check":
        return
    facts = [f for name, f in page.policy.facts.items() if name.startswith(OPERATING_SYSTEM)]
    rows = [_system(fact, page) for fact in facts]
    yield words.OS_TITLE
    yield "\n".join([words.OS_LEAD, *rows])
    yield words.OS_REST


def _system(fact: scope.Fact, page: Page) -> str:
    said, effort = page.answers.facts.get(fact.name), page.answers.efforts.get(fact.name)
    state = _state(said, effort)
    source = said or effort
    who = by(source, fact.name, Lexicon(page.policy)) if source else words.NOBODY
    return f"| {prose(fact.title)} | {words.OS_STATE[state]} | {who} | {command(fact, words.STATE)} |"


def _state(said: Said | None, effort: Said | None) -> str:
    if said is not None and not said.values:
        return "conflict"
    if said is not None and len(said.values) == 1:
        return next(iter(said.values))
    return "effort" if effort else "open"


def by(said: Said, fact: str, lexicon: Lexicon) -> str:
    """Return who said something: the form, a member of the team, or SUPPORT.md; and who said otherwise before."""
    who = words.BY[said.by]
    who = f"{who} ({disarm(said.login)})" if said.by == "team" and said.login else who
    if said.against is None:
        return who
    other = by(said.against, fact, lexicon)
    return words.AGAINST.format(who=who, other=other, values=lexicon.values(fact, said.against.values))


def presumptions(page: Page) -> Iterator[str]:
    """Yield what the verdict presumes, and what would rebut it."""
    lexicon = Lexicon(page.policy)
    for presumed in page.explanation.presumptions:
        fact = presumed.fact
        text = words.PRESUMED.format(
            says=prose(presumed.says),
            cited=cited(presumed.cited),
            values=lexicon.values(fact.name, presumed.rebutted_by),
            command=command(fact, presumed.rebutted_by[0]),
        )
        yield f"{text} {words.PRESUMED_EFFORT}" if presumed.after_effort else text


def cited(quotes: Iterable[scope.Cited]) -> str:
    """Return citations with their clauses; between these quotation marks, wording does not count for the digest."""
    return "; ".join(f"{prose(one.clause)} “{prose(one.quote)}”" for one in quotes)


def counterfactuals(page: Page) -> Iterator[str]:
    """Yield the smallest changes of answers that would change the verdict, those of one kind as a list."""
    told: dict[str, list[str]] = {}
    for other in page.explanation.counterfactuals:
        count = len(other.changes)
        answers = words.OTHER_ANSWERS.get(count, words.MANY_ANSWERS.format(count=count))
        lead = words.WOULD[other.outcome.value, other.certain].format(answers=answers)
        told.setdefault(lead, []).append(_changes(other, page))
    for lead, changes in told.items():
        yield "\n".join([lead, "", *(f"- {change}" for change in changes)])


def _changes(other: scope.Counterfactual, page: Page) -> str:
    lexicon, count = Lexicon(page.policy), len(page.explanation.paths)
    return "; ".join(
        f"{lexicon.attack(change.fact, other.path, count)}: {lexicon.values(change.fact, change.values)}"
        for change in other.changes
    )
