"""From `xsa-scope.toml` and the environment to `Settings`, or to sentences about every mistake at once.

A sentence names the file, the key and, for a typing mistake, the nearest key or value there is. It never repeats
a value, except an enumerated one that is nearly right.
"""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from webhook.settings.base import Section
from webhook.settings.model import Settings
from webhook.settings.secrets import Sources

DEFAULT_FILE = "xsa-scope.toml"
PATH_VARIABLE = "XSA_SCOPE_CONFIG"
FROM_ENVIRONMENT = {"database_url": "DATABASE_URL", "web.bind": "PORT"}
"""Keys that a platform's variable outranks."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake: where, which key, and what to do about it."""

    where: str
    key: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.where}: {self.key}: {self.sentence}" if self.key else f"{self.where}: {self.sentence}"


class SettingsError(Exception):
    """The settings cannot be used."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = tuple(problems)


def load_settings(path: Path | None = None, environ: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings file named by `path`, else by `XSA_SCOPE_CONFIG`, else `xsa-scope.toml` if it is there.

    Raises:
        SettingsError: a named file is missing, or anything in it or in the environment is wrong.

    """
    named = path or (Path(environ[PATH_VARIABLE]) if environ.get(PATH_VARIABLE) else None)
    file = named or Path(DEFAULT_FILE)
    if named is None and not file.exists():
        return settings_from({}, environ=environ, where="environment")
    try:
        data = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError([Problem(str(file), "", f"cannot be read: {error.strerror}")]) from None
    except ValueError as error:
        raise SettingsError([Problem(str(file), "", f"is not TOML: {error}")]) from None
    return settings_from(data, environ=environ, folder=file.parent, where=str(file))


def settings_from(
    data: Mapping[str, Any], *, environ: Mapping[str, str], folder: Path = Path(), where: str = "settings"
) -> Settings:
    """Settings from parsed TOML. `folder` is where relative file names start, `where` names the source in errors.

    Raises:
        SettingsError: with every mistake that was found.

    """
    sources = Sources(environ, folder)
    try:
        return Settings.model_validate(_with_platform(data, environ), context=sources)
    except ValidationError as error:
        problems = [_problem(details, data, environ, where) for details in error.errors(include_input=True)]
        raise SettingsError(problems) from None


def _with_platform(data: Mapping[str, Any], environ: Mapping[str, str]) -> dict[str, Any]:
    """What the platform says outranks the file: `DATABASE_URL` and `PORT`."""
    merged = dict(data)
    if environ.get("DATABASE_URL"):
        merged["database_url"] = environ["DATABASE_URL"]
    web = merged.get("web", {})
    if environ.get("PORT") and isinstance(web, Mapping):
        merged["web"] = {**web, "bind": f"0.0.0.0:{environ['PORT']}"}
    return merged


def _problem(details: ErrorDetails, data: Mapping[str, Any], environ: Mapping[str, str], where: str) -> Problem:
    location = details["loc"]
    variable = FROM_ENVIRONMENT.get(".".join(map(str, location)))
    if variable and environ.get(variable):
        return Problem("environment", variable, _sentence(details))
    return Problem(where, _key(location, data), _sentence(details))


def _sentence(details: ErrorDetails) -> str:
    location, context = details["loc"], details.get("ctx", {})
    match details["type"]:
        case "extra_forbidden":
            return "unknown key" + _nearest(str(location[-1]), _keys_beside(location))
        case "literal_error":
            allowed = _allowed(location)
            return "expected one of " + ", ".join(allowed) + _nearest(str(details["input"]), allowed)
        case "missing":
            return "this key is needed"
        case "value_error":
            return str(context["error"])
        case _:
            return details["msg"]


def _nearest(word: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(word, list(known), n=1, cutoff=0.5)
    return f"; did you mean {close[0]}?" if close else ""


def _key(location: Sequence[int | str], data: Any) -> str:
    """The key in words of the file: a tracker is told by its number, from 1, and its project."""
    place, keys = "", [str(step) for step in location]
    if len(location) > 1 and location[0] == "tracker" and isinstance(location[1], int):
        project = _step(_step(_step(data, "tracker"), location[1]), "project")
        place = f"tracker {location[1] + 1}" + (f" ({project})" if isinstance(project, str) else "")
        keys = keys[2:]
    return ", ".join(filter(None, [place, ".".join(keys)]))


def _step(data: Any, step: int | str) -> Any:
    try:
        return data[step]
    except (KeyError, IndexError, TypeError):
        return None


def _section_at(location: Sequence[int | str]) -> type[Section]:
    """The section that holds the key at a location."""
    section: type[Section] = Settings
    for step in location[:-1]:
        if isinstance(step, int):
            continue
        inner = next((f.annotation for n, f in section.model_fields.items() if step in {n, f.alias}), None)
        for candidate in (inner, *get_args(inner)):
            if isinstance(candidate, type) and issubclass(candidate, Section):
                section = candidate
    return section


def _keys_beside(location: Sequence[int | str]) -> list[str]:
    return [field.alias or name for name, field in _section_at(location).model_fields.items()]


def _allowed(location: Sequence[int | str]) -> list[str]:
    return [str(value) for value in get_args(_section_at(location).model_fields[str(location[-1])].annotation)]
