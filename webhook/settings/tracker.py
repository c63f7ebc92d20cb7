"""One configured project: how its webhooks are known to be true, how we sign in, what counts as a report."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal, Self

from pydantic import Field, PrivateAttr, ValidationInfo, field_validator, model_validator

from webhook.settings.addresses import api_address, project_name
from webhook.settings.base import Section
from webhook.settings.secrets import Sources, pem, several, signing_key

USUAL_API = {"github": "https://api.github.com", "gitlab": "https://gitlab.com"}
SECRETS = ("webhook_secret", "signing_secret", "token_secret", "private_key", "token")
FOREIGN = {
    "github": ("signing_secret", "token_secret"),
    "gitlab": ("webhook_secret", "private_key", "app_id"),
}
"""What each kind of forge does not have."""


class Tracker(Section):
    """One configured project on a forge. Secrets are named here by variable or file, never written here."""

    forge: Literal["github", "gitlab"]
    """The kind of forge."""
    api_url: str = ""
    """The server: `https://api.github.com` or `https://gitlab.com` if empty. `https`, unless it is loopback."""
    project: str
    """`owner/name` on GitHub, the full path `group/sub/project` on GitLab."""
    webhook_secret_env: str | None = None
    """GitHub: the variable with the webhook secret, or several separated by commas (for rotation)."""
    webhook_secret_file: str | None = None
    """GitHub: a file with the webhook secret or secrets, instead of a variable."""
    signing_secret_env: str | None = None
    """GitLab 19.0 and later: the variable with the signing token or tokens (`whsec_…`)."""
    signing_secret_file: str | None = None
    """GitLab 19.0 and later: a file with the signing token or tokens, instead of a variable."""
    token_secret_env: str | None = None
    """GitLab before 19.0: the variable with the hook's secret token or tokens. Never beside a signing token."""
    token_secret_file: str | None = None
    """GitLab before 19.0: a file with the hook's secret token or tokens, instead of a variable."""
    app_id: int | None = Field(default=None, ge=1)
    """GitHub: the App's id; its private key is needed too. An access token is the other way to sign in."""
    private_key_env: str | None = None
    r"""GitHub: the variable with the App's private key in PEM (`\n` for a line end is understood)."""
    private_key_file: str | None = None
    """GitHub: the App's private key in PEM. A relative name starts at the settings file's folder."""
    token_env: str | None = None
    """The variable with an access token: GitLab, or GitHub without an App."""
    token_file: str | None = None
    """A file with an access token, instead of a variable."""
    on_public: Literal["ignore", "make-confidential"] = "ignore"
    """What to do with an issue the public can read: nothing at all, or (GitLab only) make it confidential."""
    bot_ids: tuple[int, ...] = ()
    """Account ids of the service on this tracker, present and former; only accounts that no person uses."""
    work_item_types: tuple[str, ...] = ("issue", "incident", "ticket")
    """GitLab: the types of work item that are reports. Case does not matter."""

    _secrets: Mapping[str, bytes] = PrivateAttr(default_factory=dict)

    @field_validator("api_url")
    @classmethod
    def _api_address(cls, text: str) -> str:
        return api_address(text) if text else text

    _names_project = field_validator("project")(project_name)

    @model_validator(mode="after")
    def _complete(self, info: ValidationInfo) -> Self:
        problems = list(self._mistakes())
        sources = info.context if isinstance(info.context, Sources) else Sources()
        problems += self._take_secrets(sources)
        if problems:
            raise ValueError("; ".join(problems))
        return self

    def _mistakes(self) -> Iterator[str]:
        if self.forge == "github" and self.project.count("/") != 1:
            yield "project: expected owner/name"
        for name in FOREIGN[self.forge]:
            if self._names(name):
                yield f"{name} is nothing a {self.forge} tracker has"
        if self.forge == "github" and self.on_public == "make-confidential":
            yield "on_public: make-confidential is for gitlab only (GitHub has no confidential issues)"
        if self._names("signing_secret") and self._names("token_secret"):
            yield "signing_secret and token_secret are both given; keep the signing token alone where GitLab has it"
        if self._names("private_key") != (self.app_id is not None) and self.forge == "github":
            yield "app_id and private_key_file (or private_key_env) belong together"
        if (self.app_id is not None) == self._names("token"):
            ways = "app_id with private_key_file, or token_env" if self.forge == "github" else "token_env or token_file"
            yield f"exactly one way to sign in is needed: {ways}"

    def _names(self, setting: str) -> bool:
        """Whether a setting, or a variable or file that holds it, is given."""
        keys = (setting, f"{setting}_env", f"{setting}_file")
        return any(getattr(self, key, None) is not None for key in keys if key in Tracker.model_fields)

    def _take_secrets(self, sources: Sources) -> Iterator[str]:
        found: dict[str, bytes] = {}
        for name in SECRETS:
            try:
                value = sources.read(name, getattr(self, f"{name}_env"), getattr(self, f"{name}_file"))
                if value is not None:
                    found[name] = _checked(name, value)
            except ValueError as error:
                yield str(error)
        self._secrets = found

    @property
    def api(self) -> str:
        """The server's address, the usual one where none is configured."""
        return self.api_url or USUAL_API[self.forge]

    @property
    def webhook_secrets(self) -> tuple[bytes, ...]:
        """GitHub: the HMAC keys of its webhooks."""
        return several(self._secrets.get("webhook_secret", b""))

    @property
    def signing_keys(self) -> tuple[bytes, ...]:
        """GitLab: the HMAC keys inside its signing tokens."""
        return tuple(signing_key(token) for token in several(self._secrets.get("signing_secret", b"")))

    @property
    def hook_tokens(self) -> tuple[bytes, ...]:
        """GitLab: the plain secret tokens of its hooks."""
        return several(self._secrets.get("token_secret", b""))

    @property
    def private_key(self) -> bytes | None:
        """GitHub: the App's private key in PEM."""
        return self._secrets.get("private_key")

    @property
    def token(self) -> str | None:
        """The access token."""
        value = self._secrets.get("token")
        return None if value is None else value.decode()


def _checked(name: str, value: bytes) -> bytes:
    """The secret, if it has the form its kind must have."""
    if name == "private_key":
        return pem(value)
    if name == "signing_secret":
        for token in several(value):
            signing_key(token)
    if name == "token" and not (value.isascii() and value.decode().isprintable()):
        raise ValueError("token: an access token is printable ASCII on one line")
    if name.endswith("_secret") and not several(value):
        raise ValueError(f"{name}: it holds commas only")
    return value
