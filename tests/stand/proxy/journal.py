"""What passed the proxy, in order: asked for what, answered with what, by the server or not. No bodies."""

from __future__ import annotations

from typing import Any

from mitmproxy import http


class Journal:
    """One entry for each request; `status` is what the client saw, None if it saw no answer."""

    def __init__(self) -> None:
        self.entries: list[dict[str, Any]] = []

    def request(self, flow: http.HTTPFlow) -> None:
        if flow.metadata.get("stand"):
            return
        entry = {
            "verb": flow.request.method,
            "path": flow.metadata["asked"],
            "api_version": flow.request.headers.get("x-github-api-version"),
            "agent": flow.request.headers.get("user-agent"),
            "fault": flow.metadata.get("fault"),
            "reached": False,
            "status": None,
        }
        flow.metadata["entry"] = entry
        self.entries.append(entry)

    def response(self, flow: http.HTTPFlow) -> None:
        entry = flow.metadata.get("entry")
        if entry is not None and flow.response is not None:
            entry["reached"] = not flow.metadata.get("made-up")
            entry["status"] = None if flow.error else flow.response.status_code
