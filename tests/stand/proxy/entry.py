"""What mitmdump loads: the add-ons in their order, and a small address space of their own for the test.

    mitmdump --mode reverse:http://127.0.0.1:SERVER@PORT --listen-host 127.0.0.1 --set keep_host_header=true \
        -s entry.py --set stand_spec=gh_trim31.json --set stand_repositories=1=xen-sec/private-reports

Runs in an environment of its own (mitmproxy pins Flask and others), so nothing of the project is imported here.
`keep_host_header` matters: the server builds its links from the Host header.

    GET  /_stand/journal    what passed, in order
    GET  /_stand/contract   what was not as GitHub's description has it
    PUT  /_stand/faults     a list of faults from now on, see `faults.py`
    POST /_stand/forget     empty the journal, the findings and the faults
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

from by_id import ById
from faults import Fault, Faults
from journal import Journal
from mitmproxy import ctx, http
from wire_contract import WireContract

PREFIX = "/_stand/"


class Control:
    """Answers the test's own requests; the other add-ons never see them."""

    def __init__(self, journal: Journal, contract: WireContract, faults: Faults) -> None:
        self._journal, self._contract, self._faults = journal, contract, faults
        self._doors: dict[tuple[str, str], Callable[[Any], Any]] = {
            ("GET", "journal"): lambda _: journal.entries,
            ("GET", "contract"): lambda _: contract.report(),
            ("PUT", "faults"): self._set_faults,
            ("POST", "forget"): self._forget,
        }

    def load(self, loader: Any) -> None:
        loader.add_option("stand_lifetime", int, 1800, "seconds after which the proxy ends by itself")

    def running(self) -> None:
        asyncio.get_running_loop().call_later(ctx.options.stand_lifetime, ctx.master.shutdown)

    def request(self, flow: http.HTTPFlow) -> None:
        if not flow.request.path.startswith(PREFIX):
            return
        flow.metadata["stand"] = True
        door = self._doors.get((flow.request.method, flow.request.path.removeprefix(PREFIX)))
        if door is None:
            flow.response = http.Response.make(404)
            return
        try:
            status, answer = 200, door(json.loads(flow.request.content or b"null"))
        except (TypeError, ValueError) as error:
            status, answer = 400, {"problem": str(error)}
        flow.response = http.Response.make(status, json.dumps(answer), {"content-type": "application/json"})

    def _set_faults(self, rows: Any) -> int:
        self._faults.rules = [Fault(**row) for row in rows]
        return len(self._faults.rules)

    def _forget(self, _body: Any) -> None:
        self._journal.entries.clear()
        self._contract.forget()
        self._faults.rules = []


def _addons() -> list[Any]:
    """Control first, then in the order in which each looks.

    A request is put under its repository's name, then checked, then perhaps refused; an answer is checked before it is
    perhaps lost. The journal has the last look at both.
    """
    journal, contract, faults = Journal(), WireContract(), Faults()
    return [Control(journal, contract, faults), ById(), contract, faults, journal]


addons = _addons()
