"""The policy once more, written from its reference page alone: brute force over all completions, with numpy.

Nothing of the engine is imported here, and nothing is read from the policy file: facts, tables, presumptions, joining,
routing and labels are put down a second time, in the order in which the page has them, so that the two can be compared.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Bools: TypeAlias = NDArray[np.bool_]

OSES = ("os_linux", "os_openbsd", "os_freebsd", "os_netbsd", "os_windows", "os_other")

FACTS: dict[str, tuple[str, ...]] = {
    "source": (
        *("guest_userspace", "guest_kernel", "qemu_stubdomain", "driver_domain"),
        *("device_model_dom0", "service_domain", "host", "external"),
    ),
    "effect": ("privilege_escalation", "denial_of_service", "information_leak", "other", "none"),
    "target": (
        *("hypervisor", "dom0", "toolstack", "driver_domain", "own_device_model", "own_stubdomain"),
        *("other_guest", "own_kernel", "own_process", "self", "service_domain", "outside"),
    ),
    "component": ("xen", "hardware", "qemu", "xen_code_in_os", "third_party"),
    "dos_severity": ("termination", "significant", "minor"),
    "leaked_data": ("sensitive", "uninitialised", "xen_internal", "mundane"),
    "shown_internal_only": ("no", "yes"),
    "feature_status": ("supported", "unlisted", "not_security_supported", "tech_preview", "experimental"),
    "qemu_config": ("as_described", "otherwise"),
    "reachable": ("yes", "no"),
    "depends_on_target_os": ("no", "yes"),
    **dict.fromkeys(OSES, ("not_vulnerable", "vulnerable")),
}
PATH_FACTS = ("source", "effect", "target")

CODES = (
    *("0-third-party", "1-self", "1-disaggregated", "1-unlisted", "1a-infoleak", "2-none", "2-other"),
    *("2b-minor", "3-unsupported", "3-qemu-config", "4-not-reachable", "4-no-vulnerable-os"),
)

LABELS = (
    "xsa-candidate",
    *(f"out-of-scope:{code}" for code in CODES),
    *("out-of-scope", "needs-os-check", "needs-triage", "needs-info", "scope:contested", "scope:overridden"),
)


@dataclass
class Judged:
    """What all tables say of an array of ground facts."""

    failed: Bools
    firm: Bools
    """Some row fails that rests on no contested reading."""
    codes: dict[str, Bools]

    @property
    def inside(self) -> Bools:
        return ~self.failed

    @property
    def contested_only(self) -> Bools:
        return self.failed & ~self.firm


class Ground:
    """Ground facts as one array: an axis for each fact, in the page's order, over the values given."""

    def __init__(self, values: Mapping[str, Sequence[str]]) -> None:
        self.values = {fact: tuple(values[fact]) for fact in FACTS}
        self.shape = tuple(len(kept) for kept in self.values.values())
        self._failed = np.zeros((1,) * len(FACTS), bool)
        self._firm = self._failed
        self._codes = dict.fromkeys(CODES, self._failed)

    def is_(self, fact: str, *values: str) -> Bools:
        """Where the fact has one of these values."""
        axis = tuple(FACTS).index(fact)
        shape = [1] * len(FACTS)
        shape[axis] = -1
        return np.array([value in values for value in self.values[fact]], bool).reshape(shape)

    def fail(self, code: str, where: Bools, *, contested: bool = False) -> None:
        self._failed = self._failed | where
        if not contested:
            self._firm = self._firm | where
        self._codes[code] = self._codes[code] | where

    def judge(self) -> Judged:
        self._software_covered()
        self._effects(*self._contexts())
        self._configurations()
        self._combination()
        whole = [np.broadcast_to(part, self.shape) for part in (self._failed, self._firm)]
        return Judged(*whole, {code: np.broadcast_to(where, self.shape) for code, where in self._codes.items()})

    def _software_covered(self) -> None:
        third = self.is_("component", "third_party")
        within = self.is_("source", "guest_userspace") & self.is_(
            "target", "own_kernel", "own_process", "own_stubdomain"
        )
        self.fail("0-third-party", third & within)
        self.fail("0-third-party", third & ~within, contested=True)

    def _contexts(self) -> tuple[Bools, Bools, Bools, Bools]:
        """Where the pair is 1a, 1a-dm, 1b, 1c. The first line of the table that matches counts."""
        source, target = "source", "target"
        any_guest = self.is_(source, "guest_userspace", "guest_kernel", "qemu_stubdomain", "driver_domain")
        kernel = self.is_(source, "guest_kernel", "driver_domain")
        user = self.is_(source, "guest_userspace")
        left = np.ones((1,) * len(FACTS), bool)

        def line(where: Bools) -> Bools:
            nonlocal left
            fires = where & left
            left = left & ~where
            return fires

        self.fail("1-disaggregated", line(self.is_(source, "service_domain") | self.is_(target, "service_domain")))
        self.fail("1-self", line(self.is_(target, "self")))
        pair_1a = line(any_guest & self.is_(target, "hypervisor", "dom0", "toolstack", "driver_domain"))
        pair_1a_dm = line(any_guest & self.is_(target, "own_device_model"))
        pair_1b = line(any_guest & self.is_(target, "other_guest"))
        pair_1c = line(user & self.is_(target, "own_kernel", "own_process", "own_stubdomain"))
        self.fail("1-self", line(kernel & self.is_(target, "own_kernel", "own_process")))
        self.fail("1-self", line(kernel & self.is_(target, "own_stubdomain")), contested=True)
        self.fail("1-self", line(self.is_(source, "qemu_stubdomain") & self.is_(target, "own_stubdomain")))
        at_host = self.is_(target, "hypervisor", "dom0", "toolstack", "driver_domain", "other_guest")
        self.fail("1-unlisted", line(self.is_(source, "external") & at_host), contested=True)
        self.fail("1-unlisted", left)
        return pair_1a, pair_1a_dm, pair_1b, pair_1c

    def _effects(self, pair_1a: Bools, pair_1a_dm: Bools, pair_1b: Bools, pair_1c: Bools) -> None:
        dos, leak = self.is_("effect", "denial_of_service"), self.is_("effect", "information_leak")
        minor, user = self.is_("dos_severity", "minor"), self.is_("source", "guest_userspace")
        listed = pair_1a | pair_1a_dm | pair_1b | pair_1c
        self.fail("2-none", listed & self.is_("effect", "none"))
        self.fail("2-other", listed & self.is_("effect", "other"), contested=True)
        self.fail("2b-minor", (pair_1a | pair_1b | pair_1c) & dos & minor, contested=True)
        self.fail("1-self", pair_1a_dm & dos & ~user, contested=True)
        self.fail("2b-minor", pair_1a_dm & dos & user & minor, contested=True)
        uninitialised = self.is_("leaked_data", "uninitialised")
        counts = self.is_("leaked_data", "sensitive") | (uninitialised & self.is_("shown_internal_only", "no"))
        self.fail("1a-infoleak", (pair_1a | pair_1a_dm) & leak & ~counts)

    def _configurations(self) -> None:
        self.fail("3-unsupported", self.is_("feature_status", "tech_preview", "experimental"))
        self.fail("3-unsupported", self.is_("feature_status", "not_security_supported"), contested=True)
        described = self.is_("qemu_config", "as_described")
        self.fail("3-qemu-config", self.is_("component", "qemu") & ~described, contested=True)

    def _combination(self) -> None:
        self.fail("4-not-reachable", self.is_("reachable", "no"))
        own = (
            (self.is_("component", "xen", "hardware") & self.is_("target", "hypervisor", "toolstack"))
            | (self.is_("component", "qemu") & self.is_("target", "own_device_model", "own_stubdomain", "dom0"))
            | (
                self.is_("component", "xen_code_in_os")
                & self.is_("target", "dom0", "driver_domain", "own_kernel", "other_guest")
            )
        )
        works = own | self.is_("depends_on_target_os", "no")
        for os in OSES:
            works = works | self.is_(os, "vulnerable")
        self.fail("4-no-vulnerable-os", ~works)


