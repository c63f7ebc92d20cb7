"""The comment's opening: the verdict in one sentence, its labels, and what stands in the way of trusting it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from webhook.comment import words
from webhook.comment.disarm import disarm, prose
from webhook.comment.lexicon import Lexicon, listed

if TYPE_CHECKING:
    import scope
    from webhook.comment.page import Page, Reversals

NUMBERED = 12
"""How many attacks are named by number in one sentence."""

NAMED = 20
"""How many unreadable fields are named."""


def opening(page: Page) -> Iterator[str]:
    """Yield the paragraphs that are always shown."""
    verdict = page.explanation.verdict
    yield f"### {words.TITLES[verdict.outcome]}"
    yield from _verdict(page)
    if page.labels:
        yield f"Labels: {_names(page.labels)}."
    if page.paused:
        yield _paused(page)
    if page.reversals:
        yield _reversed(page, page.reversals)
    if page.barred:
        yield words.BARRED.format(labels=_names(page.barred))
    if verdict.contested and not page.confirmed:
        yield f"{words.CONTESTED} {words.WRONG_POLICY}"
    yield from _hindrances(page)


def _verdict(page: Page) -> Iterator[str]:
    explanation = page.explanation
    outcome, presumed = explanation.verdict.outcome, explanation.verdict.standing == "presumed"
    if outcome == "in-scope":
        sentence = words.PRESUMED_IN if presumed else words.SETTLED_IN
        path = explanation.paths[explanation.decisive[0]]
        yield sentence.format(attack=_attack(page, path), why=_why(path))
    elif outcome == "out-of-scope":
        yield " ".join(_out(page))
    elif not page.answers.form:
        yield f"{words.OPEN[outcome]} {words.NO_FORM}"
    else:
        yield words.OPEN[outcome]
    if len(explanation.paths) > 1:
        yield _attacks(explanation)


def _out(page: Page) -> Iterator[str]:
    verdict = page.explanation.verdict
    yield words.OUT
    yield from (words.WHY.get(code) or prose(page.policy.codes[code]) for code in verdict.codes)
    if not verdict.codes:
        yield words.OUT_UNCERTAIN_CODE
    if verdict.standing == "presumed":
        yield words.OUT_PRESUMED
    yield words.STILL_A_BUG


def _attack(page: Page, path: scope.PathExplanation) -> str:
    """`a guest user → the hypervisor (1a), denial of service (2b)`, as far as the path says so."""
    lexicon = Lexicon(page.policy)
    known = {a.fact: lexicon.values(a.fact, a.values) for a in path.said}
    results = {c.id: f" ({listed(map(prose, c.results), 'or')})" if c.results else "" for c in path.criteria}
    pair = f"{known.get('source', words.ANYONE)} → {known.get('target', words.ANYTHING)}{results.get('1', '')}"
    return f"{pair}, {known.get('effect', words.ANY_EFFECT)}{results.get('2', '')}"


def _why(path: scope.PathExplanation) -> str:
    """What the criteria after pair and effect say, in the policy's words, each with its number."""
    says = [
        f"{prose('; '.join(criterion.says))} ({prose(criterion.id)})"
        for criterion in path.criteria
        if criterion.says and not criterion.results
    ]
    sentence = "; ".join(says)
    return sentence[:1].upper() + sentence[1:]


def _attacks(explanation: scope.Explanation) -> str:
    count, which = len(explanation.paths), explanation.decisive
    numbers = listed([str(i + 1) for i in which[:NUMBERED]], "and")
    if len(which) > NUMBERED:
        numbers += f" and {len(which) - NUMBERED} more"
    outcome = explanation.verdict.outcome
    if outcome == "out-of-scope":
        return words.ATTACKS_OUT.format(count=count)
    if outcome == "in-scope":
        sentence = words.ATTACKS_ONE if len(which) == 1 else words.ATTACKS_SOME
        return sentence.format(numbers=numbers, count=count)
    return words.ATTACKS_OPEN.format(numbers=numbers, count=count)


def _paused(page: Page) -> str:
    assert page.paused  # noqa: S101  # asked for only where there is one
    paused = page.paused
    first = words.PAUSED[paused.how].format(
        label=paused.label, who=disarm(paused.login), on=paused.on.strftime("%Y-%m-%d")
    )
    return f"{first} {words.PAUSED_NOW.format(labels=_names(page.labels))}"


def _reversed(page: Page, reversals: Reversals) -> str:
    until = reversals.until.strftime("%Y-%m-%d %H:%M UTC")
    return words.REVERSED.format(until=until, labels=_names(reversals.labels), wanted=_names(page.labels))


def _names(labels: Sequence[str]) -> str:
    return listed((f"`{name}`" for name in labels), "and") if labels else words.NO_LABEL


def _hindrances(page: Page) -> Iterator[str]:
    """What could not be read, and what contradicts itself."""
    fields = page.answers.ambiguous
    if fields:
        # in bold and not in quotation marks: what stands in those lies outside the digest
        shown = [f"**{prose(label)}**" for label in fields[:NAMED]]
        shown += [f"{len(fields) - NAMED} more"] if len(fields) > NAMED else []
        yield words.AMBIGUOUS.format(fields=listed(shown, "and"))
    if page.explanation.conflicts:
        yield words.CONFLICT.format(facts=listed((prose(f.title) for f in page.explanation.conflicts), "and"))
    different = {
        name for said in (*page.answers.paths, page.answers.facts) for name, one in said.items() if one.against
    }
    if different:
        titles = (prose(fact.title) for name, fact in page.policy.facts.items() if name in different)
        yield words.DIFFERENT.format(facts=listed(titles, "and"))
