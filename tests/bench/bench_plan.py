"""What a plan costs: seconds and memory over 1,000, 10,000 and 100,000 stored reports, each in a process of its own.

Prints a table, writes `build/bench/plan.json`, and exits with 1 where 100,000 take more than 15 s or 300 MB.
"""

from __future__ import annotations

import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))  # run by path, the package is not found otherwise

import scope  # noqa: E402  # see above
from webhook import forms, resync  # noqa: E402
from webhook.answers import Answers, Said  # noqa: E402
from webhook.store import open_store  # noqa: E402
from webhook.store.database import connect  # noqa: E402
from webhook.store.schema import issue, tracker  # noqa: E402
from webhook.store.upgrade import upgrade  # noqa: E402

SIZES = (1_000, 10_000, 100_000)
MOST_SECONDS, MOST_MB = 15.0, 300.0
SEED = 7


def fill(url: str, reports: int) -> None:
    """Random partial reports, as runs under the built-in policy leave them."""
    policy, chance = scope.load_policy("builtin:xen-rfc-v2"), random.Random(SEED)
    form = forms.describe(policy.form).id
    upgrade(url)
    database = connect(url)
    with database.write() as connection:
        connection.execute(tracker.insert().values(id=1, forge="github", project="example/security"))
        for start in range(0, reports, 5_000):
            rows = [row(policy, chance, form, number) for number in range(start + 1, min(start + 5_000, reports) + 1)]
            connection.execute(issue.insert(), rows)
    database.close()


def row(policy: scope.Policy, chance: random.Random, form: str, number: int) -> dict[str, object]:
    said = {
        name: Said(frozenset({chance.choice(list(fact.values))}), "reporter")
        for name, fact in policy.facts.items()
        if chance.random() < 0.7
    }
    on_path = {name for name in said if policy.facts[name].on_path}
    answers = Answers(
        paths=({name: said[name] for name in on_path},),
        facts={name: one for name, one in said.items() if name not in on_path},
        form=form,
    )
    verdict = scope.assess(policy, answers.report())
    return {
        "tracker_id": 1,
        "number": number,
        "answers": answers.stored(),
        "answers_digest": answers.digest(),
        "outcome": verdict.outcome.value,
        "standing": verdict.standing.value,
        "codes": verdict.codes,
        "missing": verdict.missing,
        "presumptions": verdict.presumptions,
        "contested": verdict.contested,
        "desired": scope.labels_for(policy, verdict),
        "policy_digest": policy.digest,
    }


def measure(url: str) -> None:
    """In a process of its own: draw the plan of the other built-in policy, and tell what it took."""
    policy = scope.load_policy("builtin:xen-practice")
    with open_store(url) as store:
        began = time.perf_counter()
        plan = resync.draw_up(policy, store.stored_issues(), instead_of="")
        seconds = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": round(seconds, 2), "mb": round(peak, 1), "moves": len(plan.moves)}))


def main() -> int:
    """Measure each size."""
    print(f"{os.uname().machine}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.2f}, {datetime.now(UTC):%Y-%m-%d}")
    print(f"{'reports':>10}{'seconds':>10}{'us each':>10}{'MB':>8}{'moves':>9}")
    found = {}
    for size in SIZES:
        with tempfile.TemporaryDirectory() as folder:
            url = f"sqlite:///{folder}/plan.db"
            fill(url, size)
            told = subprocess.run([sys.executable, __file__, url], capture_output=True, check=True, text=True).stdout
        found[size] = one = json.loads(told)
        each = one["seconds"] / size * 1e6
        print(f"{size:>10,}{one['seconds']:>10.2f}{each:>10.0f}{one['mb']:>8.1f}{one['moves']:>9,}")
    last = found[SIZES[-1]]
    figures = {"plan_100k_s": last["seconds"], "plan_100k_mb": last["mb"], "by_reports": found}
    target = ROOT / "build" / "bench" / "plan.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(figures, indent=2), encoding="utf-8")
    well = last["seconds"] <= MOST_SECONDS and last["mb"] <= MOST_MB
    print("pass" if well else "FAIL", f"100,000 reports in at most {MOST_SECONDS:.0f} s and {MOST_MB:.0f} MB")
    return int(not well)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        measure(sys.argv[1])
    else:
        sys.exit(main())
