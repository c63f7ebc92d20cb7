"""GitHub's refusals in GitHub's words: message, documentation address, status, and `errors` for a 422."""

from __future__ import annotations

from typing import Any

from webhook.sandbox.exchange import RefusalError, Reply

DOCS = "https://docs.github.com/rest"


def error(status: int, message: str, **more: Any) -> Reply:
    """An error answer; `more` are further keys of its body."""
    return Reply(status, {"message": message, **more, "documentation_url": DOCS, "status": str(status)})


def refuse(status: int, message: str, **more: Any) -> RefusalError:
    """The same, to be raised."""
    return RefusalError(error(status, message, **more))


def not_found() -> RefusalError:
    """What is not there, and what one may not see."""
    return refuse(404, "Not Found")


def gone() -> RefusalError:
    """A deleted issue, to those who can read its repository."""
    return refuse(410, "This issue was deleted")


def forbidden_to_app() -> RefusalError:
    """A permission the installation token does not have."""
    return refuse(403, "Resource not accessible by integration")


def forbidden_to_token() -> RefusalError:
    """A permission a fine-grained personal token does not have."""
    return refuse(403, "Resource not accessible by personal access token")


def forbidden_to_person() -> RefusalError:
    """A role too low. GitHub says this of every role."""
    return refuse(403, "Must have admin rights to Repository.")


def archived() -> RefusalError:
    """A write on an archived repository."""
    return refuse(403, "Repository was archived so is read-only.")


def invalid(resource: str, field: str, code: str = "invalid", message: str = "") -> RefusalError:
    """422 with one entry. `code`: `already_exists`, `missing_field`, `invalid`, `custom` (which needs a message)."""
    entry = {"resource": resource, "code": code, "field": field}
    if message:
        entry["message"] = message
    return refuse(422, "Validation Failed", errors=[entry])


def wrong_type(field: str, value: Any, wanted: str) -> RefusalError:
    """422 for a value of the wrong JSON type, which GitHub words as a sentence."""
    return refuse(422, f"Invalid request.\n\nFor '{field}', {_spelt(value)} is not {wanted}.")


def _spelt(value: Any) -> str:
    return "nil" if value is None else str(value)


def moved(status: int, url: str) -> RefusalError:
    """A redirect: 301 for reads, 307 for writes, with the new address twice."""
    message = "Moved Permanently" if status == 301 else "Temporary Redirect"  # noqa: PLR2004  # HTTP's figure
    body = {"message": message, "url": url, "documentation_url": DOCS}
    return RefusalError(Reply(status, body, {"Location": url}))
