"""Bring one issue to its desired state: observe, read, conclude, plan, apply, record, each in a module of its name.

`build_workshop` puts it together for a worker.
"""

from webhook.reconcile.build import Workshop, build_run, build_workshop, load_policy
from webhook.reconcile.restraint import AddsOnly, LooksOnly, Restraint
from webhook.reconcile.run import Ending, Reconciler

__all__ = [
    "AddsOnly",
    "Ending",
    "LooksOnly",
    "Reconciler",
    "Restraint",
    "Workshop",
    "build_run",
    "build_workshop",
    "load_policy",
]
