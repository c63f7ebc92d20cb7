"""The missing facts as questions: who can answer each, and which answer helps most for what it costs to find out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from scope.explain.ground import Ground, outcome
from scope.explain.nouns import Question, Who
from scope.knowledge import Knowledge
from scope.model import Fact, Outcome, Report, Verdict
from scope.policy import Policy


def turn_of(verdict: Verdict) -> Who | None:
    """Who has to do something before the verdict can be reached."""
    if verdict.outcome in (Outcome.NEEDS_OS_CHECK, Outcome.NEEDS_TRIAGE):
        return "team"
    return "reporter" if verdict.outcome is Outcome.NEEDS_INFO else None


def questions(policy: Policy, report: Report, verdict: Verdict, grounds: Sequence[Ground]) -> tuple[Question, ...]:
    """All questions of an open report: the next one first, the others in the policy's order.

    The next one has the highest share of completions settled for its cost among those whose turn it is; of equals,
    the first in the policy's order.
    """
    turn = turn_of(verdict)
    if turn is None:
        return ()
    open_ = [ground for ground in grounds if ground.verdict.in_scope is None]
    asked = list(_Interview(policy, report, open_).questions())
    first = max(asked, key=lambda question: (question.who == turn, question.score))
    return (first, *(question for question in asked if question is not first))


class _Interview:
    """The open paths of one report, and what an answer would do to them."""

    def __init__(self, policy: Policy, report: Report, open_: Sequence[Ground]) -> None:
        self._policy, self._report, self._open = policy, report, open_

    def questions(self) -> Iterator[Question]:
        """Yield a question for each missing fact, and for each path of which it is asked by itself."""
        for name, fact in self._policy.facts.items():
            own = [g for g in self._open if fact.on_path or name in self._report.paths[g.index]]
            for ground in own:
                if name in ground.verdict.missing:
                    yield self._question(fact, [ground], ground.index)
            shared = [g for g in self._open if g not in own]
            if any(name in ground.verdict.missing for ground in shared):
                yield self._question(fact, shared, None)

    def _question(self, fact: Fact, about: Sequence[Ground], path: int | None) -> Question:
        left = self._policy.values(about[0].knowledge.known, fact.name)
        possible = tuple(value for value in fact.values if value in left)
        settled = [self._settled(fact.name, value, about) for value in possible]
        return Question(fact, path, self._who(fact), possible, share=sum(settled) / len(settled))

    def _who(self, fact: Fact) -> Who:
        """The team where the policy routes it to them, the reporter does not know, or only the team can."""
        routing = self._policy.routing
        teams = fact.name in routing.os_check | routing.triage | self._report.not_sure
        return "team" if teams or "reporter" not in fact.answered_by else "reporter"

    def _settled(self, fact: str, value: str, about: Sequence[Ground]) -> float:
        """Which part of the open paths is decided once the fact has this value; all of them once one is in scope.

        The values of a fact share the completions of what is known equally, so each value weighs the same. Nothing
        is enumerated: the diagram is asked for the outcome over all completions with that value.
        """
        decided = 0
        for knowledge, times in Counter(ground.knowledge for ground in about).items():
            result = outcome(self._policy, self._learnt(knowledge, fact, value), self._report.efforts)
            if result:
                return 1.0
            decided += times * (result is not None)
        return decided / len(self._open)

    def _learnt(self, knowledge: Knowledge, fact: str, value: str) -> Knowledge:
        layout = self._policy.layout
        known = layout.learn(knowledge.known, fact, (value,))
        return Knowledge(known, knowledge.conflicts & ~layout.field[fact])
