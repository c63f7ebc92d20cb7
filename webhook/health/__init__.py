"""How the service is: for the public one word, for operators what is wrong and what to do about it.

`checks` is what `/healthz` rests on. `Watch` looks at database and settings and gives findings (`/readyz`), figures
(`/metrics`) and a whole picture (`xsa-scope status`), which `plain` turns into JSON; `reasons` puts reason codes into
words. No forge is asked here, and nothing is changed.
"""

from webhook.health.checks import Check, Finding, Pulse, checks, examine
from webhook.health.picture import Need, Picture, TrackerPicture
from webhook.health.plain import readiness, status
from webhook.health.reasons import REASONS, Reason, reason
from webhook.health.watch import Watch

__all__ = [
    "REASONS",
    "Check",
    "Finding",
    "Need",
    "Picture",
    "Pulse",
    "Reason",
    "TrackerPicture",
    "Watch",
    "checks",
    "examine",
    "readiness",
    "reason",
    "status",
]
