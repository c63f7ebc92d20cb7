"""Write `xen.jsonl` anew from the third-party data beside the project: numbers, facts and verdicts, nobody's sentences.

`python tests/corpus/derive.py ../shared/data/xen`
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
CORPUS = HERE / "xen.jsonl"
REMARKS = frozenset({"pairing", "report_confidence", "notes"})
"""What a report of the data carries beside its facts."""


def cases(folder: Path) -> Iterator[dict[str, Any]]:
    """One case for each advisory and each refusal, in the order of the data."""
    for row in _rows(folder / "advisories.jsonl"):
        yield _case(f"XSA-{row['xsa']}", row, issued=True, era=row["policy_era"])
    for number, row in enumerate(_rows(folder / "non-issues.jsonl"), 1):
        name = f"xen.git {row['commit'][:12]}" if row.get("commit") else f"refusal {number}"
        yield _case(name, row, issued=False, era="post-rfc-v2" if (row["date"] or "") >= "2017-03" else "pre-rfc-v2")


def _case(name: str, row: dict[str, Any], *, issued: bool, era: str) -> dict[str, Any]:
    report = row["report"]
    return {
        "id": name,
        "date": row["date"],
        "era": era,
        "issued": issued,
        "expected": row["expected_verdict"],
        "confidence": report["report_confidence"],
        "report": {key: value for key, value in report.items() if key not in REMARKS},
    }


def _rows(file: Path) -> Iterator[dict[str, Any]]:
    for line in file.read_text(encoding="utf-8").splitlines():
        yield json.loads(line)


def written(folder: Path) -> str:
    """The corpus as text."""
    return "".join(json.dumps(case, ensure_ascii=False) + "\n" for case in cases(folder))


if __name__ == "__main__":
    CORPUS.write_text(written(Path(sys.argv[1])), encoding="utf-8")
