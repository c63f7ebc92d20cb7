"""Every request the service makes, by everything that can go wrong with it, and what must be so afterwards.

A case is a situation, the kind of request that is hit in it, and a fault. `requests` says which kinds a situation
needs; a test compares that with what is really asked, so that a new kind of request fails until it has a place here.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from tests.webhook.matrix.walk import SITUATIONS, WAIT, Walk

EVERY: Final = ("issue", "comments", "visibility")
REQUESTS: Final[Mapping[str, Mapping[str, Sequence[str]]]] = {
    "github": {
        "a process meets the tracker": ("installation", "token", "repository by name", "own account", "definitions"),
        "a label is not defined": ("define label",),
        "a report is filed": (*EVERY, "add labels", "write comment"),
        "a report is corrected": (*EVERY, "add labels", "remove label", "edit comment"),
        "the team speaks": ("role", "react"),
        "our comment is there twice": ("delete comment",),
        "a person changes a label": ("label events", "add labels"),
    },
    "gitlab": {
        "a process meets the tracker": ("project by name", "own account", "definitions"),
        "a label is not defined": ("define label",),
        "a report is filed": (*EVERY, "change issue", "write comment"),
        "a report is corrected": (*EVERY, "change issue", "edit comment"),
        "the team speaks": ("role", "react"),
        "our comment is there twice": ("delete comment",),
        "a person changes a label": ("label events", "change issue"),
    },
}
SILENT: Final = 60.0
"""Seconds that we wait where a limit's answer does not say how long."""
LOOK_AGAIN: Final = 5.0
"""Seconds before anything is asked again after a comment that may have been written."""

BOTH: Final[Mapping[str, Mapping[str, Any]]] = {
    "no answer, nothing done": {"kind": "hold", "seconds": WAIT * 1.5},
    "cut off after it was done": {"kind": "cut"},
    "500": {"kind": "error", "status": 500},
    "500 after it was done": {"kind": "error", "status": 500, "after": True},
    "502": {"kind": "bad_gateway"},
    "502 with a page": {"kind": "bad_gateway_html"},
    "a page for an answer": {"kind": "html"},
    "401": {"kind": "fresh_token"},
    "404 right after it was opened": {"kind": "not_found"},
    "as it was before": {"kind": "stale"},
    "307": {"kind": "moved", "status": 307},
    "301": {"kind": "moved", "status": 301},
}
LIMITS: Final[Mapping[str, Mapping[str, Mapping[str, Any]]]] = {
    "github": {
        "secondary limit, 7 s": {"kind": "secondary_limit", "seconds": 7},
        "secondary limit, no time": {"kind": "secondary_limit"},
        "primary limit, 30 s": {"kind": "primary_limit", "seconds": 30},
        "429, 9 s": {"kind": "throttled", "seconds": 9},
    },
    "gitlab": {
        "429, 9 s": {"kind": "throttled", "seconds": 9},
        "application limit, no time": {"kind": "application_limit"},
    },
}
UNANSWERED: Final = ("no answer, nothing done", "cut off after it was done", "500", "500 after it was done", "502")
UNMOVED: Final = frozenset({"installation", "token", "own account"})
"""Requests that do not name the project: nothing redirects them."""


@dataclass(frozen=True, slots=True)
class Case:
    """What happens, which request is hit, and by what."""

    situation: str
    request: str
    fault: str

    def __str__(self) -> str:
        return f"{self.situation}: {self.request}: {self.fault}"


def cases(forge: str) -> list[Case]:
    """The whole matrix of a forge."""
    return [
        Case(situation, request, fault)
        for situation, requests in REQUESTS[forge].items()
        for request in requests
        for fault in (*BOTH, *LIMITS[forge])
        if _possible(situation, request, fault)
    ]


def _possible(situation: str, request: str, fault: str) -> bool:
    match fault:
        case "404 right after it was opened":
            return (situation, request) == ("a report is filed", "issue")
        case "as it was before":
            return (situation, request) == ("a report is corrected", "issue")
        case "301" | "307":
            return request not in UNMOVED
        case _:
            return True


def try_one(walk: Walk, case: Case) -> None:
    """Have it happen, and see that all ends well."""
    situation = SITUATIONS[case.situation]
    number = situation.prepare(walk)
    since = walk.last_entry()
    method, path = walk.pattern(case.request)
    rule = BOTH.get(case.fault) or LIMITS[walk.place.kind][case.fault]
    walk.core.faults.add(**{"method": method, "path": path, "times": 1, **rule})
    situation.act(walk, number)
    walk.rest()
    (struck,) = walk.core.faults.listed()
    walk.core.faults.clear()
    assert struck["hits"] == 1, "the fault has not struck"
    _right(walk, number, situation.labels)
    _patient(walk, case, rule, since)


def _right(walk: Walk, number: int, labels: frozenset[str]) -> None:
    assert walk.place.labels(number) == labels
    said = walk.place.said_by_us(number)
    assert all(f"`{label}`" in said for label in labels if label.startswith(("xsa", "out")))
    assert not walk.store.dead()
    (first,) = walk.place.ours(number)
    record = walk.store.record(walk.ref(number))
    assert record is not None
    assert record.comment_id == first[0]


def _patient(walk: Walk, case: Case, rule: Mapping[str, Any], since: int) -> None:
    """Nothing was asked before the forge wanted to be asked again, and not long after it either."""
    entries = walk.asked(since)
    while not any(entry.fault for entry in entries):  # the sandbox notes a held request when it hangs up
        time.sleep(WAIT / 10)
        entries = walk.asked(since)
    at = next(n for n, entry in enumerate(entries) if entry.fault)
    after = entries[at + 1 :]
    waited = after[0].at - entries[at].at if after else None
    if "limit" in rule["kind"] or rule["kind"] == "throttled":
        asked = float(rule.get("seconds", SILENT))
        assert waited is None or asked - 0.01 <= waited <= asked + 3, f"waited {waited} s, asked for {asked} s"
    if case.request == "write comment":
        done = [
            e
            for e in entries
            if walk.kind(e) == case.request and (not e.fault or e.fault == "cut" or rule.get("after"))
        ]
        assert len(done) == 1, "a second comment sends everybody a second mail, even if it is deleted at once"
        if case.fault in UNANSWERED:
            assert waited is not None
            assert waited >= LOOK_AGAIN - 0.01, f"looked again after {waited} s"


def asked_for(walk: Walk) -> Iterator[tuple[str, set[str]]]:
    """By situation: every kind of request that is made where nothing goes wrong."""
    for name, situation in SITUATIONS.items():
        number = situation.prepare(walk)
        since = walk.last_entry()
        situation.act(walk, number)
        walk.rest()
        yield name, {walk.kind(entry) for entry in walk.asked(since)}
