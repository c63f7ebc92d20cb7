"""Random reports for the comparisons: every shape the interface allows, with a bounded number of completions a path."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

import scope
from tests.scope.oracle import FACTS, PATH_FACTS, Said, completions

LIMIT = 2_000
"""Completions a path may have, so that brute force stays quick."""

PRESUMABLE = ("shown_internal_only", "feature_status", "reachable", "depends_on_target_os", "os_windows", "os_other")
LIKELY = {
    "source": ("guest_userspace", "guest_kernel", "driver_domain"),
    "effect": ("privilege_escalation", "denial_of_service", "information_leak"),
    "target": ("hypervisor", "own_device_model", "other_guest", "own_kernel", "own_stubdomain"),
    "component": ("xen", "qemu", "xen_code_in_os"),
    "dos_severity": ("termination", "minor"),
    "leaked_data": ("sensitive", "uninitialised"),
    "feature_status": ("supported", "unlisted", "not_security_supported"),
    "qemu_config": ("as_described",),
    "reachable": ("yes",),
    "depends_on_target_os": ("yes",),
}
"""Values that leave something to decide; drawn for most reports, or nearly all would be out for some reason."""
SYSTEMS = {
    **LIKELY,
    "source": ("guest_userspace",),
    "effect": ("privilege_escalation",),
    "target": ("own_kernel", "own_process"),
    "component": ("xen",),
    "feature_status": ("supported",),
    **{os: ("not_vulnerable",) for os in FACTS if os.startswith("os_")},
}
"""Values with which all hangs on the operating systems."""


def random_said(random: Random) -> Said:
    """One random report."""
    while True:
        said = _draw(random)
        if all(completions(said.of_path(path)) <= LIMIT for path in said.paths):
            return said


def _draw(random: Random) -> Said:
    drawn = random.choices((FACTS, LIKELY, SYSTEMS), (4, 4, 2))[0]
    open_facts = set(random.sample(list(FACTS), random.randint(0, 7)))
    if random.random() < 0.4:
        open_facts |= set(random.sample(PRESUMABLE, random.randint(1, 6)))
    shared = [fact for fact in FACTS if fact not in PATH_FACTS]
    said = Said([], {fact: _values(random, fact, open_facts, drawn) for fact in shared})
    for _ in range(random.choices((1, 2, 3), (6, 3, 1))[0]):
        own = random.sample(shared, random.choice((0, 0, 0, 1, 3)))
        said.paths.append(
            {fact: _values(random, fact, open_facts, drawn) for fact in FACTS if fact in own or fact in PATH_FACTS}
        )
    for part in (said.facts, *said.paths):
        for fact in list(part):
            if part[fact] == list(FACTS[fact]) and random.random() < 0.5:
                del part[fact]
    if random.random() < 0.4:
        said.efforts = ["os_windows"]
    if random.random() < 0.4:
        said.not_sure = random.sample(list(FACTS), random.randint(1, 6))
    return said


def _values(random: Random, fact: str, open_facts: set[str], likely: Mapping[str, Sequence[str]]) -> list[str]:
    values = list(FACTS[fact])
    if fact in open_facts:
        kind = random.random()
        if kind < 0.1:
            return []
        if kind < 0.7:
            return values
        return [value for value in values if random.random() < 0.6] or values[:1]
    return [random.choice(likely.get(fact, FACTS[fact]))]


def as_report(said: Said) -> scope.Report:
    """The same report as the engine takes it."""
    return scope.Report(
        paths=tuple({fact: scope.Values(values) for fact, values in path.items()} for path in said.paths),
        facts={fact: scope.Values(values) for fact, values in said.facts.items()},
        efforts=frozenset(said.efforts),
        not_sure=frozenset(said.not_sure),
    )
