"""The one table of all metrics, made from the metrics themselves, so that it cannot go stale."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from webhook.metrics.asked import ASKED
from webhook.metrics.counted import COUNTED, POLICY
from webhook.metrics.words import ENUMERATIONS, OTHER, STATUSES


@dataclass(frozen=True, slots=True)
class Row:
    """One metric as the README shows it."""

    name: str
    kind: str
    labels: tuple[str, ...]
    meaning: str


def metrics_rows() -> Iterator[Row]:
    """Every metric: first what is counted, then what is asked for."""
    for one in (*COUNTED, POLICY, *ASKED):
        yield Row(one.name, one.kind, one.labels, one.meaning)


def metrics_table() -> str:
    """The metrics, and below them the values of their labels, as two Markdown tables."""
    lines = ["| metric | kind | labels | meaning |", "|---|---|---|---|"]
    for row in metrics_rows():
        labels = ", ".join(f"`{label}`" for label in row.labels) or "none"
        lines.append(f"| `{row.name}` | {row.kind} | {labels} | {row.meaning}. |")
    lines += ["", f"| label | values (anything else counts as `{OTHER}`) |", "|---|---|"]
    used = {label for row in metrics_rows() for label in row.labels}
    lines += [f"| `{label}` | {_values(label)} |" for label in ENUMERATIONS if label in used]
    return "\n".join(lines) + "\n"


def _values(label: str) -> str:
    if label == "status":
        return f"an HTTP status, `{STATUSES[0]}` to `{STATUSES[-1]}`, or `none` where no answer came"
    return ", ".join(f"`{value}`" for value in ENUMERATIONS[label])
