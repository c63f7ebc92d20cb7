"""Whatever goes wrong between service and GitHub, the issue ends as it should: right labels, one comment."""

from __future__ import annotations

from typing import Any

import pytest

from tests.stand.emulate.emulator import PRIVATE
from tests.stand.emulate.stand import Stand
from webhook.cli.demo.reports import CRASH

pytestmark = pytest.mark.stand

COMMENT, LABELS = r"/issues/\d+/comments$", r"/issues/\d+/labels$"
FAULTS: dict[str, dict[str, Any]] = {
    "the comment is written and the answer lost": {"kind": "lost-reply", "method": "POST", "path": COMMENT},
    "the comment is written and the connection cut": {"kind": "cut-reply", "method": "POST", "path": COMMENT},
    "the label is set and the answer lost": {"kind": "lost-reply", "method": "POST", "path": LABELS},
    "the comment is written and the answer comes later than we wait": {
        "kind": "slow",
        "method": "POST",
        "path": COMMENT,
        "seconds": 4,
    },
    "a secondary limit at the comment": {"kind": "secondary", "method": "POST", "path": COMMENT},
    "a secondary limit at every other write on the issue": {
        "kind": "secondary",
        "method": "write",
        "path": "/issues/",
        "every": 2,
        "times": 2,
    },
    "the quota is spent": {"kind": "primary", "path": "^/repositories/", "skip": 1, "seconds": 2},
    "two bad gateways on reads": {"kind": "bad-gateway", "method": "read", "path": "^/repositories/", "times": 2},
    "a read is cut off": {"kind": "cut", "method": "read", "path": "/comments"},
    "the token is not known yet": {"kind": "unauthorised", "method": "read", "path": r"/issues/\d+$"},
    "the new issue is not there yet": {"kind": "hidden", "method": "read", "path": r"/issues/\d+$"},
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_report_ends_as_it_should_although(stand: Stand, fault: str) -> None:
    stand.wire.faults(FAULTS[fault])
    with stand.counted() as seen:
        number = stand.emulator.file(PRIVATE, "A guest stops the host", stand.body({**CRASH, "target": "hypervisor"}))
    struck = [one for one in seen.exchanges if one.fault is not None]
    assert len(struck) >= FAULTS[fault].get("times", 1), "the fault has not struck"
    made = [one for one in seen.exchanges if one.verb == "POST" and one.path.endswith("/comments") and one.reached]
    assert len(made) == 1, "a second comment would have sent everybody a second mail, even if it is deleted at once"
    assert len(stand.emulator.comments(PRIVATE, number)) == 1
    assert stand.emulator.labels(PRIVATE, number) == {"xsa-candidate"}
