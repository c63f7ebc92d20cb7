"""Settings: what is understood, what is refused, in which words, and that no secret ever shows."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT
from webhook.settings import Settings, SettingsError, load_settings, settings_from, settings_rows, settings_table

GITHUB = {"forge": "github", "project": "example/reports", "token_env": "TOKEN"}
GITLAB = {"forge": "gitlab", "project": "group/sub/reports", "token_env": "TOKEN"}
KEY = "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----"
ENVIRON = {
    "TOKEN": "api-token",
    "HOOK": "hook-secret",
    "TWO": " old , new ,",
    "SIGNING": "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
    "PEM": KEY,
    "EMPTY": "  ",
}


def settings(toml: Mapping[str, Any] | None = None, /, **environ: str) -> Settings:
    return settings_from(toml or {}, environ={**ENVIRON, **environ}, where="x.toml")


def tracker(base: Mapping[str, Any] = GITHUB, /, **keys: Any) -> Any:
    return settings({"tracker": [{**base, **keys}]}).trackers[0]


def complaint(toml: Mapping[str, Any], /, **environ: str) -> str:
    with pytest.raises(SettingsError) as caught:
        settings(toml, **environ)
    return str(caught.value)


# --- what is understood


def test_without_any_file_everything_has_its_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    found = load_settings(environ={})
    assert found.trackers == ()
    assert found.database_url.get_secret_value() == "sqlite:///xsa-scope.db"
    assert found.policy.source == "builtin:xen-rfc-v2"
    assert (found.settling.quiet_seconds, found.settling.longest_seconds) == (10, 60)
    assert found.web.bind == "127.0.0.1:8000"
    assert found.retention.closed_days == 90


def test_the_settings_file_is_the_one_named_else_the_one_at_hand(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "xsa-scope.toml").write_text("[policy]\nmax_changes = 1\n")
    (tmp_path / "other.toml").write_text("[policy]\nmax_changes = 2\n")
    assert load_settings(environ={}).policy.max_changes == 1
    assert load_settings(environ={"XSA_SCOPE_CONFIG": "other.toml"}).policy.max_changes == 2
    assert load_settings(tmp_path / "xsa-scope.toml", {"XSA_SCOPE_CONFIG": "other.toml"}).policy.max_changes == 1


def test_a_named_file_that_is_missing_or_no_toml_is_told(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"nowhere\.toml: cannot be read: No such file"):
        load_settings(tmp_path / "nowhere.toml", {})
    broken = tmp_path / "broken.toml"
    for content in (b"policy = [", b"\xff"):
        broken.write_bytes(content)
        with pytest.raises(SettingsError, match=r"broken\.toml: is not TOML"):
            load_settings(broken, {})


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("postgres://u:p@h/db?sslmode=require", "postgresql+psycopg://u:p@h/db?sslmode=require"),
        ("postgresql://h/db", "postgresql+psycopg://h/db"),
        ("postgresql+psycopg://h/db", "postgresql+psycopg://h/db"),
        ("sqlite:////var/lib/scope.db", "sqlite:////var/lib/scope.db"),
    ],
)
def test_the_platforms_database_wins_and_gets_the_driver_we_ship(given: str, meant: str) -> None:
    found = settings({"database_url": "sqlite:///mine.db"}, DATABASE_URL=given)
    assert found.database_url.get_secret_value() == meant
    assert settings({"database_url": given}).database_url.get_secret_value() == meant


def test_the_platforms_port_wins() -> None:
    assert settings({"web": {"bind": "127.0.0.1:1"}}, PORT="5000").web.bind == "0.0.0.0:5000"
    assert settings({"web": {"bind": "[::1]:1"}}).web.bind == "[::1]:1"


def test_a_forge_has_its_usual_address_unless_another_is_given() -> None:
    assert tracker().api == "https://api.github.com"
    assert tracker(GITLAB).api == "https://gitlab.com"
    assert tracker(GITLAB, api_url="https://git.example.org/api/v4/").api == "https://git.example.org"
    assert tracker(api_url="http://127.0.0.1:4001/").api == "http://127.0.0.1:4001"


def test_secrets_come_from_variables_and_files(tmp_path: Path) -> None:
    (tmp_path / "app.pem").write_text(KEY + "\n")
    (tmp_path / "hook").write_text("first,second\n")
    toml = {
        **GITHUB,
        "app_id": 1,
        "private_key_file": "app.pem",
        "webhook_secret_file": "hook",
    }
    toml.pop("token_env")
    found = settings_from({"tracker": [toml]}, environ={}, folder=tmp_path).trackers[0]
    assert found.private_key == KEY.encode()
    assert found.webhook_secrets == (b"first", b"second")
    assert found.token is None
    assert tracker(webhook_secret_env="TWO").webhook_secrets == (b"old", b"new")
    assert tracker(GITLAB, signing_secret_env="SIGNING").signing_keys == (bytes(range(32)),)
    assert tracker(GITLAB, token_secret_env="HOOK").hook_tokens == (b"hook-secret",)
    assert tracker().token == "api-token"


def test_a_private_key_in_a_variable_may_have_its_line_ends_written_out() -> None:
    base = {k: v for k, v in GITHUB.items() if k != "token_env"}
    toml = {"tracker": [{**base, "app_id": 1, "private_key_env": "ONE_LINE"}]}
    found = settings(toml, ONE_LINE=KEY.replace("\n", "\\n")).trackers[0]
    assert found.private_key == KEY.encode()


# --- what is refused, and in which words


@pytest.mark.parametrize(
    ("toml", "words"),
    [
        ({"polcy": {}}, "x.toml: polcy: unknown key; did you mean policy?"),
        ({"policy": {"max_change": 1}}, "x.toml: policy.max_change: unknown key; did you mean max_changes?"),
        ({"zzz": 1}, "x.toml: zzz: unknown key"),
        ({"trackers": []}, "x.toml: trackers: unknown key; did you mean tracker?"),
        (
            {"tracker": [GITLAB, {**GITHUB, "on_publik": "ignore"}]},
            "x.toml: tracker 2 (example/reports), on_publik: unknown key; did you mean on_public?",
        ),
        (
            {"tracker": [{**GITHUB, "forge": "githb"}]},
            "x.toml: tracker 1 (example/reports), forge: expected one of github, gitlab; did you mean github?",
        ),
        (
            {"tracker": [{**GITLAB, "on_public": "make-confidental"}]},
            "x.toml: tracker 1 (group/sub/reports), on_public: expected one of ignore, make-confidential; did you mean",
        ),
        ({"log": {"level": "wrong"}}, "x.toml: log.level: expected one of debug, info, warning, error"),
        ({"tracker": [{"forge": "github"}]}, "x.toml: tracker 1, project: this key is needed"),
        ({"worker": {"threads": 0}}, "x.toml: worker.threads: Input should be greater than or equal to 1"),
        ({"worker": {"threads": "many"}}, "x.toml: worker.threads: Input should be a valid integer"),
        ({"settling": {"quiet_seconds": 90}}, "x.toml: settling: longest_seconds must be at least quiet_seconds"),
        ({"web": {"bind": "8000"}}, "x.toml: web.bind: expected HOST:PORT"),
        ({"admin_bind": "localhost:70000"}, "x.toml: admin_bind: expected HOST:PORT"),
        ({"public_url": "scope.example.org"}, "x.toml: public_url: expected an address that starts with https://"),
        ({"database_url": "mysql://h/db"}, "x.toml: database_url: expected an address that starts with sqlite:// or"),
    ],
)
def test_a_mistake_is_told_by_file_key_and_what_is_near(toml: Mapping[str, Any], words: str) -> None:
    assert complaint(toml).startswith(words)


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"webhook_secret": "hush"}, "webhook_secret: unknown key; did you mean webhook_secret_env?"),
        ({"webhook_secret_env": "NOWHERE"}, "webhook_secret: the environment variable NOWHERE is missing or empty"),
        ({"webhook_secret_env": "EMPTY"}, "webhook_secret: the environment variable EMPTY is missing or empty"),
        ({"webhook_secret_file": "nowhere"}, "webhook_secret_file cannot be read: No such file or directory"),
        ({"webhook_secret_env": "HOOK", "webhook_secret_file": "x"}, "webhook_secret_env and webhook_secret_file are"),
        ({"token_secret_env": "HOOK"}, "token_secret is nothing a github tracker has"),
        ({"signing_secret_env": "SIGNING"}, "signing_secret is nothing a github tracker has"),
        ({"on_public": "make-confidential"}, "on_public: make-confidential is for gitlab only"),
        ({"app_id": 1}, "app_id and private_key_file (or private_key_env) belong together"),
        ({"app_id": 1, "private_key_env": "PEM"}, "exactly one way to sign in is needed: app_id with"),
        ({"token_env": None}, "exactly one way to sign in is needed"),
        (
            {"token_env": None, "app_id": 1, "private_key_env": "HOOK"},
            "private_key: this is no private key in PEM form",
        ),
        ({"project": "example/reports/more"}, "project: expected owner/name"),
        ({"project": "https://github.com/a/b"}, "project: expected a project's path such as owner/name"),
        ({"project": "12345"}, "project: expected a project's path"),
        ({"api_url": "http://git.example.org"}, "api_url: expected https:// (http:// is for loopback"),
        ({"api_url": "https://u:pw@git.example.org"}, "api_url: expected an address without user name"),
        ({"api_url": "https://[broken"}, "api_url: expected an address that starts with https://"),
        ({"bot_ids": ["me"]}, "bot_ids.0: Input should be a valid integer"),
    ],
)
def test_a_github_tracker_that_cannot_work_is_refused(keys: Mapping[str, Any], words: str) -> None:
    assert words in complaint({"tracker": [{k: v for k, v in {**GITHUB, **keys}.items() if v is not None}]})


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        (
            {"signing_secret_env": "SIGNING", "token_secret_env": "HOOK"},
            "signing_secret and token_secret are both given",
        ),
        ({"signing_secret_env": "HOOK"}, "signing_secret: a GitLab signing token is whsec_ followed by base64"),
        ({"webhook_secret_env": "HOOK"}, "webhook_secret is nothing a gitlab tracker has"),
        ({"app_id": 1}, "app_id is nothing a gitlab tracker has"),
        ({"token_env": None}, "exactly one way to sign in is needed: token_env or token_file"),
    ],
)
def test_a_gitlab_tracker_that_cannot_work_is_refused(keys: Mapping[str, Any], words: str) -> None:
    assert words in complaint({"tracker": [{k: v for k, v in {**GITLAB, **keys}.items() if v is not None}]})


@pytest.mark.parametrize("token", ["two\nlines", "gh\x00", "grüße"])
def test_an_access_token_that_cannot_travel_in_a_header_is_refused(token: str) -> None:
    words = complaint({"tracker": [GITHUB]}, TOKEN=token)
    assert words.endswith("token: an access token is printable ASCII on one line")


def test_a_secret_of_commas_is_none() -> None:
    assert "webhook_secret: it holds commas only" in complaint(
        {"tracker": [{**GITHUB, "webhook_secret_env": "HOOK"}]}, HOOK=", ,"
    )


def test_all_mistakes_are_told_at_once() -> None:
    assert len(complaint({"a": 1, "b": 2, "tracker": [{}]}).splitlines()) == 4


def test_the_same_project_twice_is_refused_whatever_its_case() -> None:
    twice = [GITHUB, {**GITHUB, "project": "Example/Reports", "api_url": "https://ghe.example.org"}]
    assert "github project example/reports is configured 2 times" in complaint({"tracker": twice})
    other_forge = settings({"tracker": [GITHUB, {**GITLAB, "project": "example/reports"}]})
    assert len(other_forge.trackers) == 2


def test_sqlite_is_refused_where_disks_are_not_kept() -> None:
    assert "a dyno's disk is neither shared nor kept" in complaint({"database_url": "sqlite:///x.db"}, DYNO="web.1")
    assert "a dyno's disk is neither shared nor kept" in complaint({}, DYNO="web.1")
    assert settings({}, DYNO="web.1", DATABASE_URL="postgres://h/db").trackers == ()


def test_what_the_platform_says_wrongly_is_blamed_on_the_platform() -> None:
    assert complaint({}, PORT="http") == "environment: PORT: expected HOST:PORT"
    assert complaint({}, DATABASE_URL="mysql://u:pw@h").startswith("environment: DATABASE_URL: expected an address")


# --- secrets stay secret


def test_no_secret_shows_in_a_repr_a_dump_or_a_complaint() -> None:
    secrets = {"TOKEN": "s1-api", "HOOK": "s2-hook", "SIGNING": "whsec_czMtc2lnbmluZw==", "PEM": KEY + "s4"}
    app = {"forge": "github", "project": "a/app", "app_id": 1, "private_key_env": "PEM", "webhook_secret_env": "HOOK"}
    toml = {
        "database_url": "postgresql://u:s5-password@h/db",
        "tracker": [
            app,
            {**GITLAB, "signing_secret_env": "SIGNING"},
            {**GITLAB, "project": "a/c", "token_secret_env": "HOOK"},
        ],
    }
    found = settings(toml, **secrets)
    shown = repr(found) + str(found) + str(found.model_dump()) + found.model_dump_json()
    wrong = complaint(
        {**toml, "wrong": 1, "database_url": "mysql://u:s5-password@h"}, **{**secrets, "SIGNING": "s3-signing"}
    )
    for part in ("s1-api", "s2-hook", "s3-signing", "czMtc2lnbmluZw", "s4", "s5-password", "PRIVATE KEY"):
        assert part not in shown
        assert part not in wrong


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="frozen"):
        settings().web.bind = "0.0.0.0:1"  # type: ignore[misc]


# --- what only operators may see


def test_tokens_for_the_operators_face_come_from_a_variable_and_show_nowhere() -> None:
    found = settings_from({"admin_token_env": "T"}, environ={"T": "the-new-one-of-them,the-old-one-of-them"})
    assert found.admin_tokens == (b"the-new-one-of-them", b"the-old-one-of-them")
    assert "one-of-them" not in f"{found!r} {found.model_dump()}"
    assert settings().admin_tokens == ()


@pytest.mark.parametrize(
    ("toml", "told"),
    [
        ({"admin_bind": "0.0.0.0:9090"}, "admin_bind: beyond loopback addresses admin_token_env or"),
        ({"admin_bind": "[::]:9090"}, "admin_bind: beyond loopback addresses admin_token_env or"),
        ({"admin_token_env": "NOT_SET"}, "admin_token: the environment variable NOT_SET is missing or empty"),
        ({"admin_token_env": "SHORT"}, "admin_token: a token of at least 16 characters is needed"),
        ({"admin_token_env": "LONG", "admin_token_file": "x"}, "admin_token_env and admin_token_file are both given"),
    ],
)
def test_the_operators_face_is_never_open_to_the_world(toml: dict[str, Any], told: str) -> None:
    with pytest.raises(SettingsError) as error:
        settings_from(toml, environ={"SHORT": "hush", "LONG": "an-operators-own-token"})
    assert told in str(error.value)
    assert "hush" not in str(error.value)


def test_with_a_token_it_may_listen_to_others() -> None:
    for bind in ("0.0.0.0:9090", "[::1]:9090", "localhost:1"):
        toml = {"admin_bind": bind, "admin_token_env": "T"} if bind[0] == "0" else {"admin_bind": bind}
        assert settings_from(toml, environ={"T": "an-operators-own-token"}).admin_bind == bind


# --- the one table


def test_every_setting_has_a_sentence_and_a_row() -> None:
    rows = list(settings_rows())
    assert len({row.key for row in rows}) == len(rows)
    for row in rows:
        assert row.meaning.endswith("."), f"{row.key} has no sentence"
        assert f"| `{row.key}` |" in settings_table()
    assert {"database_url", "policy.source", "tracker.on_public", "worker.lease_seconds"} <= {row.key for row in rows}


def test_every_default_in_the_table_is_the_default_in_force() -> None:
    for row in settings_rows():
        path = row.key.split(".")
        if path[0] == "tracker" or not row.default.startswith("`"):
            continue
        value: Any = settings()
        for step in path:
            value = getattr(value, step)
        value = value.get_secret_value() if hasattr(value, "get_secret_value") else value
        assert row.default.strip("`") == (str(value).lower() if isinstance(value, bool) else str(value)), row.key


def test_the_readme_shows_the_table_as_it_is() -> None:
    readme = ROOT / "README.md"
    if not readme.exists():
        pytest.skip("there is no README yet")
    assert settings_table() in readme.read_text(encoding="utf-8"), "README.md: replace the table of settings"


def test_the_designs_example_is_understood() -> None:
    toml = tomllib.loads("""
        database_url = "sqlite:///xsa-scope.db"
        public_url = "https://scope.example.org"
        [policy]
        source = "builtin:xen-rfc-v2"
        auto_apply = true
        max_changes = 20
        [[tracker]]
        forge = "github"
        api_url = "https://api.github.com"
        project = "example/security-reports"
        webhook_secret_env = "HOOK"
        app_id = 12345
        private_key_env = "PEM"
        on_public = "ignore"
    """)
    assert settings(toml).trackers[0].app_id == 12345
