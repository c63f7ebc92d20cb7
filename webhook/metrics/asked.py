"""What is not counted but asked for when somebody looks: names and labels of those figures. Who asks, is above."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from webhook.metrics.counted import NAMESPACE
from webhook.metrics.words import enumerated


@dataclass(frozen=True, slots=True)
class Asked:
    """A gauge whose labels are enumerations and whose values come from whoever shows it."""

    name: str
    meaning: str
    labels: tuple[str, ...] = ()
    kind: str = field(default="gauge", init=False)

    @classmethod
    def of(cls, name: str, meaning: str, *labels: str) -> Asked:
        """A gauge of ours."""
        return cls(f"{NAMESPACE}_{name}", meaning, labels)


Samples: TypeAlias = Mapping[tuple[str, ...], float]
"""Values by those of the labels, in their order."""

DATABASE_UP: Final = Asked.of("database_up", "Whether the database answers and is at this release's revision: 1 or 0")
QUEUE_ROWS: Final = Asked.of(
    "queue_rows", "Issues on the work list: to be claimed now, put off, or being worked on", "lane", "state"
)
QUEUE_OLDEST: Final = Asked.of(
    "queue_oldest_seconds", "Age of the oldest mark that no run has dealt with; 0 if there is none", "lane"
)
QUEUE_DUE: Final = Asked.of(
    "queue_due_seconds", "How long the issue that is due the longest could have been claimed: alert", "lane"
)
QUEUE_STOPPED: Final = Asked.of("queue_stopped_rows", "Marked issues of stopped trackers, on which nobody works")
DEAD_LETTERS: Final = Asked.of("dead_letters", "Issues the service gave up on: alert on any")
ISSUES: Final = Asked.of("issues", "Issues known")
HOLDS: Final = Asked.of("holds", "Holds in force by what made a tracker wait", "forge", "lane", "hold")
STOPPED: Final = Asked.of("trackers_stopped", "Configured trackers that are stopped: alert on any", "forge")
FORGE_SILENT: Final = Asked.of(
    "forge_silent_seconds", "Since the last good answer from that configured tracker which is silent longest", "forge"
)
BUDGET_LEFT: Final = Asked.of(
    "budget_left_ratio",
    "What live work could take at once of our own limit, least of all credentials",
    "forge",
    "window",
)
BUDGET_WAITS: Final = Asked.of(
    "budget_wait_seconds", "How long live work has been told to wait for it, longest of all", "forge", "window"
)

ASKED: Final = (
    DATABASE_UP,
    QUEUE_ROWS,
    QUEUE_OLDEST,
    QUEUE_DUE,
    QUEUE_STOPPED,
    DEAD_LETTERS,
    ISSUES,
    HOLDS,
    STOPPED,
    FORGE_SILENT,
    BUDGET_LEFT,
    BUDGET_WAITS,
)
"""All of them, in the order in which they are documented."""


class Answers(Collector):
    """What was asked for, as a scraper reads it."""

    def __init__(self, answers: Mapping[Asked, Samples]) -> None:
        self._answers = answers

    def collect(self) -> Iterator[Metric]:
        """One family a gauge."""
        for asked, samples in self._answers.items():
            family = GaugeMetricFamily(asked.name, asked.meaning, labels=asked.labels)
            for values, figure in samples.items():
                family.add_metric(list(map(enumerated, asked.labels, values)), figure)
            yield family
