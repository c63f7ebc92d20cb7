"""One ground on which two policies can be laid side by side: the new policy's facts and values, and the old one's own.

A value that is new is read by the old policy as the parent it declares; a new fact with a default is looked at in its
default only. What has neither is known to one policy alone: that is told beside the tables (see `beside`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from scope.diagram import Diagrams, Node
from scope.knowledge import Layout
from scope.model import Fact
from scope.policy import Policy


class _Unread:
    """The result for answers that a policy does not know and reads as no other."""


UNREAD = _Unread()


class Ground:
    """The common facts of two policies, and the diagrams over them."""

    def __init__(self, old: Policy, new: Policy) -> None:
        self.facts = _common(old, new)
        self.layout = Layout(self.facts)
        self.diagrams = Diagrams(self.layout.bits)

    def lift(self, policy: Policy, root: Node) -> Node:
        """A policy's diagram over the common facts."""
        done: dict[Node, Node] = {}

        def go(node: Node) -> Node:
            if node not in done:
                done[node] = self._case(policy, node, go) if node.edges else self.diagrams.result(node.value)
            return done[node]

        return go(root)

    def box(self, within: int) -> Node:
        """True for the completions of what is known here, False for all others."""
        node, no = self.diagrams.result(value=True), self.diagrams.result(value=False)
        for level in reversed(range(len(self.facts))):
            node = self.diagrams.test(level, [node if within & bit else no for bit in self.diagrams.bits[level]])
        return node

    def _case(self, policy: Policy, node: Node, go: Callable[[Node], Node]) -> Node:
        name = policy.layout.facts[node.level]
        own = dict(zip(policy.facts[name].values, node.jump.values(), strict=True))
        read = {value: self._read(name, value, own) for value in self.facts[name].values}
        children = [self.diagrams.result(UNREAD) if r is None else go(own[r]) for r in read.values()]
        return self._test(self.layout.level[name], children)

    def _read(self, fact: str, value: str, own: dict[str, Node]) -> str | None:
        """How a policy reads a value: as itself if it knows it, else as its parent, else not at all."""
        if value in own:
            return value
        parent = self.facts[fact].parents.get(value)
        return parent if parent in own else None

    def _test(self, level: int, children: Sequence[Node]) -> Node:
        """The test of one fact, wherever the facts of its children stand: two policies may order facts differently."""
        if all(child.level > level for child in children):
            return self.diagrams.test(level, children)
        yes, no = self.diagrams.result(value=True), self.diagrams.result(value=False)
        chosen = children[0]
        for at, child in enumerate(children):
            here = self.diagrams.test(level, [yes if place == at else no for place in range(len(children))])
            marked = self.diagrams.combine(here, child, lambda is_here, value: (is_here, value))
            chosen = self.diagrams.combine(marked, chosen, lambda pair, other: pair[1] if pair[0] else other)
        return chosen


def _common(old: Policy, new: Policy) -> dict[str, Fact]:
    facts = {name: _looked_at(fact, known=name in old.facts) for name, fact in new.facts.items()}
    return facts | {name: fact for name, fact in old.facts.items() if name not in facts}


def _looked_at(fact: Fact, *, known: bool) -> Fact:
    """A fact as it is compared: one that is new in its default only, where it has one."""
    return fact if known or fact.default is None else replace(fact, values=(fact.default,))
