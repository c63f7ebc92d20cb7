"""What is counted where it happens: the counters, each with its labels, and the policy in force."""

from __future__ import annotations

from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge

from webhook.metrics.words import enumerated

REGISTRY: Final = CollectorRegistry()
NAMESPACE: Final = "xsa_scope"


class Tally:
    """A counter whose labels are enumerations."""

    kind: Final = "counter"

    def __init__(self, name: str, meaning: str, *labels: str) -> None:
        self.name = f"{NAMESPACE}_{name}_total"
        self.meaning = meaning
        self.labels = labels
        self._counter = Counter(name, meaning, labels, namespace=NAMESPACE, registry=REGISTRY)

    def add(self, amount: float = 1, /, **labels: str) -> None:
        """Count; a label's value outside its enumeration counts as `other`."""
        values = [enumerated(label, labels.pop(label)) for label in self.labels]
        if labels:
            raise TypeError(f"no such label: {', '.join(sorted(labels))}")
        self._counter.labels(*values).inc(amount)


ACCEPTED: Final = Tally("deliveries_accepted", "Authentic deliveries answered 2xx", "forge", "event", "use")
REFUSED: Final = Tally("deliveries_refused", "Deliveries answered 4xx or 503", "forge", "reason")
RUNS: Final = Tally("runs", "Runs over an issue by how they ended", "forge", "outcome")
CHANGES: Final = Tally("changes", "Things written on issues", "forge", "change")
REQUESTS: Final = Tally("forge_requests", "Requests to a forge's API by what was asked", "forge", "request", "status")
DUTIES: Final = Tally("duties", "A tracker's own duties by how they ended", "forge", "duty", "outcome")
TRACKER_PUBLIC: Final = Tally("tracker_public", "Looks that found a tracker open to the public: alert on any", "forge")
HOOK_DISABLED: Final = Tally("hook_disabled", "Looks that found our webhook disabled by the forge: alert", "forge")
SWEPT: Final = Tally("swept_issues", "Issues marked by a sweep: what no delivery told of", "forge")
REDELIVERED: Final = Tally("redelivered", "Failed deliveries asked for once more", "forge")
STALE_READS: Final = Tally("stale_reads", "Reads that showed an issue older than an event had told", "forge")
FLAPPING: Final = Tally("flapping_issues", "Issues whose labels somebody keeps reversing: labelling paused", "forge")
LABELS_REFUSED: Final = Tally("labels_refused", "Labels found archived, or refused by the forge", "forge")
VISIBILITY_REFUSALS: Final = Tally("visibility_refusals", "Writes not made because the public can read", "forge")

COUNTED: Final = (
    ACCEPTED,
    REFUSED,
    RUNS,
    CHANGES,
    REQUESTS,
    DUTIES,
    VISIBILITY_REFUSALS,
    TRACKER_PUBLIC,
    HOOK_DISABLED,
    SWEPT,
    REDELIVERED,
    STALE_READS,
    FLAPPING,
    LABELS_REFUSED,
)
"""All counters, in the order in which they are documented."""


class PolicyInForce:
    """Which policy the processes of this machine decide by."""

    kind: Final = "gauge"
    name: Final = f"{NAMESPACE}_policy_loaded"
    meaning: Final = "1 for the policy in force, 0 for one that was, by the first digits of its digest"
    labels: Final = ("digest",)

    def __init__(self) -> None:
        self._gauge = Gauge(self.name, self.meaning, self.labels, registry=REGISTRY, multiprocess_mode="livemax")
        self._known: set[str] = set()

    def note(self, digest: str) -> None:
        """Note the digest of the policy in force in this process."""
        if not digest or not digest.isascii() or not digest.isalnum():
            raise ValueError("a digest is letters and digits")
        for before in self._known:
            self._gauge.labels(before).set(0)  # figures in shared files cannot be taken away, only set to nothing
        self._known.add(digest[:16])
        self._gauge.labels(digest[:16]).set(1)


POLICY: Final = PolicyInForce()


def policy_loaded(digest: str) -> None:
    """Note the digest of the policy in force in this process."""
    POLICY.note(digest)
