"""The fault matrix on GitLab: whatever goes wrong with whichever request, the issue ends as it should."""

from __future__ import annotations

import pytest

from tests.webhook.matrix.matrix import REQUESTS, Case, asked_for, cases, try_one
from tests.webhook.matrix.walk import SITUATIONS, Walk
from tests.webhook.reconcile.places import Lab

PLACE = Lab


@pytest.mark.parametrize("case", cases("gitlab"), ids=str)
def test_all_ends_well_although(walk: Walk, case: Case) -> None:
    try_one(walk, case)


def test_every_request_there_is_has_a_place_in_the_matrix(walk: Walk) -> None:
    asked = dict(asked_for(walk))
    planned = {name: set(requests) for name, requests in REQUESTS["gitlab"].items()}
    assert asked.keys() == planned.keys() == SITUATIONS.keys()
    assert set.union(*asked.values()) == set.union(*planned.values())
    assert all(planned[name] <= asked[name] for name in planned), "a planned request is not made there"
