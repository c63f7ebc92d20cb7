"""Laws of the verdict, tested as laws: on random chains of learning, orders of facts and sets of paths."""

from __future__ import annotations

from itertools import pairwise
from random import Random

from hypothesis import given
from hypothesis import strategies as st

import scope
from scope import Outcome, Standing
from tests.scope.oracle import FACTS, PATH_FACTS

POLICY = scope.load_policy("builtin:xen-rfc-v2")
PRESUMABLE = tuple(presumption.fact for presumption in POLICY.presumptions)
LIKELY = {
    "source": ("guest_userspace", "guest_kernel"),
    "effect": ("privilege_escalation", "information_leak", "denial_of_service"),
    "target": ("hypervisor", "own_kernel", "own_device_model", "other_guest"),
    "component": ("xen", "qemu"),
}
"""Often drawn, so that chains run through all standings and not only through plain outs."""


@st.composite
def known_sets(draw: st.DrawFn, fact: str) -> scope.Values:
    every = scope.Values(FACTS[fact])
    likely = LIKELY.get(fact, FACTS[fact])
    one = st.sampled_from(likely).map(lambda value: scope.Values({value}))
    some = st.sets(st.sampled_from(FACTS[fact]), min_size=1).map(scope.Values)
    return draw(st.one_of(one, st.just(every), some) if fact not in PRESUMABLE else st.one_of(st.just(every), some))


@st.composite
def all_known(draw: st.DrawFn) -> dict[str, scope.Values]:
    return {fact: draw(known_sets(fact)) for fact in FACTS}


def as_report(known: dict[str, scope.Values], *, effort: bool = False) -> scope.Report:
    return scope.Report(
        paths=({fact: known[fact] for fact in PATH_FACTS},),
        facts={fact: values for fact, values in known.items() if fact not in PATH_FACTS},
        efforts=frozenset({"os_windows"} if effort else ()),
    )


@st.composite
def chains(draw: st.DrawFn) -> list[dict[str, scope.Values]]:
    """What is known, step by step: each step rules out some values of one fact."""
    known = draw(all_known())
    chain = [known]
    for fact in draw(st.permutations(list(FACTS))):
        left = draw(st.sets(st.sampled_from(sorted(known[fact])), min_size=1))
        known = {**known, fact: scope.Values(left)}
        chain.append(known)
    return chain


@given(chains(), st.booleans())
def test_learning_more_never_flips_a_settled_verdict(chain: list[dict[str, scope.Values]], effort: bool) -> None:
    verdicts = [scope.assess(POLICY, as_report(known, effort=effort)) for known in chain]

    for earlier, later in pairwise(verdicts):
        if earlier.standing is Standing.SETTLED:
            assert (later.outcome, later.standing) == (earlier.outcome, Standing.SETTLED)
            assert set(earlier.codes) <= set(later.codes)
            assert earlier.contested or not later.contested


@given(chains(), st.booleans())
def test_a_presumed_verdict_moves_only_by_a_word_on_a_presumption_it_names(
    chain: list[dict[str, scope.Values]],
    effort: bool,
) -> None:
    verdicts = [scope.assess(POLICY, as_report(known, effort=effort)) for known in chain]

    for (before, after), (earlier, later) in zip(pairwise(chain), pairwise(verdicts), strict=True):
        learnt = {fact for fact in FACTS if before[fact] != after[fact]}
        if earlier.standing is Standing.PRESUMED and not learnt & set(earlier.presumptions):
            assert later.outcome is earlier.outcome


@given(chains())
def test_only_missing_facts_can_end_an_open_verdict(chain: list[dict[str, scope.Values]]) -> None:
    """A word on any other fact that is not presumed leaves the report open."""
    for before, after in pairwise(chain):
        verdict = scope.assess(POLICY, as_report(before))
        learnt = {fact for fact in FACTS if before[fact] != after[fact]}
        if verdict.standing is Standing.OPEN and not learnt & {*verdict.missing, *PRESUMABLE, "source", "target"}:
            assert scope.assess(POLICY, as_report(after)).standing is Standing.OPEN


@given(all_known())
def test_ignorance_puts_out_of_scope_only_through_presumptions_on_systems(known: dict[str, scope.Values]) -> None:
    for effort in (False, True):
        verdict = scope.assess(POLICY, as_report(known, effort=effort))
        if verdict.outcome is Outcome.OUT_OF_SCOPE:
            assert set(verdict.presumptions) <= {"os_other", "os_windows"}


@given(all_known(), st.randoms(use_true_random=False))
def test_the_order_in_which_facts_are_stated_does_not_matter(known: dict[str, scope.Values], random: Random) -> None:
    names = list(known)
    random.shuffle(names)

    assert scope.assess(POLICY, as_report({fact: known[fact] for fact in names})) == scope.assess(
        POLICY, as_report(known)
    )


@given(st.lists(all_known(), min_size=2, max_size=3))
def test_the_order_of_paths_changes_neither_outcome_nor_codes(paths: list[dict[str, scope.Values]]) -> None:
    forth = scope.assess(POLICY, scope.Report(tuple(paths)))
    back = scope.assess(POLICY, scope.Report(tuple(reversed(paths))))

    assert (forth.outcome, forth.standing, forth.codes) == (back.outcome, back.standing, back.codes)
    assert (forth.missing, forth.contested) == (back.missing, back.contested)


@given(all_known(), all_known())
def test_a_further_path_never_takes_a_report_out_of_scope(
    one: dict[str, scope.Values], other: dict[str, scope.Values]
) -> None:
    alone = scope.assess(POLICY, scope.Report((one,)))

    if alone.outcome is Outcome.IN_SCOPE:
        assert scope.assess(POLICY, scope.Report((one, other))).outcome is Outcome.IN_SCOPE


@given(all_known(), st.booleans())
def test_every_verdict_keeps_to_its_shape(known: dict[str, scope.Values], effort: bool) -> None:
    """Fields that make no sense for a verdict are empty, and lists stand in the policy's order."""
    verdict = scope.assess(POLICY, as_report(known, effort=effort))

    assert bool(verdict.missing) == (verdict.standing is Standing.OPEN)
    assert bool(verdict.presumptions) == (verdict.standing is Standing.PRESUMED)
    assert not verdict.codes or verdict.outcome is Outcome.OUT_OF_SCOPE
    assert not verdict.contested or verdict.outcome is Outcome.OUT_OF_SCOPE
    for told, order in ((verdict.missing, FACTS), (verdict.presumptions, FACTS), (verdict.codes, POLICY.codes)):
        assert list(told) == [word for word in order if word in told]
    labels = scope.labels_for(POLICY, verdict)
    assert list(labels) == [name for name in POLICY.labels if name in labels]
