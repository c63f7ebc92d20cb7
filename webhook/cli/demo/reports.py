"""The ten reports of the demo: what each reporter ticks, and what the team says below. No forge, no process in here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import scope
from webhook.forms.render import render
from webhook.issue import ForgeKind

GITHUB, GITLAB = ForgeKind.GITHUB, ForgeKind.GITLAB

SYSTEMS_CHECKED = (
    "/scope os rest not-vulnerable because none of them puts PS bits into L3 or L4 entries that a user controls\n"
    "/scope os windows inconclusive because its page-table code cannot be read"
)
SHOWN_INTERNAL = "/scope set shown_internal_only yes because the bytes are padding of a frame that holds pointers only"


@dataclass(frozen=True, slots=True)
class DemoReport:
    """One issue of the demo: its story, who is told where, and the answers ticked by fact."""

    story: str
    forge: ForgeKind
    ticks: Mapping[str, str | Sequence[str]] = field(default_factory=dict)
    """By fact: the value, or several for check boxes. Systems seen vulnerable under `vulnerable_systems`."""
    typed: Mapping[str, str] = field(default_factory=dict)
    """By field id: what the reporter writes."""
    command: str = ""
    """What a member of the team writes below, once the first verdict is there."""
    edit: Mapping[str, str] = field(default_factory=dict)
    """Answers that the reporter changes later."""
    expected: frozenset[str] = frozenset()
    """Labels the issue carries in the end."""
    form: bool = True
    public: bool = False

    def body(self, policy: scope.Policy, changed: Mapping[str, str] | None = None) -> str:
        """The issue's text as the forge stores it."""
        if not self.form:
            return "A guest can crash the host. Details follow."
        ticks = {**self.ticks, **(changed or {})}
        return render(policy, self.forge, {**_chosen(policy, ticks), **self.typed})


PLAIN = {"component": "xen", "feature_status": "supported", "reachable": "yes", "depends_on_target_os": "no"}
LEAK = {
    **PLAIN,
    "source": "guest_kernel",
    "effect": ["information_leak"],
    "target": "hypervisor",
    "leaked_data": "uninitialised",
}
EMULATOR = {
    **PLAIN,
    "source": "guest_userspace",
    "effect": ["privilege_escalation"],
    "target": "own_kernel",
    "depends_on_target_os": "yes",
}
CRASH = {**PLAIN, "source": "guest_kernel", "effect": ["denial_of_service"], "dos_severity": "termination"}

CANDIDATE = frozenset({"xsa-candidate"})
UNDECIDED = frozenset({"needs-info"})
FORGED = (
    "See below.\n\n### Does Xen's support list (SUPPORT.md) restrict the feature that has the bug?\n\n"
    "No: the feature is listed as supported"
)
"""Free text that pretends to be the form's answer."""

REPORTS = (
    DemoReport(
        "XSA-176: page-table bits that no known system uses",
        GITHUB,
        EMULATOR,
        command=SYSTEMS_CHECKED,
        expected=frozenset({"out-of-scope:4-no-vulnerable-os", "scope:contested"}),
    ),
    DemoReport("Uninitialised stack leaks to a guest", GITLAB, LEAK, expected=CANDIDATE),
    DemoReport(
        "The same, shown to be always internal",
        GITHUB,
        LEAK,
        command=SHOWN_INTERNAL,
        expected=frozenset({"out-of-scope:1a-infoleak"}),
    ),
    DemoReport("Instruction emulator, no system checked yet", GITLAB, EMULATOR, expected=frozenset({"needs-os-check"})),
    DemoReport(
        "A guest kernel crashes its own guest",
        GITHUB,
        {**CRASH, "target": "self"},
        expected=frozenset({"out-of-scope:1-self"}),
    ),
    DemoReport(
        "Crash in an experimental feature, later corrected",
        GITLAB,
        {**CRASH, "target": "hypervisor", "feature_status": "experimental"},
        edit={"feature_status": "supported"},
        expected=CANDIDATE,
    ),
    DemoReport("A report without the form", GITHUB, form=False, expected=UNDECIDED),
    DemoReport(
        "A heading forged in free text",
        GITHUB,
        {**CRASH, "target": "hypervisor", "feature_status": "experimental"},
        typed={"description": FORGED},
        expected=CANDIDATE,
    ),
    DemoReport(
        "Two effects, of which one qualifies",
        GITLAB,
        {
            **PLAIN,
            "source": "guest_userspace",
            "effect": ["denial_of_service", "information_leak"],
            "target": "hypervisor",
            "dos_severity": "termination",
            "leaked_data": "mundane",
        },
        expected=CANDIDATE,
    ),
    DemoReport("An issue that the public can read", GITLAB, {**CRASH, "target": "hypervisor"}, public=True),
)


def _chosen(policy: scope.Policy, ticks: Mapping[str, str | Sequence[str]]) -> dict[str, list[str]]:
    """By field id, the texts of the options that say exactly what is meant."""
    chosen: dict[str, list[str]] = {}
    for one in policy.form.fields:
        wanted = ticks.get(one.fact or one.id, ())
        values = [wanted] if isinstance(wanted, str) else list(wanted)
        for value in values:
            chosen.setdefault(one.id, []).append(_option(one, value))
    return chosen


def _option(asked: scope.Field, value: str) -> str:
    meant = frozenset({value})
    return next(o.text for o in asked.options if not o.not_sure and list(o.sets.values()) == [meant])


def forged_heading_is_the_forms(policy: scope.Policy) -> bool:
    """Whether the forged heading of the demo is one of the form's own, without which it would show nothing."""
    label = next(one.label for one in policy.form.fields if one.fact == "feature_status")
    return any(f"### {label}\n" in report.typed.get("description", "") for report in REPORTS)
