"""How fast the sandbox is as a process of its own. Printed with `-s`, not judged: machines differ."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest
import requests

CLIENTS = 4
EACH = 100


@pytest.fixture(scope="module")
def process_url() -> Iterator[str]:
    command = [sys.executable, "-m", "webhook.sandbox", "--lifetime", "60"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        yield json.loads(process.stdout.readline())["url"]
        process.terminate()


def prepared(url: str) -> dict[str, str]:
    """A repository with an issue; the headers of a token that may write there."""

    def control(action: str, **arguments: object) -> object:
        answer = requests.post(f"{url}/_sandbox/{action}", json=arguments, timeout=5)
        answer.raise_for_status()
        return answer.json()["result"]

    control("sandbox/reset")
    control("github/create_repository", full_name="example/reports")
    control("github/file_issue", repository="example/reports", person="rita", title="T", body="x" * 4000)
    control("github/set_role", repository="example/reports", person="ada", role="admin")
    return {"Authorization": f"Bearer {control('github/create_token', person='ada')}"}


@pytest.mark.parametrize(
    ("method", "end", "body"),
    [("GET", "", None), ("POST", "/labels", b'["x"]'), ("POST", "/comments", b'{"body": "words"}')],
    ids=["read an issue", "add a label", "comment"],
)
def test_requests_a_second(process_url: str, method: str, end: str, body: bytes | None) -> None:
    headers = prepared(process_url)

    def client(_: int) -> list[int]:
        connection = http.client.HTTPConnection(urlsplit(process_url).netloc, timeout=10)
        statuses = []
        for _ in range(EACH):
            connection.request(method, f"/repos/example/reports/issues/1{end}", body=body, headers=headers)
            answer = connection.getresponse()
            answer.read()
            statuses.append(answer.status)
        connection.close()
        return statuses

    started = time.monotonic()
    with ThreadPoolExecutor(CLIENTS) as pool:
        statuses = [status for part in pool.map(client, range(CLIENTS)) for status in part]
    rate = len(statuses) / (time.monotonic() - started)
    print(f"\nsandbox, {CLIENTS} connections, {method} issue{end}: {rate:.0f} requests/s")
    assert set(statuses) <= {200, 201}
