"""A plan for people in a terminal, for a comment on a merge request, and for programs. Addresses, labels and codes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import scope
from webhook.resync.plan import Move, PolicyPlan

SHOWN = 50
"""So many issues are listed one by one in a terminal."""


def as_text(plan: PolicyPlan, differences: Sequence[str]) -> Iterator[str]:
    """Line by line."""
    yield f"Plan {plan.id}: {plan.policy.id}, version {plan.policy.version}"
    yield from _counts(plan)
    yield from (f"  {line}" for line in differences)
    for move in plan.moves[:SHOWN]:
        yield f"{move.ref}: {_labels(move)}   [{move.why}]"
    if len(plan.moves) > SHOWN:
        yield f"and {len(plan.moves) - SHOWN} more (--json lists them all)"
    for move in plan.overridden[:SHOWN]:
        yield f"{move.ref}: under a person's decision, left alone; the verdict would be {move.why}"


def as_markdown(plan: PolicyPlan, differences: Sequence[str], *, counts_only: bool) -> Iterator[str]:
    """For a comment where the policy is kept. `counts_only`: no issue's address, for a place others can read."""
    yield f"### Policy plan `{plan.id}`"
    yield ""
    yield from (f"- {line}" for line in _counts(plan))
    if differences:
        yield from ("", "What is decided otherwise:", "")
        yield from (f"- {line}" for line in differences)
    if plan.moves and not counts_only:
        yield from ("", f"<details><summary>{len(plan.moves)} issues whose labels change</summary>", "")
        yield from (f"- `{move.ref}`: {_labels(move)}" for move in plan.moves)
        yield from ("", "</details>")


def as_data(plan: PolicyPlan, differences: Sequence[str], *, counts_only: bool) -> dict[str, Any]:
    """For programs."""
    counted = {
        "plan": plan.id,
        "policy": {"id": plan.policy.id, "version": plan.policy.version, "digest": plan.policy.digest},
        "issues": plan.issues,
        "change": len(plan.moves),
        "explained_otherwise": len(plan.explained),
        "read_anew": len(plan.unread),
        "overridden": len(plan.overridden),
        "differences": list(differences),
    }
    if counts_only:
        return counted
    return counted | {
        "moves": [_move(move) for move in plan.moves],
        "overridden_moves": [_move(move) for move in plan.overridden],
        "explained": [str(ref) for ref in plan.explained],
        "unread": [str(ref) for ref in plan.unread],
    }


def _move(move: Move) -> dict[str, Any]:
    return {"issue": str(move.ref), "from": list(move.before), "to": list(move.after), "why": move.why}


def _counts(plan: PolicyPlan) -> Iterator[str]:
    yield f"{len(plan.moves)} of {plan.issues} open issues get other labels"
    if plan.explained:
        yield f"{len(plan.explained)} keep their labels and are explained otherwise"
    if plan.unread:
        yield f"{len(plan.unread)} have no stored answers and are read anew"
    if plan.overridden:
        yield f"{len(plan.overridden)} are under a person's decision and left alone"


def _labels(move: Move) -> str:
    gone = [f"-{label}" for label in move.before if label not in move.after]
    come = [f"+{label}" for label in move.after if label not in move.before]
    return " ".join(gone + come) or "none"


def differences(before: scope.Policy | None, after: scope.Policy) -> tuple[str, ...]:
    """What a policy decides otherwise than another, in readable lines."""
    return () if before is None else tuple(scope.compare(before, after).lines)
