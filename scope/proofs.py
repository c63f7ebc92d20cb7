"""What a policy must keep of its text: quotes are verbatim, and the text's own examples come out as it says.

That the tables are sound is proved where they become diagrams (`table`).
"""

from __future__ import annotations

from collections.abc import Iterator

from scope.assess import assess
from scope.faults import PolicyError
from scope.model import Report
from scope.policy import Policy

VERDICT = ("outcome", "standing", "codes", "contested", "presumptions", "missing")
"""What an example states of its verdict."""


def check_quotes(policy: Policy, source_text: str) -> None:
    """Every quote stands in the source text word for word; line ends and runs of blanks do not count."""
    text = _one_line(source_text)
    for place, quote in _quotes(policy):
        if _one_line(quote) not in text:
            raise PolicyError(f"the quote is not in the source text: {quote!r}", place=place)


def check_examples(policy: Policy) -> None:
    """Every example has the verdict that the text gives it."""
    for example in policy.examples:
        verdict = assess(policy, Report(example.paths, example.facts, example.efforts))
        for aspect in VERDICT:
            stated, found = getattr(example, aspect), getattr(verdict, aspect)
            if found != stated:
                raise PolicyError(
                    f"{aspect} comes out as {_told(found)}, the text says {_told(stated)}",
                    place=f"example {example.name!r}",
                )


def _told(value: object) -> str:
    return ", ".join(value) or "none" if isinstance(value, tuple) else str(value).lower()


def _quotes(policy: Policy) -> Iterator[tuple[str, str]]:
    """Every quote with its place in the file."""
    for clause in policy.clauses.values():
        yield from ((f"clauses.{clause.id}.quotes", quote) for quote in clause.quotes)
    for reading in policy.readings.values():
        yield from ((f"readings.{reading.id}.quotes", quote) for quote in reading.quotes)
    for table in policy.tables:
        yield from ((f"table {table.name!r}, row {row.name!r}.quote", row.quote) for row in table.rows)
    for presumption in policy.presumptions:
        yield f"presumption of {presumption.fact!r}", presumption.quote
    for example in policy.examples:
        yield f"example {example.name!r}.quote", example.quote


def _one_line(text: str) -> str:
    return " ".join(text.split())
