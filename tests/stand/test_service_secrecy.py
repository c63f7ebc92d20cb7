"""Of what people write, and of every secret, nothing is left in any log, row, figure, file or answer of the service."""

from __future__ import annotations

import hashlib
import hmac
import json
from pathlib import Path
from urllib.parse import quote

from tests.stand.leftovers import everything, found, rows
from tests.stand.service import Service, standing
from tests.stand.town import GITHUB, GITLAB, REPORTER, TEAM
from tests.webhook.intake.door import github_signature
from webhook.cli.demo.reports import CRASH, EMULATOR
from webhook.issue import ForgeKind

MARKER = "Xylophon-Quagga-7741"
TOKEN = f"ghp_{MARKER.replace('-', '')}0123456789abcdef"
"""What a careless reporter might paste."""
SPOKEN = (
    f"I am told that {MARKER} is nobody's business.",
    f"/scope {MARKER}",
    f"/scope set {MARKER} {MARKER} because {MARKER}",
    f"/scope os {MARKER} vulnerable because {MARKER}",
    f"/scope os other vulnerable {MARKER} because of {MARKER}",
    f"/scope os linux not-vulnerable because {MARKER} says so",
    f"/scope set reachable yes because {MARKER}",
    f"/scope override {MARKER} because {MARKER}",
    f"/scope override needs-triage because {MARKER}",
)


def typed(service: Service) -> dict[str, str]:
    """Something in every field that takes free text."""
    free = [one for one in service.town.policy.form.fields if not one.options]
    assert len(free) > 5
    return {one.id: f"{MARKER} as {one.id}, see {TOKEN}" for one in free}


def say_everything(service: Service, forge: ForgeKind) -> None:
    """A report with an edit, talk, commands good and bad, a label, and a second report without the form."""
    town = service.town
    number = town.file(forge, f"{MARKER} in the title", town.body(forge, EMULATOR, typed(service)))
    town.file(forge, f"{MARKER} without the form", f"{MARKER} <!-- {MARKER} -->\n\n```\n{MARKER}")
    service.rest()
    assert town.labels(forge, number) == {"needs-info"}, "the line about a further attack cannot be read"
    town.say(forge, number, REPORTER, f"/scope os linux vulnerable because {MARKER}")
    for words in SPOKEN:
        town.say(forge, number, TEAM, words)
    town.label(forge, number, TEAM, f"area {MARKER}")
    town.edit(forge, number, town.body(forge, CRASH, typed(service)), title=f"{MARKER} again")
    service.rest()
    assert town.labels(forge, number) == {"needs-triage", "scope:overridden", f"area {MARKER}"}


def fail(service: Service) -> None:
    """A forge that fails before, during and after what it was asked."""
    faults = service.town.sandbox.core.faults
    faults.add("error", method="GET", path="/(comments|notes)", times=1)
    faults.add("bad_gateway_html", method="GET", path=r"/issues/\d+", times=1)
    faults.add("error", method="POST", path="/(comments|notes)$", times=2, after=True)
    for forge in (GITHUB, GITLAB):
        service.town.file(forge, MARKER, service.town.body(forge, CRASH, typed(service)))
    service.rest()
    assert not [fault for fault in faults.listed() if fault["hits"] < fault["times"]]


def knock(service: Service) -> list[tuple[int, bytes]]:
    """Requests of every wrong kind, with the marker wherever it fits; the answers."""
    broken = f'{{"{MARKER}": '.encode()
    odd = json.dumps({"action": MARKER, "issue": {"number": MARKER}, "repository": {"full_name": MARKER}}).encode()
    authentic = {"Content-Type": "application/json", "X-GitHub-Delivery": f"{MARKER} {MARKER}"}
    forged = {**authentic, "X-Hub-Signature-256": "sha256=" + hmac.digest(b"x", odd, hashlib.sha256).hex()}

    def github(body: bytes, **more: str) -> tuple[int, bytes]:
        signature = github_signature(body, service.github_secret.encode())
        headers = {**authentic, "X-GitHub-Event": MARKER, "X-Hub-Signature-256": signature, **more}
        return service.post("/webhooks/github", body, headers)

    return [
        github(broken),
        github(odd),
        github(odd, **{"X-GitHub-Event": "issues"}),
        github(odd, **{"Content-Type": f"text/{MARKER}"}),
        service.post("/webhooks/github", odd, forged),
        service.post("/webhooks/gitlab", odd, {"X-Gitlab-Token": MARKER, "X-Gitlab-Event": MARKER}),
        service.post("/webhooks/gitlab", odd, {"webhook-signature": f"v1,{MARKER}", "webhook-id": f"{MARKER} id"}),
        service.post(f"/{quote(MARKER)}?{MARKER}={MARKER}", odd, {"Cookie": f"{MARKER}={MARKER}"}),
        service.get(f"/webhooks/{quote(MARKER)}"),
        service.get("/webhooks/github", {"X-Forwarded-For": MARKER, "User-Agent": MARKER, "Referer": MARKER}),
    ]


def secrets_of(service: Service) -> list[str]:
    """The webhooks' secrets, every token that was ever given out, and the key line by line."""
    town = service.town
    tokens = [*town.sandbox.github.world.tokens, *town.sandbox.gitlab.world.tokens]
    key = [line for line in town.app["private_key"].splitlines() if len(line) > 40 and not line.startswith("-")]
    assert len(tokens) > 1
    assert len(key) > 10
    return [service.github_secret, service.gitlab_signing, service.gitlab_signing.removeprefix("whsec_"), *tokens, *key]


def test_nothing_that_was_written_and_no_secret_is_left_anywhere(tmp_path: Path) -> None:
    with standing(tmp_path) as service:
        service.start("serve")
        for forge in (GITHUB, GITLAB):
            say_everything(service, forge)
        fail(service)
        answers = knock(service)
        assert [status for status, _ in answers] == [400, 202, 202, 415, 401, 401, 401, 404, 404, 405]
        words = [MARKER, TOKEN, TEAM, REPORTER, *secrets_of(service)]
        running = everything(service)
        service.end()
        left = everything(service)
    assert b"run.failed" in left["0-serve.log"]
    assert b"github:xen-sec/private-reports#1" in left["0-serve.log"]
    assert b"needs-triage" in left["rows"]
    assert b"xsa_scope_changes_total" in running["metrics"]
    assert any(place.endswith("-wal") for place in running)
    assert found({str(n): answer for n, (_, answer) in enumerate(answers)}, words) == []
    assert found(running, words) == []
    assert found(left, words) == []


def test_the_search_finds_what_there_is_to_find(tmp_path: Path) -> None:
    """Otherwise the test above could not fail."""
    with standing(tmp_path) as service:
        with service.store._database.write() as connection:
            connection.exec_driver_sql("INSERT INTO tracker (forge, project) VALUES ('github', ?)", (f"o/{MARKER}",))
        (tmp_path / "tmp" / "forgotten").write_text(f"see {MARKER.upper()}", encoding="utf-8")
        left = everything(service)
        assert MARKER in rows(tmp_path / "xsa-scope.db")
    places = {place for place, _ in found(left, [MARKER])}
    assert {"rows", "tmp/forgotten"} <= places
    assert places & {"xsa-scope.db", "xsa-scope.db-wal"}
