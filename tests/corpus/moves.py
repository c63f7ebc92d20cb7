"""Write `scope/policies/xen-practice.md` anew: what that policy decides otherwise, in general and on past cases.

`python tests/corpus/moves.py`
"""

from __future__ import annotations

from pathlib import Path

import scope
from webhook.cli.backtest_shown import moved
from webhook.cli.corpus import read

HERE = Path(__file__).resolve().parent
TABLE = HERE.parent.parent / "scope" / "policies" / "xen-practice.md"
HEAD = """\
# From xen-rfc-v2 to xen-practice

Written by `python tests/corpus/moves.py`; a test sees to it that it is true.

## What is decided otherwise
"""


def written() -> str:
    """The table as text."""
    before, after = (scope.load_policy(f"builtin:{name}") for name in ("xen-rfc-v2", "xen-practice"))
    lines = [f"- {line}" for line in scope.compare(before, after).lines]
    cases = moved(*(scope.replay(policy, read(HERE / "xen.jsonl", policy)) for policy in (before, after)))
    rows = [f"| {case['id']} | {case['from']} | {case['to']} |" for case in cases]
    return "\n".join(
        [HEAD, *lines, "", "## Past cases that move", "", "| case | from | to |", "|---|---|---|", *rows, ""]
    )


if __name__ == "__main__":
    TABLE.write_text(written(), encoding="utf-8")
