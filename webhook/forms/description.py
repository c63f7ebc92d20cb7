"""What a form asks, whoever wrote it: fields in order, their labels and options. The grammar reads with nothing else.

Where a description comes from is in `github_yaml` (anybody's issue form) and `asked` (our policy's form).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Literal, TypeAlias

Kind: TypeAlias = Literal["single", "multiple", "ticks", "line", "text"]
"""Dropdown with one choice, dropdown with several, check boxes, one line, text area."""


class FormError(ValueError):
    """The form cannot be read with: it is malformed, or two of its fields could not be told apart."""


@dataclass(frozen=True, slots=True)
class FieldDescription:
    """One question as it appears in a filled form."""

    id: str
    kind: Kind
    label: str
    options: tuple[str, ...] = ()
    render: str = ""
    """Language of the code fence the forge puts around a text area; empty = no fence."""
    hint: str = ""
    """Words under the heading that are the form's own, where the forge leaves them in the body (GitLab)."""

    @property
    def free(self) -> bool:
        """Whether a person types here what they like."""
        return self.kind in ("line", "text")


@dataclass(frozen=True, slots=True)
class FormDescription:
    """A form: its id (empty for foreign ones) and its fields in order."""

    id: str
    fields: tuple[FieldDescription, ...]
    sections: tuple[str, ...] = ()
    """Headings of the form that are no fields (GitLab)."""

    def __post_init__(self) -> None:
        for what, names in (("id", [f.id for f in self.fields]), ("label", [f.label.strip() for f in self.fields])):
            for name, times in Counter(names).items():
                if not name:
                    raise FormError(f"a field has no {what}")
                if times > 1:
                    raise FormError(f"{times} fields have the {what} {name!r}")
