"""The proxy between service and server, as a process: counts, checks against GitHub's description, injects faults."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.stand.emulate.emulator import ROOT
from tests.stand.emulate.running import LIFETIME, Program, ask, wait_for

MITMDUMP = ROOT / ".proxy" / "bin" / "mitmdump"
ENTRY = ROOT / "tests" / "stand" / "proxy" / "entry.py"
TOKENS = "/access_tokens"


@dataclass(frozen=True)
class Exchange:
    """One request of the service's and what it saw of the answer."""

    verb: str
    path: str
    api_version: str | None
    agent: str | None
    fault: str | None
    reached: bool
    """Whether the server answered it, even if the answer was lost."""
    status: int | None

    @property
    def kind(self) -> str:
        """`token` for the App's own business, else `read` or `write`."""
        if self.path.endswith(TOKENS):
            return "token"
        return "read" if self.verb in {"GET", "HEAD"} else "write"


class Wire:
    """The proxy."""

    def __init__(self, folder: Path, *, port: int, server: str, spec: Path, names: Mapping[int, str]) -> None:
        self.url = f"http://127.0.0.1:{port}"
        settings = {
            "confdir": folder / "mitmproxy",
            "keep_host_header": "true",
            "stand_spec": spec,
            "stand_repositories": ",".join(f"{number}={name}" for number, name in names.items()),
            "stand_lifetime": LIFETIME,
        }
        options = [word for name, value in settings.items() for word in ("--set", f"{name}={value}")]
        mode = f"reverse:{server}@{port}"
        command = [str(MITMDUMP), "-q", "--mode", mode, "--listen-host", "127.0.0.1", "-s", str(ENTRY), *options]
        self._program = Program(command, folder, folder / "proxy.log")
        wait_for(lambda: not self._program.running or self._answers(), "the proxy answers", pause=0.1)
        assert self._program.running, self._program.complaints.read_text(encoding="utf-8")

    def journal(self) -> list[Exchange]:
        """What passed since the last `forget`, oldest first."""
        return [Exchange(**row) for row in self._ask("GET", "journal")]

    def findings(self, side: str = "request", *, allowed: bool = False) -> list[dict[str, Any]]:
        """What was not as GitHub's description has it; `allowed`: what could not be judged, with the reason."""
        found = self._ask("GET", "contract")["findings"]
        return [row for row in found if row["side"] == side and (row["allowed"] is not None) == allowed]

    def checked(self, side: str = "request") -> int:
        """How many were found to be right."""
        count: int = self._ask("GET", "contract")["counts"].get(f"{side} right", 0)
        return count

    def faults(self, *rules: dict[str, Any]) -> None:
        """These faults from now on, and no others; see the add-on for what a rule may say."""
        assert self._ask("PUT", "faults", rules) == len(rules)

    def forget(self) -> None:
        """Empty the journal and the findings; no faults."""
        self._ask("POST", "forget", {})

    def end(self) -> None:
        self._program.end()

    def _ask(self, verb: str, what: str, body: object = None) -> Any:
        status, answer = ask(verb, f"{self.url}/_stand/{what}", body)
        assert status == 200, answer
        return answer

    def _answers(self) -> bool:
        try:
            return ask("GET", f"{self.url}/_stand/journal", patience=2.0)[0] == 200
        except OSError:
            return False