@dataclass
class Said:
    """A report in plain words; an absent fact = nothing known, an empty list = a conflict."""

    paths: list[dict[str, list[str]]]
    facts: dict[str, list[str]] = field(default_factory=dict)
    efforts: list[str] = field(default_factory=list)
    not_sure: list[str] = field(default_factory=list)

    def of_path(self, path: Mapping[str, list[str]]) -> dict[str, list[str]]:
        """What is said of one path: its own word wins over the report's, a full list included."""
        return {**self.facts, **path}


@dataclass
class Answer:
    """A verdict in plain words."""

    outcome: str
    standing: str
    codes: list[str] = field(default_factory=list)
    contested: bool = False
    missing: list[str] = field(default_factory=list)
    presumptions: list[str] = field(default_factory=list)
    conflicts: list[str] = field(default_factory=list)


def completions(said: Mapping[str, list[str]]) -> int:
    """How many completions the statements on one path leave."""
    return int(np.prod([len(said.get(fact) or values) for fact, values in FACTS.items()]))


def of_path(said: Mapping[str, list[str]], efforts: Iterable[str]) -> Answer:
    """The verdict on one path; `outcome` is "in", "out" or "open"."""
    kept = {fact: [v for v in values if v in (said.get(fact) or values)] for fact, values in FACTS.items()}
    judged = Ground(kept).judge()
    known: dict[str, str] = {}

    def view(array: Bools) -> Bools:
        for axis, fact in enumerate(FACTS):
            if fact in known:
                array = np.take(array, [kept[fact].index(known[fact])], axis)
        return array

    def decided() -> bool:
        inside = view(judged.inside)
        return bool(inside.all() or not inside.any())

    def conclude(standing: str) -> Answer:
        if view(judged.inside).all():
            return Answer("in", standing, presumptions=in_order(known, FACTS))
        codes = [code for code in CODES if view(judged.codes[code]).all()]
        contested = bool(view(judged.contested_only).any()) or "os_windows" in known
        return Answer("out", standing, codes, contested, presumptions=in_order(known, FACTS))

    if decided():
        return conclude("settled")
    known.update(presumable(kept, said, efforts))
    if not decided():
        inside = view(judged.inside)
        differs = [bool((inside.any(axis) & ~inside.all(axis)).any()) for axis in range(len(FACTS))]
        return Answer("open", "open", missing=[fact for fact, open_ in zip(FACTS, differs, strict=True) if open_])
    for fact in in_order(known, FACTS):
        value = known.pop(fact)
        if not decided():
            known[fact] = value
    return conclude("presumed")


