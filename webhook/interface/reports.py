"""A JSON value becomes a frozen `scope.Report`, or a `BadReportError` that names field, fault and nearest word.

The pydantic model is made from the policy's facts, so that the API's OpenAPI document lists the same words.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any, Literal, NoReturn, TypeAlias

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, create_model
from pydantic_core import ErrorDetails, PydanticCustomError

import scope
from webhook.interface.strict import BadReportError, nearest, parse, plain, shown

UNKNOWN_KEY = "is no key known here"
PATHS_ONLY = "stands in paths only: source, effect and target of one attack belong together"
REPORT_ONLY = "holds for the whole report and cannot stand in a path"
NULL = "is null; leave the key out if nothing is known, or give [] where statements contradict each other"
NO_LIST = "must be a list, for example {example}"
NO_OBJECT = "must be an object of facts and their possible values"
NO_PATHS = "must hold at least one path; leave the key out if nothing is known of any"
UNKNOWN_VALUE = "{word} is no value of it"
REPEATED = "names {word} more than once"

REPORT_KEYS = ("efforts", "not_sure")
"""Keys that hold names of facts, not values."""

Place: TypeAlias = tuple[int | str, ...]
"""Where pydantic found a fault: ("paths", 0, "source", 1)."""


class ReportReader:
    """Reads reports for one policy."""

    def __init__(self, policy: scope.Policy) -> None:
        self._words = {fact.name: fact.values for fact in policy.facts.values()}
        efforts = tuple(p.fact for p in policy.presumptions if p.effort)
        self._lists = {"efforts": efforts, "not_sure": tuple(self._words)}
        self.model = _model_of(policy, self._lists)

    def read(self, text: str | bytes) -> scope.Report:
        """The report in a JSON text. Raises `BadReportError`."""
        return self.check(parse(text))

    def check(self, value: object) -> scope.Report:
        """The report in a JSON value. Raises `BadReportError`."""
        if not isinstance(value, dict):
            raise BadReportError(None, "must be a JSON object, one report")
        try:
            self.model.model_validate(value)
        except ValidationError as error:
            self._refuse(error.errors(include_url=False, include_context=False)[0])
        return _report(value)

    def _refuse(self, fault: ErrorDetails) -> NoReturn:
        at, kind, sent = fault["loc"], fault["type"], fault["input"]
        field = _field(at)
        if kind == "extra_forbidden":
            raise BadReportError(field, *self._unknown_key(at))
        words = self._valid(at)
        near = nearest(sent, words) if isinstance(sent, str) else None
        if kind == "too_short":
            raise BadReportError(field, NO_PATHS)
        if kind == "repeated":
            twice = next(word for word in sent if sent.count(word) > 1)
            raise BadReportError(field, REPEATED.format(word=shown(twice)))
        if kind == "literal_error":
            raise BadReportError(field, UNKNOWN_VALUE.format(word=shown(sent)), near)
        if sent is None:
            raise BadReportError(field, NULL)
        if kind == "list_type":
            example = json.dumps([near or words[0] if words else {}])
            raise BadReportError(field, NO_LIST.format(example=example), near)
        raise BadReportError(field, NO_OBJECT)

    def _unknown_key(self, at: Place) -> tuple[str, str | None]:
        key, in_path = str(at[-1]), len(at) > 1
        if in_path and key in REPORT_KEYS:
            return REPORT_ONLY, None
        if not in_path and key in self._words:
            return PATHS_ONLY, None
        return UNKNOWN_KEY, nearest(key, self._words if in_path else self.model.model_fields)

    def _valid(self, at: Place) -> tuple[str, ...]:
        key = _key(at)
        return self._words.get(key) or self._lists.get(key, ())


def _model_of(policy: scope.Policy, lists: Mapping[str, tuple[str, ...]]) -> type[BaseModel]:
    path = _model("Path", {f.name: _list_of(f.values, f.title) for f in policy.facts.values()})
    about = "Attacks, each judged by itself; left out = one of which nothing is known"
    paths = Annotated[list[path], Field(min_length=1, description=about)]  # type: ignore[valid-type]  # made above
    facts = {f.name: _list_of(f.values, f.title) for f in policy.facts.values() if not f.on_path}
    efforts = {"efforts": _list_of(lists["efforts"], "Looked into without a result")} if lists["efforts"] else {}
    not_sure = {"not_sure": _list_of(lists["not_sure"], 'Facts to which the reporter answered "Not sure"')}
    return _model("Report", {"paths": paths} | facts | efforts | not_sure)


def _model(name: str, fields: Mapping[str, Any]) -> type[BaseModel]:
    """A model in which every key may be left out and no other key may stand."""
    optional: dict[str, Any] = {key: (kind, Field(default=None)) for key, kind in fields.items()}
    return create_model(name, __config__=ConfigDict(extra="forbid", strict=True), **optional)


def _list_of(words: tuple[str, ...], about: str) -> Any:
    """A list of some of these words, each at most once."""
    unique = Field(description=about, json_schema_extra={"uniqueItems": True})
    return Annotated[list[Literal[words]], AfterValidator(_unique), unique]  # type: ignore[valid-type]  # the policy's words


def _unique(values: list[str]) -> list[str]:
    if len(set(values)) < len(values):
        raise PydanticCustomError("repeated", "a value is repeated")
    return values


def _report(value: Mapping[str, Any]) -> scope.Report:
    """The checked JSON as the rulebook's own noun."""
    shared = value.keys() - {"paths", *REPORT_KEYS}
    return scope.Report(
        paths=tuple({k: frozenset(v) for k, v in path.items()} for path in value.get("paths", ({},))),
        facts={key: frozenset(value[key]) for key in shared},
        efforts=frozenset(value.get("efforts", ())),
        not_sure=frozenset(value.get("not_sure", ())),
    )


def _key(at: Place) -> str:
    """The key a place belongs to: the fact of a path, else the report's key."""
    return str(at[2]) if at[0] == "paths" and len(at) > 2 else str(at[0])  # noqa: PLR2004  # paths, index, fact


def _field(at: Place) -> str:
    """`paths[0].source`; the position in a fact's list is left out, the message names the word."""
    if at[0] != "paths" or len(at) == 1:
        return plain(str(at[0]))
    path = f"paths[{at[1]}]"
    return f"{path}.{plain(_key(at))}" if len(at) > 2 else path  # noqa: PLR2004  # paths, index, fact
