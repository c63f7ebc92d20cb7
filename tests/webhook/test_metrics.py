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
from webhook.metrics import asked

ROOT = Path(__file__).resolve().parent.parent.parent


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


def test_what_is_asked_for_is_told_as_answered() -> None:
    told = metrics.exposition({asked.QUEUE_ROWS: {("live", "due"): 3, ("prose", "due"): 1}, asked.ISSUES: {(): 12}})
    assert sample(told, "xsa_scope_queue_rows", lane="live", state="due") == 3
    assert sample(told, "xsa_scope_queue_rows", lane="other", state="due") == 1
    assert sample(told, "xsa_scope_issues") == 12


def test_every_request_of_the_port_can_be_counted() -> None:
    methods = {name for name in vars(Forge) if not name.startswith("_")}
    in_no_request_of_its_own = {"close", "visibility"}
    assert methods - in_no_request_of_its_own == set(metrics.ENUMERATIONS["request"]) - {"token"}


def test_processes_of_one_machine_are_added_up(tmp_path: Path) -> None:
    environ = {**os.environ, metrics.MULTIPROCESS: str(tmp_path)}
    count = "from webhook import metrics; metrics.RUNS.add(forge='gitlab', outcome='done')"
    tell = count + "; import sys; sys.stdout.buffer.write(metrics.exposition({metrics.asked.ISSUES: {(): 2}}))"
    subprocess.run([sys.executable, "-c", count], env=environ, check=True)
    told = subprocess.run([sys.executable, "-c", tell], env=environ, check=True, capture_output=True).stdout
    assert sample(told, "xsa_scope_runs_total", forge="gitlab", outcome="done") == 2
    assert sample(told, "xsa_scope_issues") == 2


# --- the one table


def test_every_counter_that_there_is_is_documented() -> None:
    registered = {f"{family.name}_total" for family in metrics.REGISTRY.collect() if family.type == "counter"}
    registered |= {family.name for family in metrics.REGISTRY.collect() if family.type == "gauge"}
    assert registered == {one.name for one in (*metrics.COUNTED, metrics.POLICY)}
    assert set(metrics.ASKED) == {one for one in vars(asked).values() if isinstance(one, metrics.Asked)}


def test_every_metric_has_a_row_and_every_label_its_values() -> None:
    rows, table = list(metrics.metrics_rows()), metrics.metrics_table()
    assert len({row.name for row in rows}) == len(rows)
    for row in rows:
        assert f"| `{row.name}` | {row.kind} |" in table
        for label in row.labels:
            assert label == "digest" or f"| `{label}` | " in table.partition("\n\n")[2], label
    assert all(f"| `{label}` |" in table for label in metrics.ENUMERATIONS), "a label nothing uses"


def test_the_readme_shows_the_table_as_it_is() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert metrics.metrics_table() in readme, "README.md: replace the table of metrics"
