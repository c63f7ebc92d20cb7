"""The policy's labels as a tracker has them: made where they are missing, spelled as they are there, or barred.

A label is barred where the tracker does not let us set it: it is archived, or making or setting it was refused. It is
then left out of every plan, told in the comment and counted once, and tried again with the next look an hour later.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable
from threading import Lock

import scope
from webhook import metrics
from webhook.disclosure import Guard
from webhook.forges.port import Forge, RefusedError
from webhook.issue import LabelDefinition
from webhook.log import logger

LABELS_KNOWN_SECONDS = 3600.0
"""How long a look at a tracker's label definitions is trusted."""
DOUBTS = 2
"""A label refused once may have been deleted since we looked; refused again after a fresh look, it is barred."""

_log = logger(__name__)


class Spelling:
    """How labels are spelled where they lie. A label in other case is adopted, not made a second time.

    GitHub takes any case for the same label; GitLab may keep both, so requests name the one that is there.
    """

    def __init__(self, names: Iterable[str] = (), barred: Iterable[str] = ()) -> None:
        self._exact = frozenset(names)
        self._by_fold = {name.casefold(): name for name in sorted(self._exact)}
        self._barred = frozenset(name.casefold() for name in barred)

    def __contains__(self, name: str) -> bool:
        return name.casefold() in self._by_fold

    def of(self, names: Iterable[str]) -> tuple[str, ...]:
        """The names as they are spelled there; unknown ones as they are."""
        return tuple(name if name in self._exact else self._by_fold.get(name.casefold(), name) for name in names)

    def barred(self, names: Iterable[str]) -> tuple[str, ...]:
        """Those of the names that cannot be set there."""
        return tuple(name for name in names if name.casefold() in self._barred)


class Catalogue:
    """Makes sure the policy's labels are defined on a tracker before one is used. Threads may share one.

    An unknown label is created by the forge itself, grey and without a description, or silently dropped.
    """

    def __init__(self, policy: scope.Policy, now: Callable[[], float]) -> None:
        self._policy, self._now = policy, now
        self._known: dict[str, tuple[float, Spelling]] = {}
        """By tracker: until when a look is trusted, and what it showed."""
        self._refused: dict[str, Counter[str]] = {}
        """By tracker: how often a label was refused since the last look that was not for that reason."""
        self._lock = Lock()
        self._looking: defaultdict[str, Lock] = defaultdict(Lock)
        """By tracker: one thread looks and defines, the others wait for what it finds."""

    def ensure(self, tracker: str, forge: Forge, guard: Guard) -> Spelling:
        """Create what is missing; return how the tracker spells its labels. One request an hour where none is."""
        with self._lock:
            looking = self._looking[tracker]
        with looking:
            return self._ensure(tracker, forge, guard)

    def _ensure(self, tracker: str, forge: Forge, guard: Guard) -> Spelling:
        with self._lock:
            until, spelling = self._known.get(tracker, (float("inf"), Spelling()))
            if tracker in self._known and until > self._now():
                return spelling
            if until <= self._now():
                self._refused.pop(tracker, None)
            refused = {name for name, times in self._refused.get(tracker, Counter()).items() if times >= DOUBTS}
        there = forge.label_definitions()
        names = [label.name for label in there]
        barred = refused | self._archived(there) | self._create(Spelling(names), forge, guard)
        if barred:
            metrics.LABELS_REFUSED.add(len(barred), forge=tracker.partition(":")[0])
            _log.warning("labels.barred", tracker=tracker, labels=sorted(barred))
        spelling = Spelling(names, barred)
        with self._lock:
            self._known[tracker] = self._now() + LABELS_KNOWN_SECONDS, spelling
        return spelling

    def refused(self, tracker: str, names: Collection[str]) -> None:
        """The forge did not set these labels: look again before the next use, and bar what is refused once more."""
        with self._lock:
            self._known.pop(tracker, None)
            self._refused.setdefault(tracker, Counter()).update(name.casefold() for name in names)

    def forget(self, tracker: str) -> None:
        """Look again before the next use: somebody changed the tracker's labels."""
        with self._lock:
            self._known.pop(tracker, None)
            self._refused.pop(tracker, None)

    def _archived(self, there: Iterable[LabelDefinition]) -> set[str]:
        """Labels of ours that the tracker has, and none of that name that could be set."""
        there = list(there)
        usable = {label.name.casefold() for label in there if not label.archived}
        archived = {label.name.casefold() for label in there if label.archived} - usable
        return archived & {name.casefold() for name in self._policy.labels}

    def _create(self, there: Spelling, forge: Forge, guard: Guard) -> set[str]:
        """Define what is missing; returns the names of labels that may not be."""
        refused = set[str]()
        for label in self._policy.labels.values():
            if label.name not in there:
                try:
                    forge.create_label(LabelDefinition(label.name, label.colour, label.description), guard)
                except RefusedError:
                    refused.add(label.name.casefold())
        return refused
