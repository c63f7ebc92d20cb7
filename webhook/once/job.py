"""What one command is to do. Plain values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import scope
from webhook.issue import ForgeKind
from webhook.settings import Settings
from webhook.store import TrackerRef


@dataclass(frozen=True, slots=True)
class Job:
    """One issue, or all open issues of a project."""

    settings: Settings
    """With exactly one tracker."""
    policy: scope.Policy
    number: int | None
    """The issue; None for all open ones of the project."""
    write: bool
    """False: a dry run."""
    adds_only: bool = False
    """Labels are added and nothing else is done."""
    patience: timedelta = timedelta(minutes=15)
    """So long the job waits for the forge's limits and faults to pass."""

    @property
    def tracker(self) -> TrackerRef:
        """The project."""
        (one,) = self.settings.trackers
        return TrackerRef(ForgeKind(one.forge), one.project)
