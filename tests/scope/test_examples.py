"""The text's own examples, each a test named by its sentence, read from the policy file."""

from __future__ import annotations

import pytest

import scope
from scope.policy import Example

EXAMPLES = scope.load_policy("builtin:xen-rfc-v2").examples


@pytest.mark.parametrize("example", EXAMPLES, ids=[example.name for example in EXAMPLES])
def test_the_text_itself_says(policy: scope.Policy, example: Example) -> None:
    verdict = scope.assess(policy, scope.Report(example.paths, example.facts, example.efforts))

    assert (verdict.outcome, verdict.standing) == (example.outcome, example.standing)
    assert (verdict.codes, verdict.contested) == (example.codes, example.contested)
    assert (verdict.presumptions, verdict.missing) == (example.presumptions, example.missing)


def test_every_numbered_sentence_with_an_example_of_its_own_is_among_them() -> None:
    told = " ".join(example.name for example in EXAMPLES)

    for words in ("guest kernel", "disk performance", "DoS on itself", "1b", "1c", "passwords", "other users", "stack"):
        assert words in told
    for words in ("always be Xen-internal", "another exploit", "experimental", "tech preview", "crash Xen", "QEMU"):
        assert words in told
    for words in ("instruction emulator", "Linux", "XSA-176", "Windows"):
        assert words in told


def test_an_uninitialised_stack_counts_only_until_it_is_shown_to_be_internal(policy: scope.Policy) -> None:
    """The presumed verdict of one example flips to that of the next by its named presumption and nothing else."""
    stack = next(example for example in EXAMPLES if example.presumptions == ("shown_internal_only",))
    shown = {**stack.facts, "shown_internal_only": scope.Values({"yes"})}

    verdict = scope.assess(policy, scope.Report(stack.paths, shown))

    assert scope.labels_for(policy, verdict) == ("out-of-scope:1a-infoleak",)
    assert verdict.standing is scope.Standing.SETTLED
