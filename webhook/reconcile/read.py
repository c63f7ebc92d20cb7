"""Turn what was observed into answers: the form as the reporter filled it, and the team's commands laid over it."""

from __future__ import annotations

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


def read(policy: scope.Policy, seen: Observation, forge: Forge) -> Reading:
    """Read body and comments. The forge is asked only for the role of people who give commands that need one."""
    form = forms.read(policy, seen.issue.ref.forge, seen.issue.body)
    said = commands.read(policy, seen.comments, us=seen.us, role=forge.role, form_paths=len(form.paths))
    return Reading(merge(form, said.evidence, said.paths), said)
