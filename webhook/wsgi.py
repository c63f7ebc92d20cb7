"""For web servers: `gunicorn 'webhook.wsgi:create_app()'`. Each process reads its settings and opens its own store."""

from __future__ import annotations

from flask import Flask

from webhook import app, log
from webhook.settings import load_settings
from webhook.store import open_store


def create_app() -> Flask:
    """The application from `xsa-scope.toml` and the environment.

    Raises:
        SettingsError: the settings cannot be used.
        StoreError: the database cannot be used, or is not at this release's revision.

    """
    settings = load_settings()
    log.configure(settings.log.level, settings.log.format)
    return app.create_app(settings, open_store(settings.database_url.get_secret_value()))
