"""Walking all issues by their last change, without losing those that change while we walk. Pure but for `fetch`.

Page numbers drift: an issue that changes moves to the end and everything behind it moves up by one, over a page's
edge. So each further request starts from the last change seen (a second earlier, the forges' granularity), and page
numbers are used only where one second holds more than a page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from webhook.issue import Issue

OVERLAP: Final = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Batch:
    """One page: when each row changed, its issue (None where the row is none of ours), and whether more follow."""

    rows: Sequence[tuple[datetime, Issue | None]]
    more: bool


def by_last_change(fetch: Callable[[datetime | None, int], Batch], since: datetime | None) -> Iterator[Issue]:
    """Each issue once per state seen, oldest change first. `fetch(since, page)` gives one page."""
    seen: set[tuple[int, datetime]] = set()
    page = 1
    while True:
        batch = fetch(since, page)
        for changed, issue in batch.rows:
            if issue is not None and (issue.ref.number, changed) not in seen:
                seen.add((issue.ref.number, changed))
                yield issue
        if not batch.more or not batch.rows:
            return
        reached = batch.rows[-1][0].replace(microsecond=0) - OVERLAP
        if since is None or reached > since:
            since, page = reached, 1
            seen = {key for key in seen if key[1] >= reached}
        else:
            page += 1
