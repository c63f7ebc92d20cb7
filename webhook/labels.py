"""The policy's labels beside those a tracker defines: what to create, rename, recolour; never to delete. Pure.

A label is found under its name in whatever case, then under a former name. An archived one is left to whoever
archived it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

import scope
from webhook.issue import LabelDefinition

Kind = Literal["create", "rename", "change"]


@dataclass(frozen=True, slots=True)
class LabelStep:
    """One label definition to make or change."""

    kind: Kind
    label: LabelDefinition
    """As it shall be."""
    there: str = ""
    """The name it has now; empty for one to be created."""
    why: str = ""


def label_steps(policy: scope.Policy, there: Iterable[LabelDefinition]) -> tuple[LabelStep, ...]:
    """What makes the tracker's definitions the policy's. Empty where they are."""
    known = {one.name.casefold(): one for one in there}
    return tuple(step for label in policy.labels.values() for step in _step(label, known))


def _step(label: scope.Label, known: dict[str, LabelDefinition]) -> Iterator[LabelStep]:
    wanted = LabelDefinition(label.name, label.colour, label.description)
    found = known.get(label.name.casefold())
    if found is not None:
        if not found.archived and (why := _differs(found, wanted)):
            yield LabelStep("change", LabelDefinition(found.name, label.colour, label.description), found.name, why)
        return
    former = next((known[name.casefold()] for name in label.former if name.casefold() in known), None)
    if former is not None and not former.archived:
        yield LabelStep("rename", wanted, former.name, f"it was called {former.name}")
    else:
        yield LabelStep("create", wanted, why="it is not defined")


def _differs(found: LabelDefinition, wanted: LabelDefinition) -> str:
    colour = f"its colour is {found.colour}, not {wanted.colour}" if found.colour != wanted.colour else ""
    described = "its description differs" if found.description != wanted.description else ""
    return " and ".join(filter(None, (colour, described)))
