"""A change of policy: what it would change, whether it may, and bringing every issue along behind live work.

`plan` simulates a policy on what is stored of all issues; `told` shows a plan; `ruling` decides which policy is in
force; `job` steers the relabelling; `current` lets long-running processes notice. The relabelling itself is the
workers': an issue it concerns is a row on the work list like any other.
"""

from webhook.resync.current import Current
from webhook.resync.job import Progress, abort, pause, progress, resume
from webhook.resync.plan import Move, PolicyPlan, draw_up
from webhook.resync.ruling import ApprovalError, Ruling, approve, candidate, in_force, reject, settle, version_of
from webhook.resync.told import as_data, as_markdown, as_text, differences

__all__ = [
    "ApprovalError",
    "Current",
    "Move",
    "PolicyPlan",
    "Progress",
    "Ruling",
    "abort",
    "approve",
    "as_data",
    "as_markdown",
    "as_text",
    "candidate",
    "differences",
    "draw_up",
    "in_force",
    "pause",
    "progress",
    "reject",
    "resume",
    "settle",
    "version_of",
]
