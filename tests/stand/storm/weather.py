"""What befalls the service in a storm: a schedule drawn from a seed, and nothing of how it is carried out."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from tests.stand.town import GITHUB, GITLAB, Ticks
from webhook.cli.demo.reports import CRASH, EMULATOR, LEAK
from webhook.issue import ForgeKind

REPORTS: Final[Sequence[tuple[Ticks, frozenset[str]]]] = (
    ({**CRASH, "target": "hypervisor"}, frozenset({"xsa-candidate"})),
    ({**CRASH, "target": "self"}, frozenset({"out-of-scope:1-self"})),
    ({**CRASH, "target": "hypervisor", "feature_status": "experimental"}, frozenset({"out-of-scope:3-unsupported"})),
    ({**LEAK, "leaked_data": "mundane"}, frozenset({"out-of-scope:1a-infoleak"})),
    (EMULATOR, frozenset({"needs-os-check"})),
    ({}, frozenset({"needs-info"})),
)
"""What a report may say, and the labels that follow, as the policy's own tests have them."""

Kind = Literal["edit", "say", "recheck", "kill-worker", "kill-web", "stop-worker"]
FAULTS: Final[Sequence[Mapping[str, Any]]] = (
    {"kind": "hold", "seconds": 2.5},
    {"kind": "cut"},
    {"kind": "error", "status": 500},
    {"kind": "error", "status": 500, "after": True},
    {"kind": "bad_gateway"},
    {"kind": "bad_gateway_html"},
    {"kind": "html"},
    {"kind": "stale", "path": r"/issues/\d+$"},
    {"kind": "secondary_limit", "seconds": 1, "path": r"^/repositor"},
    {"kind": "throttled", "seconds": 1, "path": r"^/api/v4"},
)
"""Each as likely as the others; together they hit the share of requests that a storm is given."""


@dataclass(frozen=True, slots=True)
class Size:
    """How big a storm is."""

    issues: int = 50
    edits: int = 2_500
    seconds: float = 90.0
    """For which it blows."""
    workers: int = 3
    worker_kills: int = 12
    web_kills: int = 4
    stops: int = 3
    failing: float = 0.05
    """The share of requests to the forges that fails."""


SHORT: Final = Size(issues=12, edits=160, seconds=9.0, workers=2, worker_kills=3, web_kills=1, stops=1)
"""For every test run."""


@dataclass(frozen=True, slots=True, order=True)
class Deed:
    """One thing that somebody does, or that happens to us."""

    at: float
    """Seconds after the beginning."""
    kind: Kind = field(compare=False)
    issue: int = field(default=0, compare=False)
    """Index of the issue, of the report, or of the worker it is about."""
    report: int = field(default=0, compare=False)


def forge_of(issue: int) -> ForgeKind:
    """Every other issue is on GitLab."""
    return GITLAB if issue % 2 else GITHUB


def schedule(size: Size, seed: int) -> list[Deed]:
    """Everything that happens, in order. The same seed, the same storm."""
    chance = random.Random(seed)
    moment = lambda: chance.uniform(0.0, size.seconds)  # noqa: E731  # drawn again each time
    deeds = [
        Deed(moment(), "edit", chance.randrange(size.issues), chance.randrange(len(REPORTS))) for _ in range(size.edits)
    ]
    deeds += [Deed(moment(), "say", chance.randrange(size.issues)) for _ in range(size.edits // 20)]
    deeds += [Deed(moment(), "recheck", chance.randrange(size.issues)) for _ in range(size.edits // 20)]
    deeds += [Deed(moment(), "kill-worker", chance.randrange(size.workers)) for _ in range(size.worker_kills)]
    deeds += [Deed(moment(), "stop-worker", chance.randrange(size.workers)) for _ in range(size.stops)]
    deeds += [Deed(moment(), "kill-web") for _ in range(size.web_kills)]
    return sorted(deeds)
