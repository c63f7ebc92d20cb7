"""The worker: takes due issues off the work list, has each one run, and sees that every run ends in the list again.

What a run does is not known here: `Worker` is given a function. `failures` says what follows from a run that failed,
`leases` keeps running claims alive, `signals` lets a process stop in good order.
"""

from webhook.worker.failures import Response, Retry, respond
from webhook.worker.loop import Worker
from webhook.worker.signals import run_until_signalled

__all__ = ["Response", "Retry", "Worker", "respond", "run_until_signalled"]
