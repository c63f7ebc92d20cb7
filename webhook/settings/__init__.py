"""The operator's choices as one typed, frozen object: `load_settings()` reads `xsa-scope.toml` and the environment.

The keys, their defaults and what they mean stand in `model`; where secrets come from, in `secrets`; how mistakes
are told, in `load`; `settings_table()` is what the README shows. Nothing here opens a database or asks a forge.
"""

from webhook.settings.load import Problem, SettingsError, load_settings, settings_from
from webhook.settings.model import Settings
from webhook.settings.sections import Budgets, Log, Policy, Retention, Settling, Timeouts, Web, Worker
from webhook.settings.table import settings_rows, settings_table
from webhook.settings.tracker import Tracker

__all__ = [
    "Budgets",
    "Log",
    "Policy",
    "Problem",
    "Retention",
    "Settings",
    "SettingsError",
    "Settling",
    "Timeouts",
    "Tracker",
    "Web",
    "Worker",
    "load_settings",
    "settings_from",
    "settings_rows",
    "settings_table",
]
