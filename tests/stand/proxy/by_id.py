"""`/repositories/{id}/…` becomes `/repos/{owner}/{name}/…` before anybody else looks.

GitHub answers both alike, but neither its REST description nor emulate knows the addresses by number. The service
uses those all the same: a number stays when a repository is renamed or moved, a name may pass to another one.
"""

from __future__ import annotations

import re
from typing import Any

from mitmproxy import ctx, http

BY_ID = re.compile(r"^/repositories/(\d+)(?=[/?]|$)", re.ASCII)


class ById:
    """Knows the repositories by number."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}

    def load(self, loader: Any) -> None:
        loader.add_option("stand_repositories", str, "", "1=owner/name,2=owner/other")

    def configure(self, updated: set[str]) -> None:
        if "stand_repositories" in updated:
            pairs = filter(None, ctx.options.stand_repositories.split(","))
            self._names = dict(pair.split("=", 1) for pair in pairs)

    def request(self, flow: http.HTTPFlow) -> None:
        flow.metadata["asked"] = flow.request.path
        found = BY_ID.match(flow.request.path)
        if found and found[1] in self._names:
            flow.request.path = f"/repos/{self._names[found[1]]}{flow.request.path[found.end() :]}"
