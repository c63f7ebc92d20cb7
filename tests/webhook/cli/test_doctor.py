"""`doctor` on a healthy installation, and on one with each thing wrong that an operator gets wrong."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import scope
from tests.webhook.forges.worlds import PROJECT
from tests.webhook.reconcile.places import Hub, Lab, Place, only_github, only_gitlab
from webhook import resync
from webhook.cli import main
from webhook.issue import ForgeKind, IssueRef
from webhook.sandbox import Sandbox
from webhook.settings.sections import Policy as Chosen
from webhook.store import DutyClaim, TrackerRef, open_store
from webhook.store.upgrade import upgrade

PUBLIC = "https://scope.example.org"
SECRET = "s3cret-of-thirty-two-characters!"
LEASE = timedelta(minutes=1)


class Clinic:
    """An installation in a folder, with one tracker on the sandbox, all of it well."""

    def __init__(self, place: Place, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self.place, self.folder, self._patch = place, folder, patch
        patch.chdir(folder)
        self.setenv("HOOK", SECRET)
        if isinstance(place, Hub):
            self.write("app.pem", place.app["private_key"])
            ways = f'app_id = {place.app["id"]}\nprivate_key_file = "app.pem"\nwebhook_secret_env = "HOOK"'
        else:
            assert isinstance(place, Lab)
            self.setenv("TOKEN", place.access.token)
            place.forge.set_role(PROJECT, place.forge.world.users[place.us].username, "maintainer")
            place.forge.create_hook(PROJECT, f"{PUBLIC}/webhooks/gitlab", token=SECRET)
            ways = 'token_env = "TOKEN"\ntoken_secret_env = "HOOK"'
        self.settings = (
            f'public_url = "{PUBLIC}"\n'
            f'[[tracker]]\nforge = "{place.kind}"\napi_url = "{place.sandbox.url}"\nproject = "{PROJECT}"\n{ways}\n'
        )
        self.write("xsa-scope.toml", self.settings)
        self.tracker = TrackerRef(ForgeKind(place.kind), PROJECT)
        upgrade("sqlite:///xsa-scope.db")
        self.serve()
        CliRunner().invoke(main, ["labels", "sync"], catch_exceptions=False)

    def serve(self) -> None:
        """What a worker leaves behind that has started, and found the forge well."""
        with open_store("sqlite:///xsa-scope.db") as store:
            now = datetime.now(UTC)
            resync.settle(Chosen(), store, now)
            store.mark_duty(self.tracker, ["visibility"], event="e", delivery="", now=now)
            claim = store.claim("w", now, LEASE, with_duties=True)
            assert isinstance(claim, DutyClaim)
            store.done_duties(claim, now=now)

    def setenv(self, name: str, value: str) -> None:
        self._patch.setenv(name, value)

    def write(self, name: str, text: str) -> None:
        file = self.folder / name
        file.touch(mode=0o600)
        file.write_text(text, encoding="utf-8")

    def change(self, old: str, new: str) -> None:
        assert old in self.settings
        self.settings = self.settings.replace(old, new)
        self.write("xsa-scope.toml", self.settings)

    def examined(self) -> tuple[int, list[dict[str, Any]]]:
        result = CliRunner().invoke(main, ["doctor", "--json"], catch_exceptions=False)
        return result.exit_code, json.loads(result.stdout)


@pytest.fixture(params=[Hub, Lab], ids=["github", "gitlab"])
def place(request: pytest.FixtureRequest) -> Iterator[Place]:
    with Sandbox(lifetime=60) as sandbox:
        yield request.param(sandbox)


@pytest.fixture
def clinic(place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Clinic:
    for name in ("DATABASE_URL", "PORT", "XSA_SCOPE_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    return Clinic(place, tmp_path, monkeypatch)


def test_an_installation_that_is_well_is_found_well(clinic: Clinic) -> None:
    before = len(clinic.place.asked(writes=True))
    code, found = clinic.examined()
    assert [one for one in found if one["level"] != "well"] == []
    assert code == 0
    assert {"settings", "webhook-secret", "database-file", "database", "migrations", "policy"} <= {
        one["check"] for one in found
    }
    writes = clinic.place.asked(writes=True)[before:]
    assert all("access_tokens" in path for _, path in writes), "and nothing is changed"


def _dead(clinic: Clinic) -> None:
    ref = IssueRef(clinic.tracker.forge, PROJECT, 1)
    with open_store("sqlite:///xsa-scope.db") as store:
        now = datetime.now(UTC)
        store.mark(ref, event="e", delivery="", now=now)
        claim = store.claim("w", now, LEASE)
        assert claim is not None
        store.bury(claim, reason="forge-refused", now=now)


def _waiting(clinic: Clinic) -> None:
    name, text = scope.policy_text("builtin:xen-practice")
    with open_store("sqlite:///xsa-scope.db") as store:
        store.put_policy(resync.version_of(scope.parse_policy(text, file=name), text), "waiting", datetime.now(UTC))


def _stopped(clinic: Clinic) -> None:
    with open_store("sqlite:///xsa-scope.db") as store:
        store.stop_tracker(clinic.tracker, "archived", datetime.now(UTC))


def _broken_policy(clinic: Clinic) -> None:
    clinic.write("policy.toml", "id = 7")
    clinic.write(
        "xsa-scope.toml", clinic.settings.replace("[[tracker]]", '[policy]\nsource = "policy.toml"\n[[tracker]]')
    )


def _no_database(clinic: Clinic) -> None:
    (clinic.folder / "xsa-scope.db").rename("gone.db")


PLANTED: dict[str, tuple[Callable[[Clinic], object], str, str, int]] = {
    # what is wrong: how it comes to be, the check that tells it, a word of its remedy, the exit code
    "a key mistyped": (lambda c: c.change("public_url", "publik_url"), "settings", "Correct", 1),
    "a secret that is not in the environment": (
        lambda c: c.change('"HOOK"', '"NOWHERE"'),
        "settings",
        "Correct",
        1,
    ),
    "no tracker": (lambda c: c.write("xsa-scope.toml", ""), "trackers", "[[tracker]]", 3),
    "no address of its own": (lambda c: c.change(f'public_url = "{PUBLIC}"\n', ""), "public-url", "public_url", 3),
    "an address without TLS": (lambda c: c.change("https://scope", "http://scope"), "public-url", "TLS", 3),
    "a short webhook secret": (lambda c: c.setenv("HOOK", "short"), "webhook-secret", "random", 3),
    "a database that others may read": (
        lambda c: (c.folder / "xsa-scope.db").chmod(0o644),
        "database-file",
        "chmod 600",
        1,
    ),
    "no database at all": (_no_database, "migrations", "db upgrade", 1),
    "a policy that is none": (_broken_policy, "policy", "status", 1),
    "a policy that waits": (_waiting, "policy-waits", "policy plan", 3),
    "a dead letter": (_dead, "dead-letters", "dead list", 3),
    "a tracker that is stopped": (_stopped, "tracker", "status", 1),
    "another project's name": (lambda c: c.change(PROJECT, "octo/nowhere"), "sign-in", "retry", 1),
    "a server that is away": (
        lambda c: c.change(c.place.sandbox.url, "http://127.0.0.1:9"),
        "sign-in",
        "server",
        1,
    ),
    "a forge that asks for patience": (
        lambda c: c.place.misbehave("throttled", seconds=30, path="labels"),
        "labels",
        "30 s",
        3,
    ),
    "labels that look otherwise": (lambda c: c.place.undefine("needs-info"), "labels", "labels sync", 3),
}


@pytest.mark.parametrize("wrong", PLANTED)
def test_what_is_wrong_is_told_by_name_with_its_remedy(clinic: Clinic, wrong: str) -> None:
    plant, check, remedy, code = PLANTED[wrong]
    plant(clinic)
    got, found = clinic.examined()
    told = [one for one in found if one["check"] == check and one["level"] != "well"]
    assert told, found
    assert any(remedy in one["remedy"] or remedy in one["cause"] for one in told), told
    assert all(one["cause"] and one["remedy"] for one in told)
    assert got == code or (got == 1 and any(one["level"] == "failure" for one in found))
    assert SECRET not in json.dumps(found)


@only_github
def test_a_repository_made_public_is_told(clinic: Clinic) -> None:
    clinic.place.publish()
    code, found = clinic.examined()
    assert code == 1
    assert ("visibility", "failure") in [(one["check"], one["level"]) for one in found]


@only_github
def test_a_key_that_others_may_read_is_told(clinic: Clinic) -> None:
    (clinic.folder / "app.pem").chmod(0o640)
    told = [one for one in clinic.examined()[1] if one["check"] == "secret-file"]
    assert [(one["about"], one["level"]) for one in told] == [("app.pem", "failure")]


@only_github
def test_a_key_of_another_app_is_told(clinic: Clinic) -> None:
    assert isinstance(clinic.place, Hub)
    other = clinic.place.forge.create_app("another", "octo")
    clinic.write("app.pem", other["private_key"])
    told = [one for one in clinic.examined()[1] if one["check"] == "sign-in"]
    assert "did not accept" in told[0]["cause"]


@only_gitlab
@pytest.mark.parametrize(
    ("plant", "check"),
    [
        (lambda c: c.setenv("TOKEN", "glpat-nonsense"), "sign-in"),
        (lambda c: c.change("scope.example.org", "elsewhere.example.org"), "hook"),
        (lambda c: c.place.forge.archive_label(PROJECT, "needs-info"), "labels-archived"),
    ],
    ids=["a token that is none", "a hook that leads elsewhere", "an archived label"],
)
def test_what_goes_wrong_on_gitlab_is_told(clinic: Clinic, plant: Callable[[Clinic], object], check: str) -> None:
    plant(clinic)
    code, found = clinic.examined()
    assert code == 1
    assert (check, "failure") in [(one["check"], one["level"]) for one in found]


def test_people_are_shown_a_table_with_the_worst_first(clinic: Clinic) -> None:
    _dead(clinic)
    (clinic.folder / "xsa-scope.db").chmod(0o644)
    said = CliRunner().invoke(main, ["doctor", "--offline"], env={"COLUMNS": "200"}).stdout
    assert said.index("database-file") < said.index("dead-letters") < said.index("settings")
