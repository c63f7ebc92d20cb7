"""The command line's root: the list of commands, each imported only when it is called.

A command lives in the module named here as a click command called `command`, and brings its own imports with it,
so that a worker never loads the web server and `decide` never loads a forge. What commands do is theirs.
Exit codes of all: 0 done, 1 failed, 2 usage, 3 nothing decided / changes pending.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Sequence

COMMANDS = {
    "demo": "Run the whole product on this machine: two forges, ten reports, labels and comments.",
    "serve": "Run web, worker and admin together on one machine.",
    "web": "Run the web processes: webhooks, API and pages.",
    "worker": "Run a worker process.",
    "admin": "Run the operators' face: readiness and metrics.",
    "status": "Say how the service is, and what needs a person.",
    "doctor": "Find what is wrong with the installation, each with its cause and a remedy.",
    "dead": "List the issues the service gave up on, and have them tried again.",
    "reconcile": "Bring one issue to its desired state without a server.",
    "sweep": "Bring a project's open issues to their desired state without a server.",
    "decide": "Decide reports from JSON, from options or from an issue's body.",
    "policy": "Check, show and compare policies; plan and approve a change.",
    "resync": "Watch, pause, resume or end the relabelling after a change of policy.",
    "labels": "Compare the trackers' labels with the policy's, and bring them up to date.",
    "templates": "Write, check and read the report form.",
    "db": "Create and migrate the database.",
}
"""Each command and its line in `--help`, in the order people meet them."""


class LazyGroup(click.Group):
    """A group that imports a command's module when the command is called, and none for its own help."""

    def list_commands(self, ctx: click.Context) -> Sequence[str]:  # type: ignore[override]  # click wants a list to read
        """All commands, in the order of `COMMANDS`."""
        del ctx
        return tuple(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, imported now."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"{__name__}.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands from `COMMANDS` alone."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="xsa-scope", prog_name="xsa-scope")
def main() -> None:
    """Decide which private reports are in scope for a Xen Security Advisory, label and explain them.

    Exit codes: 0 done, 1 failed, 2 wrong usage, 3 nothing decided or changes pending.
    """
