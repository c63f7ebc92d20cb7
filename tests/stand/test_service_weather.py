"""Deliveries that come twice, late and in the wrong order change nothing in the end."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.stand.service import standing
from tests.stand.town import GITHUB, GITLAB, TEAM
from webhook.cli.demo.reports import CRASH, LEAK

ITSELF = {**CRASH, "target": "self"}
HYPERVISOR = {**CRASH, "target": "hypervisor"}


@pytest.mark.parametrize("seed", [1, 2])
def test_doubled_and_reordered_deliveries_end_in_one_comment_and_the_right_labels(tmp_path: Path, seed: int) -> None:
    with standing(tmp_path) as service:
        town = service.town
        service.start("serve")
        town.sandbox.core.deliveries.set_weather(duplicate=0.5, reorder=0.5, hold=0.4, seed=seed)
        numbers = {
            (forge, n): town.file(forge, "A report", town.body(forge, LEAK))
            for forge in (GITHUB, GITLAB)
            for n in range(3)
        }
        for ticks in (ITSELF, HYPERVISOR, LEAK):
            for (forge, _), number in numbers.items():
                town.edit(forge, number, town.body(forge, ticks))
        for (forge, n), number in numbers.items():
            if n == 0:
                town.say(forge, number, TEAM, "/scope set shown_internal_only yes because it is padding")
        service.rest()
        deliveries = town.sandbox.core.deliveries.attempts()
        assert {d.status_code for d in deliveries} == {202}
        assert len({d.guid for d in deliveries}) < len(deliveries), "some came twice"
        for (forge, n), number in numbers.items():
            assert town.labels(forge, number) == {"xsa-candidate" if n else "out-of-scope:1a-infoleak"}
            assert len(town.ours(forge, number)) == 1
