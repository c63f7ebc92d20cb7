"""Two policies -> semantic differences: which answers are judged differently, and what else differs in meaning.

`decisions` compares the tables on their diagrams, `beside` everything around them; `nouns` says what comes out. Which
issues a difference concerns is found by deciding them under both policies, and is not known here.
"""

from __future__ import annotations

from scope.compare.beside import beside
from scope.compare.decisions import decisions
from scope.compare.nouns import Change, Comparison, Concerned, Difference, Judgement
from scope.policy import Policy

__all__ = ["Change", "Comparison", "Concerned", "Difference", "Judgement", "compare"]


def compare(old: Policy, new: Policy) -> Comparison:
    """What the new policy decides otherwise than the old one. Empty where the change is editorial."""
    if old.digest == new.digest and old.text_digest == new.text_digest:
        return Comparison()
    return Comparison(
        decisions=decisions(old, new),
        changes=beside(old, new),
        reworded=old.text_digest != new.text_digest,
    )