def presumable(kept: Mapping[str, list[str]], said: Mapping[str, list[str]], efforts: Iterable[str]) -> dict[str, str]:
    """The text's presumptions on the facts of which nothing is known, a conflict apart."""
    within = {"own_kernel", "own_process", "own_stubdomain"}
    within_a_guest = "guest_userspace" in kept["source"] and within & set(kept["target"])
    presumed = {
        "shown_internal_only": "no",
        "feature_status": "unlisted",
        "reachable": "yes",
        **({} if within_a_guest else {"depends_on_target_os": "no"}),
        "os_other": "not_vulnerable",
        **({"os_windows": "not_vulnerable"} if "os_windows" in efforts else {}),
    }
    return {
        fact: value for fact, value in presumed.items() if len(kept[fact]) == len(FACTS[fact]) and said.get(fact) != []
    }


def verdict(said: Said) -> Answer:
    """The verdict on a report, all paths taken together."""
    paths = [of_path(said.of_path(path), said.efforts) for path in said.paths]
    inside = [path for path in paths if path.outcome == "in"]
    missing = in_order({fact for path in paths for fact in path.missing}, FACTS)
    if inside:
        settled = any(path.standing == "settled" for path in inside)
        fewest = min(inside, key=lambda path: len(path.presumptions))
        answer = Answer("in-scope", "settled" if settled else "presumed", presumptions=fewest.presumptions)
    elif missing:
        answer = Answer(routed(missing, said.not_sure), "open", missing=missing)
    else:
        answer = Answer(
            "out-of-scope",
            "presumed" if any(path.standing == "presumed" for path in paths) else "settled",
            in_order({code for path in paths for code in path.codes}, CODES),
            any(path.contested for path in paths),
            presumptions=in_order({fact for path in paths for fact in path.presumptions}, FACTS),
        )
    spoken = [said.facts, *said.paths]
    answer.conflicts = [fact for fact in FACTS if any(part.get(fact) == [] for part in spoken)]
    return answer


def routed(missing: Iterable[str], not_sure: Iterable[str]) -> str:
    """Whose turn it is."""
    systems = {*OSES, "depends_on_target_os"}
    if set(missing) <= systems:
        return "needs-os-check"
    if set(missing) <= {*systems, "shown_internal_only", *not_sure}:
        return "needs-triage"
    return "needs-info"


def labels(answer: Answer) -> list[str]:
    """The labels of a verdict."""
    if answer.outcome == "in-scope":
        wanted = {"xsa-candidate"}
    elif answer.outcome == "out-of-scope":
        wanted = {f"out-of-scope:{code}" for code in answer.codes} or {"out-of-scope"}
    else:
        wanted = {answer.outcome}
    return in_order(wanted | ({"scope:contested"} if answer.contested else set()), LABELS)


def in_order(words: Iterable[str], order: Iterable[str]) -> list[str]:
    chosen = set(words)
    return [word for word in order if word in chosen]
