"""Reduced ordered multi-valued decision diagrams: exact answers about all completions, without listing them.

A diagram is a function of facts with finitely many values. Facts are tested in one fixed order, equal parts exist once,
a test that makes no difference does not exist; so two functions are equal exactly where their root nodes are the same
object. What is known is one integer with a bit for each value of each fact that is not ruled out (see `knowledge`).

What the facts and results mean is not known here.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from math import prod
from typing import Any, TypeAlias

Known: TypeAlias = int
"""A bit for each value of each fact that is not ruled out; at least one bit for each fact."""

BOTTOM = 1 << 30
"""The level of results: below every fact."""


class Node:
    """A test of one fact, or a result. Equal nodes of one `Diagrams` are the same object."""

    __slots__ = ("edges", "field", "jump", "level", "value")

    def __init__(self, level: int, field: int, jump: dict[int, Node], value: Any = None) -> None:
        self.level = level
        """Number of the fact tested here, counted from 0; `BOTTOM` for a result."""
        self.field = field
        """The bits of that fact's values; 0 for a result."""
        self.jump = jump
        """Value bit to next node: where exactly one value is left this finds the way in one step."""
        self.value = value
        """The result, where this is one."""
        grouped: dict[Node, int] = {}
        for bit, child in jump.items():
            grouped[child] = grouped.get(child, 0) | bit
        self.edges = tuple((bits, child) for child, bits in grouped.items())
        """The different next nodes, each with the bits of all values that lead there; empty for a result."""

    def __repr__(self) -> str:
        return f"Node({self.value!r})" if not self.edges else f"Node(level={self.level}, edges={len(self.edges)})"


class Diagrams:
    """Makes nodes, each once, over one sequence of facts given as the bits of their values."""

    def __init__(self, bits: Sequence[Sequence[int]]) -> None:
        self.bits = tuple(tuple(values) for values in bits)
        self.fields = tuple(sum(values) for values in self.bits)
        self._results: dict[Hashable, Node] = {}
        self._nodes: dict[tuple[int, tuple[Node, ...]], Node] = {}

    def result(self, value: Hashable) -> Node:
        """The result node of a value."""
        node = self._results.get(value)
        if node is None:
            node = self._results[value] = Node(BOTTOM, 0, {}, value)
        return node

    def test(self, level: int, children: Sequence[Node]) -> Node:
        """The node that tests a fact, one child for each of its values; the child itself where all are the same."""
        first = children[0]
        if all(child is first for child in children):
            return first
        key = (level, tuple(children))
        node = self._nodes.get(key)
        if node is None:
            jump = dict(zip(self.bits[level], children, strict=True))
            node = self._nodes[key] = Node(level, self.fields[level], jump)
        return node

    def relabel(self, root: Node, rename: Callable[[Any], Hashable]) -> Node:
        """The same function with other results; what becomes equal falls together."""
        done: dict[Node, Node] = {}

        def go(node: Node) -> Node:
            if node not in done:
                done[node] = (
                    self.test(node.level, [go(child) for child in node.jump.values()])
                    if node.edges
                    else self.result(rename(node.value))
                )
            return done[node]

        return go(root)

    def combine(self, left: Node, right: Node, join: Callable[[Any, Any], Hashable]) -> Node:
        """The function whose result is `join` of both results, everywhere."""
        done: dict[tuple[Node, Node], Node] = {}

        def go(a: Node, b: Node) -> Node:
            if (a, b) not in done:
                done[a, b] = step(a, b)
            return done[a, b]

        def step(a: Node, b: Node) -> Node:
            level = min(a.level, b.level)
            if level == BOTTOM:
                return self.result(join(a.value, b.value))
            return self.test(
                level,
                [
                    go(a.jump[bit] if a.level == level else a, b.jump[bit] if b.level == level else b)
                    for bit in self.bits[level]
                ],
            )

        return go(left, right)

    def choose(self, selector: Node, branches: Mapping[str, Node]) -> Node:
        """The function that is, where the selector's result is a key of `branches`, that branch; else the selector."""
        marks = {key: _Mark() for key in branches}
        chosen = self.relabel(selector, lambda value: marks.get(value, value))
        for key, branch in branches.items():
            chosen = self.combine(chosen, branch, marks[key].replace)
        return chosen


class _Mark:
    """A selector's result that is about to be replaced: equal to nothing but itself."""

    def replace(self, selected: Hashable, branch: Hashable) -> Hashable:
        """The branch's result where this mark stands, else what was selected."""
        return branch if selected is self else selected


