"""The figures, for Prometheus. Every label is an enumeration declared in `words`.

Several processes: each counts for itself, and where `PROMETHEUS_MULTIPROC_DIR` names a folder (`serve` makes one for
its parts) all processes of this machine keep their figures in small files there and `exposition()` adds them up. The
variable must be set before this room is entered. Processes on other machines are scraped by themselves.
What depends on the database (`asked`) is not counted but asked for at the moment of scraping, by whoever calls.
"""

from webhook.metrics.asked import ASKED, Asked, Samples
from webhook.metrics.counted import (
    ACCEPTED,
    CHANGES,
    COUNTED,
    DUTIES,
    FLAPPING,
    HOOK_DISABLED,
    LABELS_REFUSED,
    POLICY,
    REDELIVERED,
    REFUSED,
    REGISTRY,
    REQUESTS,
    RUNS,
    STALE_READS,
    SWEPT,
    TRACKER_PUBLIC,
    VISIBILITY_REFUSALS,
    Tally,
    policy_loaded,
)
from webhook.metrics.exposition import MULTIPROCESS, exposition
from webhook.metrics.table import metrics_rows, metrics_table
from webhook.metrics.words import ENUMERATIONS, FORGES, OTHER, enumerated

__all__ = [
    "ACCEPTED",
    "ASKED",
    "CHANGES",
    "COUNTED",
    "DUTIES",
    "ENUMERATIONS",
    "FLAPPING",
    "FORGES",
    "HOOK_DISABLED",
    "LABELS_REFUSED",
    "MULTIPROCESS",
    "OTHER",
    "POLICY",
    "REDELIVERED",
    "REFUSED",
    "REGISTRY",
    "REQUESTS",
    "RUNS",
    "STALE_READS",
    "SWEPT",
    "TRACKER_PUBLIC",
    "VISIBILITY_REFUSALS",
    "Asked",
    "Samples",
    "Tally",
    "enumerated",
    "exposition",
    "metrics_rows",
    "metrics_table",
    "policy_loaded",
]
