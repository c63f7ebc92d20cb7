"""Both databases."""

from tests.databases import postgres_fresh, postgres_name, postgres_url, sqlite_template, store, url

__all__ = ["postgres_fresh", "postgres_name", "postgres_url", "sqlite_template", "store", "url"]
