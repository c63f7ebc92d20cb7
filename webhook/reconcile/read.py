"""Turn what was observed into answers: the form as the reporter filled it, and the team's commands laid over it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import scope
from webhook import commands, forms
from webhook.answers import Answers, merge
from webhook.forges.port import Forge
from webhook.reconcile.observe import Observation


@dataclass(frozen=True, slots=True)
class Reading:
    """What the report says, and what people asked for."""

    answers: Answers
    commands: commands.Commands


def read(policy: scope.Policy, seen: Observation, forge: Forge, pins: Mapping[str, str]) -> Reading:
    """Read body and comments. The forge is asked only for the role of people who give commands that need one.

    `pins`: what the numbers in commands meant at the last reading.
    """
    form = forms.read(policy, seen.issue.ref.forge, seen.issue.body)
    said = commands.read(policy, seen.comments, us=seen.us, role=forge.role, form_paths=form.paths, pins=pins)
    return Reading(merge(form, said.evidence, said.paths), said)
