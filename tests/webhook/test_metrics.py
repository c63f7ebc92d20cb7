"""The figures: enumerated labels only, one text for a scraper, and processes of one machine added up."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from webhook import metrics
from webhook.forges.port import Forge


def sample(text: bytes, name: str, **labels: str) -> float | None:
    """One figure of a scrape."""
    for family in text_string_to_metric_families(text.decode()):
        for found in family.samples:
            if found.name == name and found.labels == labels:
                return found.value
    return None


def test_a_label_outside_its_enumeration_is_counted_as_other() -> None:
    metrics.REFUSED.add(forge="github", reason="A guest can crash the hypervisor")
    told = metrics.exposition()
    assert sample(told, "xsa_scope_deliveries_refused_total", forge="github", reason="other")
    assert b"guest" not in told


def test_a_label_that_was_not_declared_is_an_error() -> None:
    with pytest.raises(TypeError, match="title"):
        metrics.RUNS.add(forge="github", outcome="done", title="x")
    with pytest.raises(KeyError):
        metrics.RUNS.add(forge="github")


def test_the_policy_in_force_is_told_by_its_digest_alone() -> None:
    metrics.policy_loaded("aa11")
    metrics.policy_loaded("bb22")
    told = metrics.exposition()
    assert sample(told, "xsa_scope_policy_loaded", digest="aa11") == 0
    assert sample(told, "xsa_scope_policy_loaded", digest="bb22") == 1
    with pytest.raises(ValueError, match="letters and digits"):
        metrics.policy_loaded("my policy")


def test_the_depth_of_the_work_list_is_told_as_asked() -> None:
    told = metrics.exposition({("live", "due"): 3, ("bulk", "waiting"): 12, ("prose", "due"): 1})
    assert sample(told, "xsa_scope_queue_rows", lane="live", state="due") == 3
    assert sample(told, "xsa_scope_queue_rows", lane="other", state="due") == 1


def test_every_request_of_the_port_can_be_counted() -> None:
    methods = {name for name in vars(Forge) if not name.startswith("_")} - {"close"}
    assert methods <= set(metrics.ENUMERATIONS["request"])


def test_processes_of_one_machine_are_added_up(tmp_path: Path) -> None:
    environ = {**os.environ, metrics.MULTIPROCESS: str(tmp_path)}
    count = "from webhook import metrics; metrics.RUNS.add(forge='gitlab', outcome='done')"
    tell = count + "; import sys; sys.stdout.buffer.write(metrics.exposition({('live', 'due'): 2}))"
    subprocess.run([sys.executable, "-c", count], env=environ, check=True)
    told = subprocess.run([sys.executable, "-c", tell], env=environ, check=True, capture_output=True).stdout
    assert sample(told, "xsa_scope_runs_total", forge="gitlab", outcome="done") == 2
    assert sample(told, "xsa_scope_queue_rows", lane="live", state="due") == 2
