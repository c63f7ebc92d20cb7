"""For web servers: `gunicorn 'webhook.wsgi:create_app()'`. Each process reads its settings and opens its own store.

The operators' face, on an address of its own: `gunicorn 'webhook.wsgi:create_admin_app()'`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from flask import Flask

import scope
from webhook import api, app, log, resync
from webhook.health import Watch
from webhook.settings import Settings, load_settings
from webhook.store import Store, open_store


def create_app() -> Flask:
    """The application from `xsa-scope.toml` and the environment.

    Raises:
        SettingsError: the settings cannot be used.
        StoreError: the database cannot be used, or is not at this release's revision.

    """
    settings = _settings()
    store = open_store(settings.database_url.get_secret_value())
    return app.create_app(settings, store, watch=Watch(settings, store), desk=_desk(settings, store))


def create_admin_app() -> Flask:
    """The operators' face. It comes up without a database, too: to say so.

    Raises:
        SettingsError: the settings cannot be used.

    """
    settings = _settings()
    return app.create_admin_app(settings, Watch(settings))


def _desk(settings: Settings, store: Store) -> Callable[[], api.Desk]:
    """The policy in force, or the settings' before the first worker has started. Loaded when somebody first asks."""

    @cache
    def current() -> resync.Current[api.Desk]:
        policy = resync.in_force(store) or scope.load_policy(settings.policy.source)
        return resync.Current(store, policy, api.Desk.of)

    return lambda: current().get()


def _settings() -> Settings:
    settings = load_settings()
    log.configure(settings.log.level, settings.log.format)
    return settings
