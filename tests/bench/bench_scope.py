"""How many verdicts a second, beside zen-engine and a plain Python function on the same complete reports in one run.

Prints a table and writes `build/bench/scope.json`. All contenders must agree on every report, or it exits with 1; no
figure is a test.
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from random import Random
from typing import TypeVar

import scope

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))  # run by path, the folder of tests is not found otherwise

from tests.bench.plain_policy import labels as plain_labels  # noqa: E402  # see above
from tests.bench.zen_policy import zen_labels  # noqa: E402  # see above

_Case = TypeVar("_Case")

REPORTS = 20_000
ROUNDS = 5
FIFTH = {
    "privilege_escalation": "depends_on_target_os",
    "denial_of_service": "dos_severity",
    "information_leak": "leaked_data",
}
"""What a reporter knows beside source, effect, target and component, by the effect."""
SOURCES = ("guest_userspace", "guest_kernel", "qemu_stubdomain", "driver_domain")
TARGETS = ("hypervisor", "dom0", "toolstack", "own_device_model", "other_guest", "own_kernel", "own_process")


@dataclass(frozen=True)
class Goal:
    """A figure, what it should reach, and how it is told."""

    name: str
    told: str
    at_least: float | None = None
    below: float | None = None


GOALS = (
    Goal("first_report_per_s", "first reports (5 facts known): verdict and labels", at_least=20_000),
    Goal("complete_per_s", "complete reports: verdict and labels", at_least=60_000),
    Goal("zen_complete_per_s", "complete reports: zen-engine"),
    Goal("python_complete_per_s", "complete reports: one plain function"),
    Goal("load_ms", "loading and proving the policy, ms", below=150),
)


def main() -> int:
    """Measure, print, write."""
    policy = scope.load_policy("builtin:xen-rfc-v2")
    random = Random("bench")
    first = [first_report(policy, random) for _ in range(REPORTS)]
    complete = distinct(complete_facts(policy, random) for _ in iter(int, 1))
    reports = [as_report(policy, facts) for facts in complete]
    by_zen = zen_labels(policy)
    kinds = agreed(policy, reports, complete, by_zen)
    if kinds is None:
        return 1

    def ours(report: scope.Report) -> tuple[str, ...]:
        return scope.labels_for(policy, scope.assess(policy, report))

    figures = {
        "first_report_per_s": per_second(ours, first),
        "complete_per_s": per_second(ours, reports),
        "zen_complete_per_s": per_second(by_zen, complete, rounds=2),
        "python_complete_per_s": per_second(plain_labels, complete),
        "load_ms": load_ms(),
    }
    show(figures, kinds, Counter(scope.assess(policy, report).outcome.value for report in first))
    target = ROOT / "build" / "bench" / "scope.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    return 0


def complete_facts(policy: scope.Policy, random: Random) -> dict[str, str]:
    """A complete report with one path, drawn evenly from all combinations."""
    return {name: random.choice(fact.values) for name, fact in policy.facts.items()}


def distinct(drawn: Iterable[Mapping[str, str]]) -> list[Mapping[str, str]]:
    """As many different ones as the bench needs: no report is met twice in a round."""
    found: dict[tuple[str, ...], Mapping[str, str]] = {}
    for facts in drawn:
        found.setdefault(tuple(facts.values()), facts)
        if len(found) == REPORTS:
            break
    return list(found.values())


def first_report(policy: scope.Policy, random: Random) -> scope.Report:
    """What a guest's attack looks like when it is filed: who, what, whom, whose code, and one thing more."""
    effect = random.choice(tuple(FIFTH))
    facts = {"source": random.choice(SOURCES), "effect": effect, "target": random.choice(TARGETS)}
    for name in ("component", FIFTH[effect]):
        facts[name] = random.choice(policy.facts[name].values)
    return as_report(policy, facts)


def as_report(policy: scope.Policy, facts: Mapping[str, str]) -> scope.Report:
    """Single known values as the engine takes them."""
    known = {name: scope.Values({value}) for name, value in facts.items()}
    return scope.Report(
        paths=({name: values for name, values in known.items() if policy.facts[name].on_path},),
        facts={name: values for name, values in known.items() if not policy.facts[name].on_path},
    )


def agreed(
    policy: scope.Policy,
    reports: list[scope.Report],
    complete: list[Mapping[str, str]],
    by_zen: Callable[[Mapping[str, str]], tuple[str, ...]],
) -> Counter[str] | None:
    """What the verdicts are, where all three agree on all reports; None, with the first difference, where not."""
    kinds: Counter[str] = Counter()
    for report, facts in zip(reports, complete, strict=True):
        verdict = scope.assess(policy, report)
        found = {
            "ours": scope.labels_for(policy, verdict),
            "zen-engine": by_zen(facts),
            "plain function": plain_labels(facts),
        }
        if len(set(found.values())) > 1:
            print(f"the contenders differ on {facts}: {found}", file=sys.stderr)
            return None
        kinds[verdict.outcome.value] += 1
    return kinds


def per_second(decide: Callable[[_Case], object], cases: list[_Case], rounds: int = ROUNDS) -> float:
    """The best of several rounds: what the machine can do when nothing else runs."""
    best = 0.0
    for _ in range(rounds):
        start = time.perf_counter()
        for case in cases:
            decide(case)
        best = max(best, len(cases) / (time.perf_counter() - start))
    return round(best, 1)


def load_ms() -> float:
    """The median of several loads, file and proofs included."""
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        scope.load_policy("builtin:xen-rfc-v2")
        times.append((time.perf_counter() - start) * 1000)
    return round(statistics.median(times), 1)


def show(figures: Mapping[str, float], complete: Counter[str], first: Counter[str]) -> None:
    """The table for people."""
    load = ", ".join(f"{one:.2f}" for one in os.getloadavg())
    print(f"{platform.machine()}, {os.cpu_count()} cores, load {load}; Python {platform.python_version()}")
    print(
        f"{REPORTS} complete reports {dict(complete)}: all three agree on every one; zen-engine {version('zen-engine')}"
    )
    print(f"{REPORTS} first reports {dict(first)}")
    for goal in GOALS:
        figure = figures[goal.name]
        wanted = f"at least {goal.at_least:,.0f}" if goal.at_least else f"below {goal.below:,.0f}" if goal.below else ""
        print(f"  {goal.told:<52}{figure:>12,.1f}   {wanted}")
    ratio = figures["complete_per_s"] / figures["zen_complete_per_s"]
    print(f"  {'complete reports: ours over zen-engine':<52}{ratio:>12,.1f}   at least 10")


if __name__ == "__main__":
    sys.exit(main())
