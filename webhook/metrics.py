"""What is counted, for Prometheus. Every label is an enumeration declared here; anything else is counted as `other`.

Several processes: each counts for itself, and where `PROMETHEUS_MULTIPROC_DIR` names a folder (the `serve` and `web`
commands make one) all processes of this machine keep their figures in small files there and `exposition()` adds them
up. The variable must be set before this module is imported. Processes on other machines are scraped by themselves.
The depth of the work list is not counted but asked of the database at the moment of scraping, by whoever calls.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

MULTIPROCESS: Final = "PROMETHEUS_MULTIPROC_DIR"
OTHER: Final = "other"
REGISTRY: Final = CollectorRegistry()
FORGES: Final = ("github", "gitlab")

ENUMERATIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "forge": FORGES,
    "event": ("issue", "comment", "label", "push", "repository", "installation", "hook", "token"),
    "use": ("marked", "duty", "ours", "ignored", "not-configured", "malformed", "media-type"),
    "reason": ("unsigned", "bad-signature", "wrong-tracker", "media-type", "malformed", "too-large", "unavailable"),
    "outcome": ("done", "unchanged", "later", "held", "refused", "gone", "lost", "failed", "dead"),
    "change": ("label-added", "label-removed", "comment-created", "comment-edited", "comment-deleted", "confidential"),
    "request": (
        "us",
        "visibility",
        "issue",
        "comments",
        "label_events",
        "role",
        "change_labels",
        "create_comment",
        "edit_comment",
        "delete_comment",
        "react",
        "label_definitions",
        "create_label",
        "make_confidential",
        "issues_updated_since",
        "project",
        "hooks",
        "deliveries",
        "redeliver",
        "token",
    ),
    "status": (*(str(code) for code in range(100, 600)), "none"),
    "duty": ("stop", "policy", "visibility", "labels", "sweep", "full-sweep", "redelivery", "hook-watch"),
    "lane": ("live", "bulk"),
    "state": ("due", "waiting", "running"),
}
"""Every label and the values it can have."""


class Tally:
    """A counter whose labels are enumerations."""

    def __init__(self, name: str, meaning: str, *labels: str) -> None:
        self._labels = labels
        self._counter = Counter(name, meaning, labels, namespace="xsa_scope", registry=REGISTRY)

    def add(self, amount: float = 1, /, **labels: str) -> None:
        """Count; a label's value outside its enumeration counts as `other`."""
        values = [enumerated(label, labels.pop(label)) for label in self._labels]
        if labels:
            raise TypeError(f"no such label: {', '.join(sorted(labels))}")
        self._counter.labels(*values).inc(amount)


def enumerated(label: str, value: str) -> str:
    """The value if the label's enumeration has it, else `other`."""
    return value if value in ENUMERATIONS[label] else OTHER


ACCEPTED: Final = Tally("deliveries_accepted", "Authentic deliveries answered 2xx", "forge", "event", "use")
REFUSED: Final = Tally("deliveries_refused", "Deliveries answered 4xx or 503", "forge", "reason")
RUNS: Final = Tally("runs", "Runs over an issue by how they ended", "forge", "outcome")
CHANGES: Final = Tally("changes", "Things written on issues", "forge", "change")
REQUESTS: Final = Tally("forge_requests", "Requests to a forge's API", "forge", "request", "status")
DUTIES: Final = Tally("duties", "A tracker's own duties by how they ended", "forge", "duty", "outcome")
TRACKER_PUBLIC: Final = Tally("tracker_public", "Looks that found a tracker open to the public: alert on any", "forge")
HOOK_DISABLED: Final = Tally("hook_disabled", "Looks that found our webhook disabled by the forge: alert", "forge")
SWEPT: Final = Tally("swept_issues", "Issues marked by a sweep: what no delivery told of", "forge")
REDELIVERED: Final = Tally("redelivered", "Failed deliveries asked for once more", "forge")
VISIBILITY_REFUSALS: Final = Tally("visibility_refusals", "Writes not made because the public can read", "forge")

_policy = Gauge(
    "policy_loaded",
    "1 for the policy in force, 0 for one that was, by digest",
    ["digest"],
    namespace="xsa_scope",
    registry=REGISTRY,
    multiprocess_mode="livemax",
)
_policies: Final[set[str]] = set()


def policy_loaded(digest: str) -> None:
    """Note the digest of the policy in force in this process."""
    if not digest or not digest.isascii() or not digest.isalnum():
        raise ValueError("a digest is letters and digits")
    for before in _policies:
        _policy.labels(before).set(0)  # figures in shared files cannot be taken away, only set to nothing
    _policies.add(digest[:16])
    _policy.labels(digest[:16]).set(1)


Depths = Mapping[tuple[str, str], float]
"""Rows of the work list by lane (`live`, `bulk`) and state (`due`, `waiting`, `running`)."""


class _Queue(Collector):
    """The work list at the moment of scraping."""

    def __init__(self, depths: Depths) -> None:
        self._depths = depths

    def collect(self) -> Iterator[Metric]:
        family = GaugeMetricFamily("xsa_scope_queue_rows", "Rows of the work list", labels=["lane", "state"])
        for (lane, state), rows in self._depths.items():
            family.add_metric([enumerated("lane", lane), enumerated("state", state)], rows)
        yield family


def exposition(depths: Depths | None = None) -> bytes:
    """Everything counted so far in Prometheus' text format, all processes of this machine added up."""
    parts = [generate_latest(registry) for registry in _registries(depths)]
    return b"".join(parts)


def _registries(depths: Depths | None) -> Iterable[CollectorRegistry]:
    if os.environ.get(MULTIPROCESS):
        together = CollectorRegistry()
        MultiProcessCollector(together)  # type: ignore[no-untyped-call]  # the library leaves it untyped
        yield together
    else:
        yield REGISTRY
    if depths is not None:
        asked = CollectorRegistry()
        asked.register(_Queue(depths))
        yield asked
