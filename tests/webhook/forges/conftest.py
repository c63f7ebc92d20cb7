"""Adapters of both forges over real sockets, against a forge that says what the test tells it to."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.webhook.forges.scripted import (
    IMPATIENT,
    REPOSITORY,
    Clock,
    Says,
    Script,
    ScriptedForge,
    github_script,
    gitlab_script,
)
from webhook.forges import GitHubAppAccess


@pytest.fixture
def forge() -> Iterator[ScriptedForge]:
    """A forge on the loopback interface that says what it is told to."""
    server = ScriptedForge()
    yield server
    server.close()


@pytest.fixture(scope="session")
def app_key() -> str:
    """A made-up App's private key."""
    key = generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()).decode()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["github", "gitlab"])
def script(request: pytest.FixtureRequest, forge: ScriptedForge, clock: Clock) -> Script:
    """Either forge, scripted: the repository or project is there, everything else is for the test to say."""
    return github_script(forge, clock) if request.param == "github" else gitlab_script(forge, clock)


@pytest.fixture
def app_access(forge: ScriptedForge, app_key: str, clock: Clock) -> GitHubAppAccess:
    """An App whose installation is there; what it mints is for the test to say."""
    forge.says("GET", "/repos/octo/reports", Says(200, REPOSITORY))
    forge.says("GET", "/repositories/77", Says(200, REPOSITORY))
    forge.says("GET", "/repos/octo/reports/installation", Says(200, {"id": 100, "app_slug": "xsa-scope"}))
    return GitHubAppAccess(
        api_url=forge.url, project="octo/reports", app_id=12345, private_key=app_key, timeouts=IMPATIENT, clock=clock
    )
