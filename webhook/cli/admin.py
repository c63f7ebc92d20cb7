"""`xsa-scope admin`: the operators' face on `admin_bind`, in one web process of its own.

It comes up without a database, to say that there is none; only an address that cannot be had ends it.
"""

from __future__ import annotations

import socket

import click

from webhook.cli import starting
from webhook.cli.server import Server, options

APPLICATION = "webhook.wsgi:create_admin_app()"
THREADS = 4
DRAIN_SECONDS = 5.0


@click.command()
def command() -> None:
    """Run the operators' face: `/readyz` and `/metrics` on `admin_bind`. `serve` does this by itself.

    The figures are those of all processes of this machine that share a folder in PROMETHEUS_MULTIPROC_DIR.
    """
    settings = starting.settings()
    _see_that_it_is_free(settings.admin_bind)
    starting.share_figures()
    Server(
        APPLICATION, options("admin", bind=settings.admin_bind, workers=1, threads=THREADS, drain=DRAIN_SECONDS)
    ).run()


def _see_that_it_is_free(bind: str) -> None:
    """Say at once, in words, what gunicorn would find out in five seconds of trying."""
    host, _, port = bind.rpartition(":")
    try:
        family, kind, *_, address = socket.getaddrinfo(host.strip("[]"), int(port), type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        raise click.ClickException(f"admin_bind {bind} cannot be used: {error.strerror}") from None
