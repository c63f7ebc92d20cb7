"""The report form: reading a filled one, whatever stands in it, and writing it for each forge.

`read` is what the service uses. The grammar reads any form (`read_fields` with a `FormDescription`); what our form's
answers mean is in `facts`; how it looks on each forge, in `templates`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from webhook.forms.asked import describe
from webhook.forms.facts import answers
from webhook.forms.github import GITHUB
from webhook.forms.gitlab import GITLAB
from webhook.forms.reading import FieldReading, Grammar, Reading, read_fields
from webhook.forms.shipped import shipped
from webhook.issue import ForgeKind

if TYPE_CHECKING:
    import scope
    from webhook.answers import FormAnswers

GRAMMARS: dict[ForgeKind, Grammar] = {ForgeKind.GITHUB: GITHUB, ForgeKind.GITLAB: GITLAB}
"""How each forge writes a filled form."""

__all__ = ["GRAMMARS", "FieldReading", "Reading", "describe", "read", "read_fields", "read_form"]


def read(policy: scope.Policy, forge: ForgeKind, body: str | None) -> FormAnswers:
    """What a body says, as facts. A body without the form says nothing, and `form` is empty."""
    return answers(policy, *read_form(policy, forge, body))


def read_form(policy: scope.Policy, forge: ForgeKind, body: str | None) -> tuple[scope.Form, Reading]:
    """The form a body was filed through, and its fields: the form whose headings match exactly, else the newest."""
    newest = read_fields(describe(policy.form), GRAMMARS[forge], body)
    if not newest.exact:
        for form in shipped():
            reading = read_fields(describe(form), GRAMMARS[forge], body)
            if reading.exact and not any(field.warnings for field in reading.fields.values()):
                return form, reading
    return policy.form, newest
