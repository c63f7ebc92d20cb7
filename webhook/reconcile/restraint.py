"""What of a plan may be written at all: everything, additions of labels only, or nothing (a dry run).

A plan is always made whole; how much of it is carried out is decided here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol, cast

from webhook.forges.port import Forge, Guard
from webhook.issue import IssueRef, LabelDefinition
from webhook.plan import Plan


class Restraint(Protocol):
    """How far the service may go on the issues it reconciles."""

    def slip(self, ref: IssueRef, whole: Plan, /) -> Plan:
        """What of the plan for this issue is carried out."""

    def forge(self, forge: Forge, /) -> Forge:
        """The adapter to work with."""


class _Unrestrained:
    def slip(self, _ref: IssueRef, whole: Plan, /) -> Plan:
        return whole

    def forge(self, forge: Forge, /) -> Forge:
        return forge


UNRESTRAINED: Restraint = _Unrestrained()
"""Everything planned is written."""


class AddsOnly:
    """Add labels, remove nothing, write no comment: for an account that others write with too.

    What such an account did on an issue may have been somebody else's doing, so nothing there is ours to take away.
    """

    def slip(self, _ref: IssueRef, whole: Plan, /) -> Plan:
        """The labels to add."""
        return whole.additions

    def forge(self, forge: Forge, /) -> Forge:
        """The adapter as it is."""
        return forge


class LooksOnly:
    """A dry run: every plan is kept to be shown, and nothing is written. Threads may share one."""

    def __init__(self, within: Restraint = UNRESTRAINED) -> None:
        self._within = within
        self._plans: dict[IssueRef, Plan] = {}

    @property
    def plans(self) -> Mapping[IssueRef, Plan]:
        """By issue: what would have been written."""
        return self._plans

    def slip(self, ref: IssueRef, whole: Plan, /) -> Plan:
        """Nothing."""
        self._plans[ref] = self._within.slip(ref, whole)
        return Plan((), ())

    def forge(self, forge: Forge, /) -> Forge:
        """The adapter, unable to write."""
        return cast("Forge", _Spectator(self._within.forge(forge)))


WRITES = frozenset(
    {"change_labels", "create_comment", "edit_comment", "delete_comment", "react", "redeliver", "change_label"}
)


class _Spectator:
    """An adapter that reads. What a run writes beside its plan is left undone; anything else would be a mistake."""

    def __init__(self, forge: Forge) -> None:
        self._forge = forge

    def __getattr__(self, name: str) -> Any:
        if name in WRITES:
            raise AssertionError(f"a dry run was about to write ({name})")
        return getattr(self._forge, name)

    def create_label(self, label: LabelDefinition, guard: Guard) -> None:
        """Leave the label undefined."""

    def make_confidential(self, number: int, guard: Guard) -> None:
        """Leave the issue as it is."""
