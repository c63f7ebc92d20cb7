"""`labels plan` and `labels sync` on the sandbox's forges: create, recolour, rename, adopt, never delete."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

import scope
from tests.webhook.forges.worlds import PROJECT
from tests.webhook.reconcile.house import unguarded
from tests.webhook.reconcile.places import Hub, Lab, Place, only_github
from webhook.cli import main
from webhook.issue import LabelDefinition
from webhook.sandbox import Sandbox

POLICY = scope.load_policy("builtin:xen-rfc-v2")


@pytest.fixture(params=[Hub, Lab], ids=["github", "gitlab"])
def place(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    with Sandbox(lifetime=60) as sandbox:
        there: Place = request.param(sandbox)
        monkeypatch.chdir(tmp_path)
        monkeypatch.delenv("DATABASE_URL", raising=False)
        if isinstance(there, Hub):
            (tmp_path / "app.pem").write_text(there.app["private_key"])
            monkeypatch.setenv("HOOK", "s3cret")
            ways = f'app_id = {there.app["id"]}\nprivate_key_file = "app.pem"\nwebhook_secret_env = "HOOK"'
        else:
            monkeypatch.setenv("TOKEN", there.access.token)
            ways = 'token_env = "TOKEN"'
        settings = f'[[tracker]]\nforge = "{there.kind}"\napi_url = "{sandbox.url}"\nproject = "{PROJECT}"\n{ways}\n'
        (tmp_path / "xsa-scope.toml").write_text(settings)
        yield there


def ran(*words: str, expect: int = 0) -> Result:
    result = CliRunner().invoke(main, ["labels", *words], catch_exceptions=False)
    assert result.exit_code == expect, result.output
    return result


def define(place: Place, name: str, colour: str = "ffffff", description: str = "") -> None:
    forge = place.factory()
    forge.create_label(LabelDefinition(name, colour, description), unguarded)
    forge.close()


def written(place: Place) -> int:
    """Writes on the tracker: a token is none."""
    return sum("access_tokens" not in path for _, path in place.asked(writes=True))


def told(*words: str, expect: int = 0) -> dict[str, Any]:
    (one,) = json.loads(ran(*words, "--json", expect=expect).stdout)
    return dict(one)


def test_a_fresh_tracker_gets_all_labels_and_a_second_run_changes_nothing(place: Place) -> None:
    before = written(place)
    steps = told("plan", expect=3)["steps"]
    assert {step["kind"] for step in steps} == {"create"}
    assert len(steps) == len(POLICY.labels)
    assert written(place) == before, "a plan writes nothing"
    ran("sync")
    made = place.definitions()
    for label in POLICY.labels.values():
        assert made[label.name] == (label.colour, label.description)
    after = written(place)
    assert "all labels are as the policy has them" in ran("sync").stdout
    assert told("plan")["steps"] == []
    assert written(place) == after


def test_a_label_in_other_case_is_adopted_and_recoloured(place: Place) -> None:
    define(place, "XSA-Candidate")
    define(place, "bug")
    (step,) = [one for one in told("plan", expect=3)["steps"] if one["kind"] != "create"]
    assert (step["kind"], step["there"]) == ("change", "XSA-Candidate")
    assert "its colour is ffffff" in step["why"]
    ran("sync")
    made = place.definitions()
    wanted = POLICY.labels["xsa-candidate"]
    assert made["XSA-Candidate"] == (wanted.colour, wanted.description)
    assert "xsa-candidate" not in made
    assert "bug" in made, "what is not ours stays as it is"


def test_a_label_under_a_former_name_is_renamed_with_the_issues_that_carry_it(place: Place, tmp_path: Path) -> None:
    _, text = scope.policy_text("builtin:xen-rfc-v2")
    line = "[labels.xsa-candidate]\n"
    (tmp_path / "policy.toml").write_text(text.replace(line, f'{line}former = ["xsa"]\n'))
    settings = tmp_path / "xsa-scope.toml"
    settings.write_text('[policy]\nsource = "policy.toml"\n' + settings.read_text())
    define(place, "xsa")
    number = place.file("text")
    place.label(number, "tom", "xsa")
    ran("sync")
    assert place.labels(number) == {"xsa-candidate"}
    assert "xsa" not in place.definitions()


def test_a_tracker_that_cannot_be_seen_is_told(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    place.misbehave("not_found", path="/(repos|repositories|projects)/")
    said = ran("plan", expect=1)
    assert "not done" in said.stderr


@only_github  # a public project on GitLab can hold confidential issues
def test_nothing_is_defined_where_the_public_can_read_on_github(place: Place) -> None:
    place.publish()
    ran("sync", expect=1)
    assert "xsa-candidate" not in place.definitions()
