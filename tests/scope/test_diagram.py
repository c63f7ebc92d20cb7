"""Decision diagrams beside the plain table of all completions, on random small functions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod

from hypothesis import given
from hypothesis import strategies as st

from scope.diagram import (
    BOTTOM,
    Diagrams,
    Known,
    Node,
    admits,
    count,
    descend,
    reachable,
    restrict,
    sole,
    support,
    witness,
)

Place = tuple[int, ...]


@dataclass(frozen=True)
class World:
    """A few facts, and some of their values left."""

    sizes: tuple[int, ...]
    left: tuple[tuple[int, ...], ...]

    @property
    def diagrams(self) -> Diagrams:
        offsets = [sum(self.sizes[:level]) for level in range(len(self.sizes))]
        return Diagrams(
            [[1 << offset + n for n in range(size)] for offset, size in zip(offsets, self.sizes, strict=True)]
        )

    @property
    def places(self) -> list[Place]:
        """All combinations."""
        return list(product(*(range(size) for size in self.sizes)))

    @property
    def completions(self) -> list[Place]:
        """All combinations of the values left."""
        return list(product(*self.left))

    def known(self, diagrams: Diagrams) -> Known:
        return sum(diagrams.bits[level][value] for level, kept in enumerate(self.left) for value in kept)


@st.composite
def worlds(draw: st.DrawFn) -> World:
    sizes = draw(st.lists(st.integers(2, 4), min_size=1, max_size=4))
    left = [draw(st.sets(st.integers(0, size - 1), min_size=1).map(sorted).map(tuple)) for size in sizes]
    return World(tuple(sizes), tuple(left))


@st.composite
def functions(draw: st.DrawFn, world: World, results: int = 3) -> dict[Place, int]:
    number = prod(world.sizes)
    values = draw(st.lists(st.integers(0, results - 1), min_size=number, max_size=number))
    return dict(zip(world.places, values, strict=True))


@st.composite
def cases(draw: st.DrawFn) -> tuple[World, dict[Place, int]]:
    world = draw(worlds())
    return world, draw(functions(world))


def build(diagrams: Diagrams, of: Callable[[Place], object], place: Place = ()) -> Node:
    level = len(place)
    if level == len(diagrams.bits):
        return diagrams.result(of(place))
    return diagrams.test(level, [build(diagrams, of, (*place, n)) for n in range(len(diagrams.bits[level]))])


def at(diagrams: Diagrams, root: Node, place: Sequence[int]) -> object:
    """The result of one combination, by way of the diagram."""
    return descend(root, sum(bits[value] for bits, value in zip(diagrams.bits, place, strict=True))).value


@given(cases())
def test_a_diagram_has_the_results_of_its_function(case: tuple[World, dict[Place, int]]) -> None:
    world, function = case
    diagrams = world.diagrams
    root = build(diagrams, function.__getitem__)

    assert {place: at(diagrams, root, place) for place in world.places} == function


@given(cases())
def test_questions_about_completions_are_answered_as_by_listing_them(case: tuple[World, dict[Place, int]]) -> None:
    world, function = case
    diagrams = world.diagrams
    root, known = build(diagrams, function.__getitem__), world.known(diagrams)
    found = Counter(function[place] for place in world.completions)

    only = sole(root, known)
    assert [only.value] == list(found) if only else len(found) > 1
    assert reachable(root, known) == set(found)
    assert count(root, known, diagrams.fields) == dict(found)
    assert [admits(root, known, value) for value in range(3)] == [value in found for value in range(3)]


@given(cases())
def test_support_is_exactly_the_facts_that_alone_can_change_the_result(case: tuple[World, dict[Place, int]]) -> None:
    world, function = case
    diagrams = world.diagrams
    root, known = build(diagrams, function.__getitem__), world.known(diagrams)

    def matters(level: int) -> bool:
        return any(
            function[place] != function[(*place[:level], other, *place[level + 1 :])]
            for place in world.completions
            for other in world.left[level]
        )

    assert support(root, known) == {level for level in range(len(world.sizes)) if matters(level)}


@given(cases())
def test_a_restricted_diagram_keeps_the_completions_and_tests_only_what_matters(
    case: tuple[World, dict[Place, int]],
) -> None:
    world, function = case
    diagrams = world.diagrams
    root, known = build(diagrams, function.__getitem__), world.known(diagrams)

    restricted = restrict(root, known)

    assert all(at(diagrams, restricted, place) == function[place] for place in world.completions)
    tested: set[int] = set()
    waiting = [restricted]
    while waiting:
        node = waiting.pop()
        waiting += node.jump.values()
        tested |= {node.level} - {BOTTOM}
        assert all(bit & known for bit in node.jump)
    assert tested == support(root, known)


@given(cases())
def test_a_witness_is_the_first_completion_with_the_result(case: tuple[World, dict[Place, int]]) -> None:
    world, function = case
    diagrams = world.diagrams
    root, known = build(diagrams, function.__getitem__), world.known(diagrams)

    for value in range(3):
        first = next((place for place in world.completions if function[place] == value), None)
        found = witness(root, known, value, diagrams.fields)
        assert found == (sum(diagrams.bits[level][n] for level, n in enumerate(first)) if first else None)


@given(st.data(), worlds())
def test_functions_combine_point_by_point(data: st.DataObject, world: World) -> None:
    left, right = data.draw(functions(world)), data.draw(functions(world))
    diagrams = world.diagrams
    a, b = build(diagrams, left.__getitem__), build(diagrams, right.__getitem__)

    assert diagrams.combine(a, b, max) is build(diagrams, lambda place: max(left[place], right[place]))
    assert diagrams.relabel(a, lambda value: value > 0) is build(diagrams, lambda place: left[place] > 0)


@given(st.data(), worlds())
def test_a_selector_chooses_between_functions_even_where_results_look_like_choices(
    data: st.DataObject, world: World
) -> None:
    selector = {place: "abx"[n] for place, n in data.draw(functions(world)).items()}
    one = {place: "abx"[n] for place, n in data.draw(functions(world)).items()}
    two = data.draw(functions(world))
    diagrams = world.diagrams
    nodes = [build(diagrams, function.__getitem__) for function in (selector, one, two)]

    chosen = diagrams.choose(nodes[0], {"a": nodes[1], "b": nodes[2]})

    assert chosen is build(diagrams, lambda p: {"a": one[p], "b": two[p], "x": "x"}[selector[p]])


@given(cases())
def test_equal_functions_are_the_same_node(case: tuple[World, dict[Place, int]]) -> None:
    world, function = case
    diagrams = world.diagrams

    again = build(diagrams, lambda place: function[place] + 0)

    assert build(diagrams, function.__getitem__) is again


def test_a_node_tells_its_result_or_its_level() -> None:
    diagrams = Diagrams([[1, 2]])
    leaf = diagrams.result("in")

    assert repr(leaf) == "Node('in')"
    assert repr(diagrams.test(0, [leaf, diagrams.result("out")])) == "Node(level=0, edges=2)"
