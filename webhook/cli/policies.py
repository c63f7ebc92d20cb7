"""Policies named on the command line: `builtin:NAME` or a file, loaded or told why not."""

from __future__ import annotations

from pathlib import Path

import click

import scope
from webhook.interface import nearest

BUILTIN = "builtin:"
DEFAULT_POLICY = f"{BUILTIN}xen-rfc-v2"
POLICY_HELP = "A policy file, or builtin:NAME."


def load(source: str, *, source_text: str | None = None) -> scope.Policy:
    """Load the policy an argument names: wrong usage (2) where there is none, failure (1) where it has a fault."""
    if source.startswith(BUILTIN):
        name, known = source.removeprefix(BUILTIN), scope.builtin_policies()
        if name not in known:
            near = nearest(name, known) or ", ".join(known)
            raise click.BadParameter(f"there is no policy {source!r}; there is {near!r}", param_hint="policy")
    elif not Path(source).is_file():
        raise click.BadParameter(f"there is no file {source!r}", param_hint="policy")
    try:
        return scope.load_policy(source, source_text=source_text)
    except scope.PolicyError as error:
        raise click.ClickException(str(error)) from None
