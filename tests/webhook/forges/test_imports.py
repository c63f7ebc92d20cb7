"""A process loads the client library it needs and no other."""

from __future__ import annotations

import subprocess
import sys

import pytest

PROGRAM = """
import sys
from webhook.forges import GitHubTokenAccess, GitLabAccess, forge_factory
for name in ("github", "gitlab", "requests"):
    assert name not in sys.modules, name
access = {kind}(api_url="https://forge.example", project="o/r", token="t")
forge_factory(access)
print(*sorted({{"github", "gitlab"}} & set(sys.modules)))
"""


@pytest.mark.parametrize(("kind", "loaded"), [("GitHubTokenAccess", "github"), ("GitLabAccess", "gitlab")])
def test_only_the_library_of_the_forge_is_loaded(kind: str, loaded: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(kind=kind)], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.split() == [loaded]
