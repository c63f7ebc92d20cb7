"""The CI jobs that the README shows: their commands are run as they stand there."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from string import Template
from typing import Any

import yaml

from tests.webhook.once.conftest import HYPERVISOR, Job
from tests.webhook.reconcile.places import only_github, only_gitlab

README = Path(__file__).resolve().parents[3] / "README.md"


def shown(key: str) -> dict[Any, Any]:
    """The one YAML block of the README that has a key of this name."""
    blocks = re.findall(r"```yaml\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    (found,) = [block for block in map(yaml.safe_load, blocks) if key in block]
    return dict(found)


def run(job: Job, command: str, **variables: str) -> None:
    words = shlex.split(Template(command).substitute(variables))
    assert words[0] == "xsa-scope"
    job.run(*words[1:])


@only_github
def test_the_workflow_for_github_does_what_it_says(job: Job) -> None:
    work = shown("jobs")["jobs"]["scope"]
    assert "GITHUB_TOKEN" in work["env"]
    first, second = (job.file(HYPERVISOR) for _ in range(2))
    one, all_ = (step["run"] for step in work["steps"] if step["run"].startswith("xsa-scope"))
    run(job, one, ISSUE_URL=job.address(first))
    assert (job.place.labels(first), job.place.labels(second)) == ({"xsa-candidate"}, set())
    run(job, all_, PROJECT_URL=job.address())
    assert job.place.labels(second) == {"xsa-candidate"}


@only_gitlab
def test_the_pipeline_for_gitlab_does_what_it_says(job: Job) -> None:
    number = job.file(HYPERVISOR)
    (command,) = (line for line in shown("scope")["scope"]["script"] if line.startswith("xsa-scope"))
    run(job, command, CI_PROJECT_URL=job.address())
    assert job.place.labels(number) == {"xsa-candidate"}
