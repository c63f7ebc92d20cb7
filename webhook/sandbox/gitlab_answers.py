"""The manners of GitLab's API: how it refuses, how it reads parameters, how it turns pages.

Wordings from recorded answers and `API::Helpers`; parameter errors as Grape words them (`{"error": "… is invalid"}`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlencode

from webhook.sandbox import clock
from webhook.sandbox.exchange import BadJsonError, Call, RefusalError, Reply
from webhook.sandbox.gitlab_world import id_in

T = TypeVar("T")

LARGEST_PAGE, USUAL_PAGE = 100, 20
COUNTED_UP_TO = 10_000
"""Beyond so many rows GitLab does not count them, and leaves the totals out."""

_HALF_OR_NULL = re.compile("[\x00\ud800-\udfff]")
_TRUE, _FALSE = frozenset({"true", "t", "1", "on", "yes"}), frozenset({"false", "f", "0", "off", "no"})


def refusal(status: int, message: Any) -> RefusalError:
    """`{"message": …}`, most of GitLab's refusals."""
    return RefusalError(Reply(status, {"message": message}))


def not_found(what: str = "") -> RefusalError:
    """404, naming what is missing; without a name as for a row the database does not have."""
    return refusal(404, f"404 {what} Not Found" if what else "404 Not found")


def forbidden() -> RefusalError:
    """403: seen, but not allowed."""
    return refusal(403, "403 Forbidden")


def unauthorized() -> RefusalError:
    """401: no token where one is needed, or one that is not known."""
    return refusal(401, "401 Unauthorized")


def wrong_parameter(text: str) -> RefusalError:
    """400 for a parameter that is missing or does not parse."""
    return RefusalError(Reply(400, {"error": text}))


class Params:
    """The parameters of a request: query and body together, as Grape merges them. Errors are 400s."""

    def __init__(self, call: Call) -> None:
        self._values: dict[str, Any] = {}
        for name, value in [*call.query_items, *_body(call)]:
            if name.endswith("[]"):
                self._values.setdefault(name[:-2], []).append(value)
            else:
                self._values[name] = value
        if not all(_sound(value) for value in self._values.values()):
            raise RefusalError(Reply(400, {"error": "400 Bad Request"}))

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def any_of(self, *names: str) -> bool:
        """Whether at least one of these was given."""
        return any(name in self._values for name in names)

    def text(self, name: str, default: str | None = None) -> str | None:
        """A string; numbers are taken as one. Null counts as not given."""
        value = self._values.get(name)
        if value is None:
            return default
        if isinstance(value, (dict, list, bool)):
            raise wrong_parameter(f"{name} is invalid")
        return str(value)

    def required(self, name: str) -> str:
        """A string that must be there."""
        if name not in self._values:
            raise wrong_parameter(f"{name} is missing")
        return self.text(name) or ""

    def choice(self, name: str, allowed: Sequence[str], default: str) -> str:
        """One of some words."""
        value = self.text(name, default) or default
        if value not in allowed:
            raise wrong_parameter(f"{name} does not have a valid value")
        return value

    def flag(self, name: str) -> bool | None:
        """A boolean, in any of the ways Rack clients write one."""
        value = self._values.get(name)
        if value is None or isinstance(value, bool):
            return value
        word = str(value).lower()
        if word in _TRUE | _FALSE:
            return word in _TRUE
        raise wrong_parameter(f"{name} is invalid")

    def integer(self, name: str) -> int | None:
        """A whole number."""
        value = self.text(name)
        if value is None:
            return None
        try:
            return int(value)
        except ValueError:
            raise wrong_parameter(f"{name} is invalid") from None

    def names(self, name: str) -> list[str] | None:
        """A list given as an array or as one string with commas; None if not given."""
        value = self._values.get(name)
        if name not in self._values:
            return None
        if value is None:
            return []
        rows = value if isinstance(value, list) else [value]
        if any(isinstance(row, (dict, list)) for row in rows):
            raise wrong_parameter(f"{name} is invalid")
        return [part.strip() for row in rows for part in str(row).split(",") if part.strip()]

    def moment(self, name: str) -> float | None:
        """A point in time in ISO 8601."""
        value = self.text(name)
        if value is None:
            return None
        try:
            return clock.parse(value)
        except (ValueError, OverflowError):
            raise wrong_parameter(f"{name} is invalid") from None


def _sound(value: Any) -> bool:
    """No null bytes and no half characters: GitLab's middleware refuses such strings before anything reads them."""
    if isinstance(value, dict):
        return all(_sound(key) and _sound(one) for key, one in value.items())
    if isinstance(value, list):
        return all(_sound(one) for one in value)
    return not isinstance(value, str) or _HALF_OR_NULL.search(value) is None


def _body(call: Call) -> list[tuple[str, Any]]:
    if not call.body:
        return []
    if call.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        return parse_qsl(call.body.decode("utf-8", "replace"), keep_blank_values=True)
    read = call.json
    if not isinstance(read, dict):
        raise BadJsonError
    return list(read.items())


def number(call: Call, name: str) -> int:
    """A number in the path, such as an issue's iid."""
    found = id_in(call.args[name])
    if found is None:
        raise wrong_parameter(f"{name} is invalid")
    return found


def page(
    call: Call, params: Params, rows: Sequence[T], show: Callable[[T], Any], *, largest: int = LARGEST_PAGE
) -> Reply:
    """One page of rows, with the headers that lead on. Keyset paging is not modelled and says so."""
    if params.text("pagination") == "keyset":
        text = "Keyset pagination is not yet available for this type of request"
        raise RefusalError(Reply(405, {"error": text}))
    size, at = params.integer("per_page"), params.integer("page")
    size = min(USUAL_PAGE if size is None else size, largest)
    at = 1 if at is None else at
    if size < 1 or at < 1:
        raise wrong_parameter(
            "per_page does not have a valid value" if size < 1 else "page does not have a valid value"
        )
    pages = max(1, -(-len(rows) // size))
    body = [show(row) for row in rows[(at - 1) * size : at * size]]
    headers = {
        "x-page": str(at),
        "x-per-page": str(size),
        "x-next-page": str(at + 1) if at < pages else "",
        "x-prev-page": str(at - 1) if at > 1 else "",
        "link": _links(call, size, at, pages),
    }
    if len(rows) <= COUNTED_UP_TO:
        headers |= {"x-total": str(len(rows)), "x-total-pages": str(pages)}
    return Reply(200, body, headers)


def _links(call: Call, size: int, at: int, pages: int) -> str:
    others = [(k, v) for k, v in call.query_items if k not in {"page", "per_page", "private_token"}]
    wanted = {"prev": at - 1 if at > 1 else 0, "next": at + 1 if at < pages else 0, "first": 1, "last": pages}
    return ", ".join(
        f'<{call.base_url}{call.path}?{urlencode([*others, ("page", target), ("per_page", size)])}>; rel="{rel}"'
        for rel, target in wanted.items()
        if target
    )


def html_page(status: int) -> Reply:
    """The page GitLab's web server shows when the application behind it does not answer."""
    text = f"<!DOCTYPE html>\n<html>\n<head><title>GitLab is not responding ({status})</title></head>\n"
    text += f"<body><h1>{status}</h1><h3>Whoops, GitLab is taking too much time to respond.</h3></body>\n</html>\n"
    return Reply(status, text.encode(), content_type="text/html; charset=utf-8")
