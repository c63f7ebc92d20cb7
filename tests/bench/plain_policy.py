"""The policy as one plain function on complete facts: what one would write who needs no more than complete reports."""

from __future__ import annotations

from collections.abc import Mapping

GUESTS = frozenset({"guest_userspace", "guest_kernel", "qemu_stubdomain", "driver_domain"})
KERNELS = frozenset({"guest_kernel", "driver_domain"})
HOST = frozenset({"hypervisor", "dom0", "toolstack", "driver_domain"})
WITHIN = frozenset({"own_kernel", "own_process", "own_stubdomain"})
OWN_SOFTWARE = {
    "xen": frozenset({"hypervisor", "toolstack"}),
    "hardware": frozenset({"hypervisor", "toolstack"}),
    "qemu": frozenset({"own_device_model", "own_stubdomain", "dom0"}),
    "xen_code_in_os": frozenset({"dom0", "driver_domain", "own_kernel", "other_guest"}),
    "third_party": frozenset(),
}
SYSTEMS = ("os_linux", "os_openbsd", "os_freebsd", "os_netbsd", "os_windows", "os_other")
ORDER = (
    *("0-third-party", "1-self", "1-disaggregated", "1-unlisted", "1a-infoleak", "2-none", "2-other"),
    *("2b-minor", "3-unsupported", "3-qemu-config", "4-not-reachable", "4-no-vulnerable-os"),
)


def labels(facts: Mapping[str, str]) -> tuple[str, ...]:
    """The labels of a complete report with one path."""
    failed: dict[str, bool] = {}
    firm = False
    for code, contested in (
        _covered(facts),
        _context_and_effect(facts),
        _feature(facts),
        _qemu(facts),
        ("4-not-reachable" if facts["reachable"] == "no" else "", False),
        _system(facts),
    ):
        if code:
            failed[code] = True
            firm = firm or not contested
    if not failed:
        return ("xsa-candidate",)
    told = tuple(f"out-of-scope:{code}" for code in ORDER if code in failed)
    return told if firm else (*told, "scope:contested")


def _covered(facts: Mapping[str, str]) -> tuple[str, bool]:
    if facts["component"] != "third_party":
        return "", False
    return "0-third-party", not (facts["source"] == "guest_userspace" and facts["target"] in WITHIN)


def _context_and_effect(facts: Mapping[str, str]) -> tuple[str, bool]:  # noqa: PLR0911  # one line of the table each
    source, target = facts["source"], facts["target"]
    if "service_domain" in (source, target):
        return "1-disaggregated", False
    if target == "self":
        return "1-self", False
    if source in GUESTS:
        if target in HOST:
            return _effect(facts, "1a")
        if target == "own_device_model":
            return _effect(facts, "1a-dm")
        if target == "other_guest":
            return _effect(facts, "1b")
        if source == "guest_userspace" and target in WITHIN:
            return _effect(facts, "1c")
        if source in KERNELS and target in WITHIN:
            return "1-self", target == "own_stubdomain"
        if target == "own_stubdomain":
            return "1-self", False
    return "1-unlisted", source == "external" and (target in HOST or target == "other_guest")


def _effect(facts: Mapping[str, str], pair: str) -> tuple[str, bool]:
    effect = facts["effect"]
    if effect == "none":
        return "2-none", False
    if effect == "other":
        return "2-other", True
    if effect == "denial_of_service":
        if pair == "1a-dm" and facts["source"] != "guest_userspace":
            return "1-self", True
        return ("2b-minor" if facts["dos_severity"] == "minor" else ""), True
    if effect == "information_leak" and pair in ("1a", "1a-dm"):
        data = facts["leaked_data"]
        counts = data == "sensitive" or (data == "uninitialised" and facts["shown_internal_only"] == "no")
        return ("" if counts else "1a-infoleak"), False
    return "", False


def _feature(facts: Mapping[str, str]) -> tuple[str, bool]:
    status = facts["feature_status"]
    if status in ("tech_preview", "experimental"):
        return "3-unsupported", False
    return ("3-unsupported" if status == "not_security_supported" else ""), True


def _qemu(facts: Mapping[str, str]) -> tuple[str, bool]:
    odd = facts["component"] == "qemu" and facts["qemu_config"] == "otherwise"
    return ("3-qemu-config" if odd else ""), True


def _system(facts: Mapping[str, str]) -> tuple[str, bool]:
    if facts["target"] in OWN_SOFTWARE[facts["component"]] or facts["depends_on_target_os"] == "no":
        return "", False
    known = any(facts[system] == "vulnerable" for system in SYSTEMS)
    return ("" if known else "4-no-vulnerable-os"), False
