"""The first look: may the project be worked on, and which of its issues are to be. The service's own duties do it.

What a worker would try again for hours, a job tells at once, but for limits, which it waits for.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

from webhook.duties import Duties, build_duties
from webhook.forges.port import ForgeError, LimitedError
from webhook.issue import IssueRef
from webhook.once.job import Job
from webhook.reconcile import Restraint, Workshop
from webhook.store import DutyClaim, Store
from webhook.worker import Retry, respond

LEASE = timedelta(hours=1)
NEVER_YOUNG = timedelta(minutes=5)
"""An issue asked for by its address was not filed a moment ago: if it is not there, it is not on its way."""


def look(job: Job, store: Store, shop: Workshop, restraint: Restraint) -> str:
    """Look at the project and mark what is to be run. Returns a reason code if nothing may be, else nothing."""
    now = datetime.now(UTC)
    store.register(job.tracker)
    # Many issues need the labels at once: they are defined before, by one.
    wanted = ["visibility"] if job.number is not None else ["visibility", "labels", "full-sweep"]
    store.mark_duty(job.tracker, wanted, event="job", delivery="", now=now)
    duties = build_duties(
        job.settings,
        job.policy,
        store,
        forge_for=lambda ref: restraint.forge(shop.forges.of(ref)),
        labels=shop.catalogue,
    )
    reason = _do(duties, shop, store, now + job.patience)
    if reason or job.number is None:
        return reason or store.tracker(job.tracker).stopped_reason
    ref = IssueRef(job.tracker.forge, job.tracker.project, job.number)
    store.mark(ref, event="job", delivery="", now=now - NEVER_YOUNG)
    return store.tracker(job.tracker).stopped_reason


def _do(duties: Duties, shop: Workshop, store: Store, deadline: datetime) -> str:
    claim = store.claim("job", datetime.now(UTC), LEASE, with_duties=True)
    if not isinstance(claim, DutyClaim):
        raise RuntimeError("the only duties there are were not to be had")  # noqa: TRY004  # no argument is at fault
    while True:
        try:
            shop.duties(duties)(claim)
        except LimitedError as error:
            if datetime.now(UTC) + timedelta(seconds=error.seconds) > deadline:
                return respond(error, Retry()).reason
            time.sleep(error.seconds)
        except ForgeError as error:
            return respond(error, Retry()).reason
        else:
            return ""
