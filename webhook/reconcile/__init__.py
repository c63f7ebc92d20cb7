"""Bring one issue to its desired state: observe, read, conclude, plan, apply, record, each in a module of its name.

`build_run` puts it together for a worker.
"""

from webhook.reconcile.build import build_run, load_policy
from webhook.reconcile.run import Ending, Reconciler

__all__ = ["Ending", "Reconciler", "build_run", "load_policy"]
