"""When somebody keeps reversing our labels: after the fourth time within an hour we stop putting them right. Pure.

A person of the team who changes a label has decided, and automatic labelling pauses for them (`hands`). This is about
everybody else: another machine with a rule of its own, or a person without a say. Two machines that answer each other
never come to an end, so ours is the one that stops. What counts is a label that somebody else took off although the
verdict, the same as before, asks for it, or put on although we had left it off; our own changes of mind do not.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from webhook.plan import LabelChange

LIMIT = 4
"""So many reversals of one label within the window stop us."""
WINDOW = timedelta(hours=1)
"""In which they are counted, and for how long we then leave the labels alone."""

Seen = Mapping[str, tuple[datetime, ...]]
"""By label: when we found it reversed, oldest first."""


@dataclass(frozen=True, slots=True)
class Flaps:
    """Who has been reversing what, as far as it matters now."""

    seen: Seen = field(default_factory=dict)
    until: datetime | None = None
    """Labels are left alone until then."""
    began: bool = False
    """Whether this run is the first to leave them alone."""

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels that stopped us."""
        return tuple(sorted(name for name, times in self.seen.items() if len(times) >= LIMIT))


def reversed_labels(
    changes: Collection[LabelChange], left: Collection[str], by_others: Collection[str]
) -> frozenset[str]:
    """Labels we would change back to how we left them, last changed by somebody else."""
    return frozenset(c.label for c in changes if (c.label in left) == c.add and c.label in by_others)


def judge(seen: Seen, *, paused: bool, found: Collection[str], fresh: bool, now: datetime) -> Flaps:
    """Decide whether the labels are left alone; `paused`: they have been so far, `found`: reversed just now.

    `fresh`: the verdict changed, or the team has spoken since. Then nothing of before counts.
    """
    if fresh:
        return Flaps()
    if paused:
        until = max((times[-1] for times in seen.values() if times), default=now - WINDOW) + WINDOW
        return Flaps(seen, until) if now < until else Flaps()
    recent = {name: tuple(at for at in times if at > now - WINDOW) for name, times in seen.items()}
    recent |= {name: (*recent.get(name, ()), now) for name in found}
    counted = Flaps({name: times for name, times in sorted(recent.items()) if times})
    return Flaps(counted.seen, now + WINDOW, began=True) if counted.labels else counted
