"""Issues that the public can read, end to end: no label, no comment, and no line of a log with their text."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.stand.leftovers import everything, found, rows
from tests.stand.service import standing, wait_for
from tests.stand.town import GITHUB, GITLAB
from webhook.cli.demo.reports import CRASH
from webhook.disclosure import FRESH_SECONDS
from webhook.issue import ForgeKind

MARKER = "Xylophon-Quagga-1807"
CANDIDATE = {**CRASH, "target": "hypervisor"}


@pytest.mark.parametrize("forge", [GITHUB, GITLAB])
def test_no_word_is_written_where_the_public_can_read(tmp_path: Path, forge: ForgeKind) -> None:
    with standing(tmp_path) as service:
        town = service.town
        serve = service.start("serve")

        # It turns public between read and write: while the tracker's labels are looked at, for longer than a look
        # at the visibility is good for.
        slow = town.sandbox.core.faults.add("slow", method="GET", path=r"/\d+/labels", seconds=FRESH_SECONDS + 0.8)
        body = town.body(forge, CANDIDATE, {"description": MARKER})
        turning = town.file(forge, MARKER, body)
        wait_for(lambda: bool(town.sandbox.core.faults.listed()[0]["hits"]), serve.log)
        town.expose(forge, turning)
        service.rest()
        town.sandbox.core.faults.remove(slow)

        # It was public from the start, and people go on talking.
        filed = town.file(forge, MARKER, body, public=True)
        service.rest()
        town.edit(forge, filed, town.body(forge, CANDIDATE, {"description": f"{MARKER} again"}))
        town.say(forge, filed, "tamsin", f"/scope set reachable no because {MARKER}")
        service.rest()

        if forge is GITHUB:  # the whole repository is stopped, and nothing of it is looked at any more
            assert "public" in [state.stopped_reason for state in service.store.trackers()]
        else:  # each issue is looked at for itself
            assert len(serve.told("run.public-issue")) > 2
        assert town.writes() == []
        for number in (turning, filed):
            assert town.labels(forge, number) == set()
            assert town.ours(forge, number) == []
        left = everything(service)
        assert found(left, [MARKER]) == []
        kept = rows(tmp_path / "xsa-scope.db", without="policy")  # whose text anybody may read
        assert "hypervisor" not in kept, "nor are its answers kept"
