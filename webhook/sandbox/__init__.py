"""A small GitHub and GitLab over HTTP, for the demo, the tests and the benchmarks. Imports nothing of the service.

`with Sandbox() as sandbox:` serves GitHub's REST API at `sandbox.url`, GitLab's under `/api/v4`, and a control API
under `/_sandbox/`; `python -m webhook.sandbox` does the same as a process. People act through methods
(`sandbox.github.file_issue(...)`), clients through the real client libraries. State is in memory.
"""

from __future__ import annotations

from webhook.sandbox.core import ControlError
from webhook.sandbox.server import Sandbox

__all__ = ["ControlError", "Sandbox"]
