"""Is everything as it should be after a storm? Looks at the forges, the work list and the sandbox's journal only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import UTC, datetime

from tests.stand.town import Town
from webhook.issue import ForgeKind
from webhook.sandbox.journal import Entry
from webhook.store import Store

Expected = Mapping[tuple[ForgeKind, int], frozenset[str]]
"""By issue: the labels of its last edit."""


def complaints(town: Town, store: Store, expected: Expected, excused: Collection[str]) -> list[str]:
    """Everything that is wrong, in sentences. `excused`: runs whose process once stood still."""
    return [
        *_issues(town, expected),
        *_work_list(store),
        *late_writes(town.sandbox.core.journal.entries(writes=True), excused),
    ]


def _issues(town: Town, expected: Expected) -> Iterator[str]:
    for (forge, number), labels in expected.items():
        where, found, said = f"{forge}#{number}", town.labels(forge, number), town.ours(forge, number)
        if found != labels:
            yield f"{where} carries {sorted(found)}, not {sorted(labels)}"
        if len(said) != 1:
            yield f"{where} has {len(said)} comments of ours"
        elif not all(f"`{label}`" in said[0] for label in labels):
            yield f"{where}: the comment tells another verdict than {sorted(labels)}"


def _work_list(store: Store) -> Iterator[str]:
    stats = store.stats(datetime.now(UTC))
    for name, lane in (("live", stats.live), ("bulk", stats.bulk)):
        if lane.due or lane.waiting or lane.running:
            yield f"{lane.due} due, {lane.waiting} waiting, {lane.running} running are left in the {name} lane"
    for letter in store.dead():
        yield f"{letter.ref} was given up: {letter.reason}"


def late_writes(entries: Iterable[Entry], excused: Collection[str]) -> Iterator[str]:
    """Writes of a run that came in after a newer run of the same issue had begun to write.

    A run is named by the issue's row and the count of its claims. A process that stood still may have been past its
    last look at its claim: each run of such a process is excused once.
    """
    newest: Counter[str] = Counter()
    pardoned: set[str] = set()
    for entry in sorted(entries, key=lambda one: (one.at, one.number)):
        row, dot, count = entry.trace.partition(".")
        if not dot or not count.isdigit() or "access_tokens" in entry.path:
            continue
        if int(count) >= newest[row]:
            newest[row] = int(count)
        elif entry.trace in excused and entry.trace not in pardoned:
            pardoned.add(entry.trace)
        else:
            yield f"run {entry.trace} wrote ({entry.method} {entry.path}) after run {row}.{newest[row]} had begun to"
