"""`xsa-scope web`: the public face under gunicorn, with threads in a few processes and an end that loses nothing."""

from __future__ import annotations

import click

from webhook.cli import starting
from webhook.cli.server import Server, options

APPLICATION = "webhook.wsgi:create_app()"


@click.command()
def command() -> None:
    """Run the web processes: webhooks and health. `PORT`, where it is set, wins over `web.bind`."""
    settings = starting.settings()
    starting.store(settings).close()  # say what is wrong with it here, in words
    starting.share_figures()
    web = settings.web
    chosen = options("web", bind=web.bind, workers=web.workers, threads=web.threads, drain=web.drain_seconds)
    Server(APPLICATION, chosen).run()