def descend(node: Node, known: Known) -> Node:
    """The first node at which what is known leaves a choice; a result where it leaves none."""
    child = node.jump.get(known & node.field)
    while child is not None:
        node = child
        child = node.jump.get(known & node.field)
    return node


def sole(root: Node, known: Known) -> Node | None:
    """The one result that every completion has; None as soon as two differ."""
    node = descend(root, known)
    if not node.edges:
        return node
    found: Node | None = None
    seen = {node}
    waiting = [node]
    while waiting:
        for bits, child in waiting.pop().edges:
            if known & bits and child not in seen:
                seen.add(child)
                if child.edges:
                    waiting.append(child)
                elif found is None:
                    found = child
                else:
                    return None
    return found


def reachable(root: Node, known: Known) -> frozenset[Any]:
    """The results that some completion has."""
    start = descend(root, known)
    if not start.edges:
        return frozenset((start.value,))
    seen = {start}
    waiting = [start]
    while waiting:
        for bits, child in waiting.pop().edges:
            if known & bits and child not in seen:
                seen.add(child)
                waiting.append(child)
    return frozenset(node.value for node in seen if not node.edges)


def admits(root: Node, known: Known, value: Hashable) -> bool:
    """Whether some completion has this result."""
    start = descend(root, known)
    return value in reachable(start, known) if start.edges else bool(start.value == value)


def support(root: Node, known: Known) -> frozenset[int]:
    """The levels of the facts that can still make a difference, exactly.

    A fact is in it if two completions that differ in this fact alone have different results. This is `restrict` without
    its nodes: equal functions get equal numbers, and each function that still tests a fact counts once.
    """
    numbers: dict[Hashable, int] = {}
    done: dict[Node, Node | int] = {}
    levels: set[int] = set()

    def number(node: Node) -> Node | int:
        node = descend(node, known)
        if not node.edges:
            return node
        if node in done:
            return done[node]
        merged: dict[Node | int, int] = {}
        for bits, child in node.edges:
            left = known & bits
            if left:
                same = number(child)
                merged[same] = merged.get(same, 0) | left
        if len(merged) == 1:
            (answer,) = merged
        else:
            levels.add(node.level)
            answer = numbers.setdefault((node.level, frozenset(merged.items())), len(numbers))
        done[node] = answer
        return answer

    number(root)
    return frozenset(levels)


def restrict(root: Node, known: Known) -> Node:
    """The function on the completions alone, reduced; its nodes have no way for values that are ruled out.

    The nodes are new and belong to this answer: within one answer, equal functions are one object.
    """
    made: dict[Hashable, Node] = {}
    done: dict[Node, Node] = {}

    def go(node: Node) -> Node:
        if node.edges and node not in done:
            done[node] = step(node)
        return done.get(node, node)

    def step(node: Node) -> Node:
        jump = {bit: go(child) for bit, child in node.jump.items() if known & bit}
        children = frozenset(jump.values())
        if len(children) == 1:
            return next(iter(children))
        key = (node.level, tuple(jump.items()))
        if key not in made:
            made[key] = Node(node.level, node.field, jump)
        return made[key]

    return go(root)


def count(root: Node, known: Known, fields: Sequence[int]) -> dict[Any, int]:
    """How many completions have each result; results that none has are left out.

    `fields` are the bits of all facts by level (`Diagrams.fields`): a fact not tested multiplies.
    """
    sizes = [(known & field).bit_count() for field in fields]
    done: dict[Node, dict[Any, int]] = {}

    def below(level: int, node: Node) -> dict[Any, int]:
        if node not in done:
            done[node] = step(node)
        factor = prod(sizes[level : node.level])
        return {value: factor * number for value, number in done[node].items()}

    def step(node: Node) -> dict[Any, int]:
        if not node.edges:
            return {node.value: 1}
        total: dict[Any, int] = {}
        for bits, child in node.edges:
            ways = (known & bits).bit_count()
            for value, number in below(node.level + 1, child).items() if ways else ():
                total[value] = total.get(value, 0) + ways * number
        return total

    return below(0, root)


def witness(root: Node, known: Known, value: Hashable, fields: Sequence[int]) -> Known | None:
    """One completion with this result, the first in the order of facts and values; None where there is none."""
    dead: set[Node] = set()

    def go(node: Node, chosen: Known) -> Known | None:
        if not node.edges:
            return chosen if node.value == value else None
        for bit, child in node.jump.items() if node not in dead else ():
            found = go(child, chosen & ~node.field | bit) if known & bit else None
            if found is not None:
                return found
        dead.add(node)
        return None

    found = go(root, known)
    if found is None:
        return None
    return sum((found & field) & -(found & field) for field in fields)
