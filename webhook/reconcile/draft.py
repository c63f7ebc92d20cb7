"""From a conclusion to the slip: what is held back, the comment's text, and the difference to what is there. Pure.

Two things hold labels back although the verdict asks for them: somebody who keeps reversing them (`flaps`), and a
tracker that does not let us set them (`catalogue`). Both are told in the comment.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from webhook import comment
from webhook.plan import Desired, Observed, Plan, plan
from webhook.reconcile import flaps, sticky
from webhook.reconcile.catalogue import Spelling
from webhook.reconcile.conclude import Conclusion
from webhook.reconcile.observe import Observation
from webhook.store import IssueRecord


@dataclass(frozen=True, slots=True)
class Draft:
    """What is to be written, and why not more."""

    slip: Plan
    body: str
    """The comment's text."""
    digest: str
    flaps: flaps.Flaps


def draft(  # noqa: PLR0913  # what follows, what was left, what is there, and when
    made: Conclusion,
    record: IssueRecord,
    seen: Observation,
    comments: sticky.Own,
    *,
    defined: Callable[[], Spelling],
    now: datetime,
) -> Draft:
    """Lay the conclusion over what is there. `defined` may cost a request: asked only to add labels."""
    observed = Observed(
        labels=seen.issue.labels,
        removable=made.hands.removable,
        comments=comments,
        hands_off=not made.changed and sticky.touched(record, comments),
        acknowledged=record.acknowledged,
    )
    whole = plan(Desired(made.wanted, "", made.reactions), observed)
    flapping = _flaps(made, record, whole, now)
    left_out = defined().barred(whole.add) if whole.add and flapping.until is None else ()
    page = replace(
        made.page,
        reversals=comment.Reversals(flapping.labels, flapping.until) if flapping.until else None,
        barred=left_out,
    )
    body = comment.render(page)
    digest = comment.digest(body)
    wanted = {name: why for name, why in made.wanted.items() if name not in left_out}
    slip = plan(Desired(wanted, digest, made.reactions), observed)
    return Draft(replace(slip, labels=()) if flapping.until else slip, body, digest, flapping)


def _flaps(made: Conclusion, record: IssueRecord, whole: Plan, now: datetime) -> flaps.Flaps:
    return flaps.judge(
        record.flaps,
        paused=record.flapping,
        found=flaps.reversed_labels(whole.labels, record.left_labels, made.hands.by_others),
        fresh=made.fresh,
        now=now,
    )
