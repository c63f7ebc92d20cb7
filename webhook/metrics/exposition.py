"""All figures as one text: what the processes of this machine have counted, added up, and what was asked for."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import Final

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from webhook.metrics.asked import Answers, Asked, Samples
from webhook.metrics.counted import REGISTRY

MULTIPROCESS: Final = "PROMETHEUS_MULTIPROC_DIR"
NOTHING: Final[Mapping[Asked, Samples]] = {}


def exposition(answers: Mapping[Asked, Samples] = NOTHING) -> bytes:
    """Everything counted so far in Prometheus' text format, all processes of this machine added up, and `answers`."""
    return b"".join(generate_latest(registry) for registry in _registries(answers))


def _registries(answers: Mapping[Asked, Samples]) -> Iterable[CollectorRegistry]:
    if os.environ.get(MULTIPROCESS):
        together = CollectorRegistry()
        MultiProcessCollector(together)  # type: ignore[no-untyped-call]  # the library leaves it untyped
        yield together
    else:
        yield REGISTRY
    asked = CollectorRegistry()
    asked.register(Answers(answers))
    yield asked
