"""emulate's GitHub, which nobody here wrote, as a process; and what people do there, past the proxy.

Its gaps are not papered over, with one exception: GitHub makes a bot's account together with its App, emulate at the
App's first write. So the stand writes once as the App before a test begins.
"""

from __future__ import annotations

import shutil
import time
from pathlib import Path
from typing import Any

import jwt

from tests.stand.emulate.running import LIFETIME, Program, ask

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent.parent
PACKAGE = ROOT / "node_modules" / "emulate" / "dist" / "api.js"
APP_ID, INSTALLATION = 12345, 100
PRIVATE, PUBLIC = "xen-sec/private-reports", "xen-sec/public-reports"
OWNER, TEAM, REPORTER = "octavia", "tamsin", "rowena"
BOT = "xsa-scope[bot]"
ROLES = {TEAM: "triage", REPORTER: "pull"}


def absent() -> str:
    """What is missing to run it; empty if nothing is."""
    if shutil.which("node") is None:
        return "node is not installed"
    return "" if PACKAGE.is_file() else "emulate is not installed (make node_modules/.ready)"


class Emulator:
    """A GitHub with a private and a public repository and our App on both."""

    def __init__(self, folder: Path, *, port: int, seen_as: str, hook: str, secret: str) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.key = folder / "app.pem"
        given = {"seed": HERE / "seed.yaml", "port": port, "base-url": seen_as, "key": self.key}
        given |= {"hook": hook, "secret": secret, "lifetime": LIFETIME}
        options = [str(word) for name, value in given.items() for word in (f"--{name}", value)]
        command = [shutil.which("node") or "node", str(HERE / "emulate_run.mjs"), *options]
        self._program = Program(command, ROOT, folder / "emulate.log")
        assert self._program.hear()["ready"]

    def reset(self) -> None:
        """As at the start: nothing but the seed, roles, and the App's account."""
        self._program.say("reset")
        assert self._program.hear()["ready"]
        for project in (PRIVATE, PUBLIC):
            for person, role in ROLES.items():
                self.do(OWNER, "PUT", f"/repos/{project}/collaborators/{person}", {"permission": role})
        self._write_as_app()

    def end(self) -> None:
        self._program.end()

    def repositories(self) -> dict[int, str]:
        """Names by number."""
        return {self.do(OWNER, "GET", f"/repos/{name}")["id"]: name for name in (PRIVATE, PUBLIC)}

    def file(self, project: str, title: str, body: str) -> int:
        """The reporter files an issue; its number."""
        number: int = self.do(REPORTER, "POST", f"/repos/{project}/issues", {"title": title, "body": body})["number"]
        return number

    def edit(self, project: str, number: int, **changed: str) -> None:
        """The reporter changes `title` or `body`."""
        self.do(REPORTER, "PATCH", f"/repos/{project}/issues/{number}", changed)

    def say(self, project: str, number: int, person: str, words: str) -> None:
        """Somebody comments."""
        self.do(person, "POST", f"/repos/{project}/issues/{number}/comments", {"body": words})

    def label(self, project: str, number: int, person: str, name: str) -> None:
        """Somebody puts a label on."""
        self.do(person, "POST", f"/repos/{project}/issues/{number}/labels", {"labels": [name]})

    def labels(self, project: str, number: int) -> frozenset[str]:
        """What the issue carries."""
        return frozenset(one["name"] for one in self.do(OWNER, "GET", f"/repos/{project}/issues/{number}/labels"))

    def comments(self, project: str, number: int, *, by: str = BOT) -> list[dict[str, Any]]:
        """What one account said there, oldest first."""
        said = self.do(OWNER, "GET", f"/repos/{project}/issues/{number}/comments?per_page=100")
        return [one for one in said if one["user"]["login"] == by]

    def do(self, person: str, verb: str, path: str, body: object = None) -> Any:
        """A request by a person, straight to the server."""
        return self._send(f"token tok_{person}", verb, path, body)

    def _write_as_app(self) -> None:
        now = int(time.time())
        claims = {"iat": now - 30, "exp": now + 300, "iss": str(APP_ID)}
        signed = jwt.encode(claims, self.key.read_text(encoding="ascii"), algorithm="RS256")
        path = f"/app/installations/{INSTALLATION}/access_tokens"
        token = self._send(f"Bearer {signed}", "POST", path, {"permissions": {"issues": "write"}})["token"]
        number = self.file(PUBLIC, "The App's first write", "")
        self._send(f"token {token}", "PATCH", f"/repos/{PUBLIC}/issues/{number}", {"state": "closed"})
        assert self.do(OWNER, "GET", f"/users/{BOT}")["type"] == "Bot"

    def _send(self, authorization: str, verb: str, path: str, body: object) -> Any:
        status, answer = ask(verb, self.url + path, body, {"authorization": authorization})
        assert status < 400, f"{verb} {path}: {status} {answer}"
        return answer
