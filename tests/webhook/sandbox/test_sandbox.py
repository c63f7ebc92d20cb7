"""The sandbox itself: control over HTTP, journal, lifetime, the process, what it may import."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
import requests

from tests.webhook.sandbox.github_stage import Box, Stage
from webhook.sandbox import ControlError, Sandbox

SOURCES = Path(__file__).resolve().parents[3] / "webhook" / "sandbox"


def control(sandbox: Sandbox, action: str, /, **arguments: object) -> requests.Response:
    return requests.post(f"{sandbox.url}/_sandbox/{action}", json=arguments, timeout=5)


def test_a_whole_story_can_be_driven_over_http(sandbox: Sandbox, box: Box) -> None:
    control(sandbox, "github/create_repository", full_name="example/reports", roles={"rita": "read"})
    made = control(sandbox, "github/create_app", slug="xsa-scope", owner="example", hook_url=box.url, secret="s")
    assert "BEGIN RSA PRIVATE KEY" in made.json()["result"]["private_key"]
    control(sandbox, "github/install_app", slug="xsa-scope", repositories=["example/reports"])
    filed = control(sandbox, "github/file_issue", repository="example/reports", person="rita", title="T", body="b")
    number = filed.json()["result"]
    control(sandbox, "github/add_labels", repository="example/reports", number=number, person="tom", labels=["x"])
    assert control(sandbox, "deliveries/wait_idle", timeout=5).json() == {"result": True}
    read = control(sandbox, "github/read_issue", repository="example/reports", number=number).json()["result"]
    assert read["labels"] == ["x"]
    assert read["events"][0]["actor"]["login"] == "tom"
    deliveries = requests.get(f"{sandbox.url}/_sandbox/deliveries", timeout=5).json()["deliveries"]
    assert [(one["event"], one["action"], one["status_code"]) for one in deliveries] == [
        ("installation", "created", 202),
        ("issues", "opened", 202),
        ("label", "created", 202),
        ("issues", "labeled", 202),
    ]


@pytest.mark.parametrize(
    ("path", "arguments", "status"),
    [
        ("github/file_issue", {"repository": "no/such", "person": "rita", "title": "T"}, 400),
        ("github/file_issue", {"wrong": 1}, 400),
        ("github/no_such_action", {}, 404),
        ("faults/add", {"kind": "no such fault"}, 400),
        ("github/reset", {}, 404),
    ],
)
def test_a_driver_is_told_what_is_wrong(sandbox: Sandbox, path: str, arguments: dict[str, object], status: int) -> None:
    assert control(sandbox, path, **arguments).status_code == status
    with pytest.raises(ControlError):
        sandbox.github.the_missing = sandbox.github.read_issue("no/such", 1)


def test_the_actions_are_listed_with_their_meaning(sandbox: Sandbox) -> None:
    listed = requests.get(f"{sandbox.url}/_sandbox/", timeout=5).json()
    assert listed["github"]["file_issue"].startswith("File an issue")
    assert {"github", "gitlab", "faults", "limits", "deliveries", "clock", "journal", "sandbox"} <= listed.keys()
    assert all(meaning for part in listed.values() for meaning in part.values())


def test_faults_and_limits_are_switched_over_http(stage: Stage) -> None:
    control(stage.sandbox, "faults/add", kind="error", path="/repos/", times=1)
    control(stage.sandbox, "limits/configure", mode="enforce", scale=20)
    assert requests.get(f"{stage.sandbox.url}/repos/{stage.name}", timeout=5).status_code == 500
    assert requests.get(f"{stage.sandbox.url}/_sandbox/faults", timeout=5).json()[0]["hits"] == 1
    assert requests.get(f"{stage.sandbox.url}/_sandbox/limits", timeout=5).json()["scale"] == 20


def test_the_journal_tells_requests_without_their_words(stage: Stage) -> None:
    stage.github.file_issue(stage.name, "rita", "Title")
    headers = {"Authorization": f"Bearer {stage.scoped()}", "X-Xsa-Scope-Run": "run-7"}
    url = f"{stage.sandbox.url}/repositories/{stage.repository}/issues/1/comments"
    requests.post(url, json={"body": "a secret sentence"}, headers=headers, timeout=5)
    stage.sandbox.core.faults.add("cut", path="/comments", times=1)
    with pytest.raises(requests.ConnectionError):
        requests.post(url, json={"body": "a secret sentence"}, headers=headers, timeout=5)
    answer = requests.get(f"{stage.sandbox.url}/_sandbox/requests?writes=1&forge=github", timeout=5)
    written, lost = answer.json()[-2:]
    assert (written["method"], written["status"], written["who"]) == ("POST", 201, "xsa-scope[bot]")
    assert (written["trace"], written["writes"], len(written["body_digest"])) == ("run-7", True, 16)
    assert (lost["status"], lost["fault"]) == (0, "cut")
    assert "secret sentence" not in answer.text
    assert "ghs_" not in answer.text
    since = requests.get(f"{stage.sandbox.url}/_sandbox/requests?since={written['number']}", timeout=5).json()
    assert [one["number"] for one in since] == [lost["number"]]


def test_reset_leaves_an_empty_world(stage: Stage) -> None:
    stage.sandbox.core.faults.add("error")
    stage.sandbox.core.clock.advance(1000)
    control(stage.sandbox, "sandbox/reset")
    assert requests.get(f"{stage.sandbox.url}/_sandbox/requests", timeout=5).json() == []
    assert requests.get(f"{stage.sandbox.url}/repos/{stage.name}", timeout=5).status_code == 404
    assert abs(stage.sandbox.core.clock.now() - time.time()) < 5
    stage.github.create_repository(stage.name)


def test_one_connection_serves_many_requests(stage: Stage) -> None:
    with requests.Session() as session:
        session.trust_env = False
        for _ in range(3):
            session.get(f"{stage.sandbox.url}/rate_limit", timeout=5)
        assert len(stage.sandbox._server._open) == 1


def test_it_listens_on_the_loopback_interface_only(sandbox: Sandbox) -> None:
    assert sandbox._server.server_address[0] == "127.0.0.1"


def test_it_ends_by_itself() -> None:
    with Sandbox(lifetime=0.2) as sandbox:
        assert requests.get(f"{sandbox.url}/rate_limit", timeout=5).status_code == 200
        assert sandbox.ended.wait(5)
        with pytest.raises(requests.ConnectionError):
            requests.get(f"{sandbox.url}/rate_limit", timeout=5)


def _hung_up_on(url: str) -> None:
    with pytest.raises(requests.ConnectionError):
        requests.get(url, timeout=30)


def test_stopping_ends_open_connections_and_held_requests() -> None:
    before = threading.active_count()
    with Sandbox() as sandbox, requests.Session() as session:
        session.get(f"{sandbox.url}/rate_limit", timeout=5)
        sandbox.core.faults.add("hold", seconds=60)
        held = threading.Thread(target=_hung_up_on, args=(sandbox.url,))
        held.start()
        time.sleep(0.2)
        started = time.monotonic()
        sandbox.stop()
        held.join(5)
        assert not held.is_alive()
        assert time.monotonic() - started < 5
        with pytest.raises(requests.ConnectionError):
            session.get(f"{sandbox.url}/rate_limit", timeout=5)
    for _ in range(50):
        if threading.active_count() <= before:
            break
        time.sleep(0.05)
    assert threading.active_count() <= before


def test_as_a_process_it_tells_its_address_and_ends_after_its_lifetime(tmp_path: Path) -> None:
    ready = tmp_path / "ready.json"
    command = [sys.executable, "-m", "webhook.sandbox", "--port", "0", "--ready-file", str(ready), "--lifetime", "1.5"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        url = json.loads(process.stdout.readline())["url"]
        for _ in range(100):
            if ready.exists():
                break
            time.sleep(0.02)
        assert json.loads(ready.read_text())["url"] == url
        assert requests.get(f"{url}/_sandbox/", timeout=5).status_code == 200
        assert process.wait(10) == 0


def test_as_a_process_it_ends_on_sigterm() -> None:
    command = [sys.executable, "-m", "webhook.sandbox", "--lifetime", "30"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline()
        process.terminate()
        assert process.wait(10) == 0


def test_it_imports_nothing_of_the_service() -> None:
    foreign = set()
    for source in SOURCES.glob("*.py"):
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            foreign |= {
                f"{source.name}: {name}"
                for name in names
                if name.partition(".")[0] in {"scope", "webhook"} and not name.startswith("webhook.sandbox")
            }
    assert foreign == set()
