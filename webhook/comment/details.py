"""The comment's folded parts: other questions, other attacks, readings, and the answers as they were read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from webhook.comment import words
from webhook.comment.disarm import disarm, prose
from webhook.comment.lexicon import Lexicon, listed
from webhook.comment.parts import asking, by, criteria

if TYPE_CHECKING:
    import scope
    from webhook.answers import Said
    from webhook.comment.page import Page, Refused

ATTACKS = 20
"""How many attacks are shown criterion by criterion; the others are counted."""

QUESTIONS = 40
"""How many missing facts are listed."""

NOTES = 20
"""How many remarks for the team are shown."""

REFUSALS = 10
"""How many refused commands are told one by one."""


def details(page: Page) -> Iterator[tuple[str, str]]:
    """Yield each folded part with its title, the one to be shortened last first."""
    yield words.ANSWERS_TITLE, _answers(page)
    if page.explanation.questions[1:]:
        yield words.MISSING_TITLE.format(count=len(page.explanation.questions) - 1), _missing(page)
    readings = [r for r in page.explanation.readings if page.policy.readings[r].strength != "explicit"]
    if readings:
        yield words.READINGS_TITLE.format(count=len(readings)), _readings(page, readings)
    others = other_attacks(page)
    if others:
        yield words.OTHER_ATTACKS.format(count=len(page.explanation.paths) - 1), _attacks(page, others)


def shown_attack(page: Page) -> scope.PathExplanation:
    """Return the attack whose criteria stand open: the first one the verdict rests on."""
    return page.explanation.paths[page.explanation.decisive[0]]


def other_attacks(page: Page) -> list[scope.PathExplanation]:
    """Return the attacks whose criteria are folded, those the verdict rests on first."""
    decisive = set(page.explanation.decisive)
    others = [p for p in page.explanation.paths if p is not shown_attack(page)]
    return sorted(others, key=lambda p: (p.index not in decisive, p.index))


def _attacks(page: Page, others: list[scope.PathExplanation]) -> str:
    shown = [criteria(page, path) for path in others[:ATTACKS]]
    left = len(others) - len(shown)
    return "\n\n".join([*shown, *([words.ATTACKS_LEFT_OUT.format(count=left)] if left else [])])


def _missing(page: Page) -> str:
    lexicon, count = Lexicon(page.policy), len(page.explanation.paths)
    rows = [
        f"| {lexicon.attack(q.fact.name, q.path, count)} | {asking(q, 1)} | {words.MISSING_WHO[q.who]} |"
        for q in page.explanation.questions[1 : 1 + QUESTIONS]
    ]
    return "\n".join([words.MISSING_LEAD, *rows])


def _readings(page: Page, readings: list[str]) -> str:
    lexicon = Lexicon(page.policy)
    return "\n".join(f"- {lexicon.reading(name)}" for name in readings)


def _answers(page: Page) -> str:
    """The answers as read, attack by attack, then those that hold for all of them; at the end what nobody answered."""
    answers, facts, lexicon = page.answers, page.policy.facts, Lexicon(page.policy)
    rows, silent, count = [], [], len(answers.paths)
    for index, path in enumerate([*answers.paths[: ATTACKS + 1], answers.facts]):
        of_path = index < min(count, ATTACKS + 1)
        asked = [name for name, fact in facts.items() if name in path or fact.on_path == of_path]
        for name in asked:
            title = lexicon.attack(name, index if of_path else None, count)
            row = _row(title, name, path.get(name), page)
            rows += [row] if row else []
            silent += [] if row else [title]
    parts = ["\n".join([words.ANSWERS_LEAD, *rows])] if rows else []
    parts += [words.NOT_ANSWERED.format(facts=", ".join(silent))] if silent else []
    parts += [words.ATTACKS_LEFT_OUT.format(count=count - ATTACKS - 1)] if count > ATTACKS + 1 else []
    parts += [f"{words.NOTE} {prose(note)}" for note in answers.notes[:NOTES]]
    return "\n\n".join(parts)


def _row(title: str, name: str, said: Said | None, page: Page) -> str:
    """One fact with its answer and who gave it; empty where nobody did."""
    lexicon, effort = Lexicon(page.policy), page.answers.efforts.get(name)
    if effort is not None:
        return f"| {title} | {words.OS_STATE['effort']} | {by(effort, name, lexicon)} |"
    if said is not None:
        return f"| {title} | {lexicon.values(name, said.values)} | {by(said, name, lexicon)} |"
    if name in page.answers.not_sure:
        return f"| {title} | {words.NOT_SURE} | {words.BY['reporter']} |"
    return ""


def help_wanted(page: Page) -> Iterator[str]:
    """Yield the list of all commands, and of the facts and values they speak of, where somebody asked for it."""
    if page.help_wanted:
        yield words.HELP_TITLE
        yield words.HELP
        facts = (f"- `{name}`: {listed((f'`{v}`' for v in f.values), 'or')}" for name, f in page.policy.facts.items())
        yield "\n".join([words.FACTS_LEAD, "", *facts])


def refusals(page: Page) -> Iterator[str]:
    """Yield a line for each command that did nothing, and why."""
    lines = [_refusal(refused) for refused in page.refused[-REFUSALS:]]
    left = len(page.refused) - len(lines)
    if left:
        lines.append(f"- {words.REFUSED_MORE.format(count=left)}")
    if lines:
        yield "\n".join(lines)


def _refusal(refused: Refused) -> str:
    why = words.REFUSED.get(refused.problem, words.REFUSED_OTHER)
    near = words.NEAREST.format(word=disarm(refused.nearest)) if refused.nearest else ""
    return "- " + words.REFUSED_LINE.format(who=disarm(refused.login), line=refused.line, why=why, nearest=near)


def folded(title: str, text: str) -> str:
    """Return a part that opens on a click; the blank lines let Markdown go on inside."""
    return f"<details><summary>{title}</summary>\n\n{text}\n\n</details>"
