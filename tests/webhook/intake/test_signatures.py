"""Signatures: the forges' own vectors, an oracle nobody here wrote, and what must not pass."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook, WebhookVerificationError

from webhook.intake.signatures import github, gitlab_signed, gitlab_token

SECRET = b"It's a Secret to Everybody"
TOKEN = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
KEY = base64.b64decode(TOKEN.removeprefix("whsec_"))
NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
ID = "f5e5f430-f57b-4e6e-9fac-d9128cd7232f"


@pytest.mark.parametrize(
    ("body", "signature"),
    [
        (b"Hello, World!", "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"),
        (b"", "66a0c074deaa0f489ead6537e0d32f9a344b90bbeda705b6ed45ecd3b413fb40"),
        (b'{"action":"opened"}', "5ccdd8275f57d608741ad8390e42e8696ebfcd85607d9c2ef890769dda8f7568"),
        ('{"title":"é"}'.encode(), "ac68d0c5e97fcbc92fac42adbaf803e3b7f6d8dee1f0ee4dbc0da6ff2a4b645f"),
    ],
)
def test_a_signature_github_documents_or_anyone_computes_is_right(body: bytes, signature: str) -> None:
    assert github({"x-hub-signature-256": f"sha256={signature}"}, body, [b"other", SECRET]) == {SECRET}


def test_one_line_feed_more_is_another_body() -> None:
    made = "5ccdd8275f57d608741ad8390e42e8696ebfcd85607d9c2ef890769dda8f7568"
    assert not github({"x-hub-signature-256": f"sha256={made}"}, b'{"action":"opened"}\n', [SECRET])


@pytest.mark.parametrize(
    "header",
    ["", "sha256", "sha256=", "sha256=ü", "sha1=" + 40 * "0", "sha256=" + 63 * "0", "=".join(["sha256"] * 3), "é" * 71],
)
def test_a_signature_header_of_the_wrong_form_matches_nothing(header: str) -> None:
    assert github({"x-hub-signature-256": header}, b"", [SECRET, b""]) == set()


def test_an_empty_secret_matches_nothing_even_if_it_signed() -> None:
    made = hmac.new(b"", b"{}", hashlib.sha256).hexdigest()
    assert github({"x-hub-signature-256": f"sha256={made}"}, b"{}", [b""]) == set()
    assert gitlab_token({"x-gitlab-token": ""}, [b""]) == set()


GITLAB_VECTORS = [
    (b'{"object_kind":"issue","event_type":"confidential_issue"}', "ecu1OCGdtEIGZ9zKcm4x371+wr8e7VW+i7RBcjrJ344="),
    (bytes.fromhex("7b227469746c65223a22c3a9e280a878227d"), "Lw2ZBUaZddYv28+eB2bVZozSFPAySR4PZAPUK7aj+WM="),
    (b"{}", "7268zPoWRc4tHEq06FDuYamWiuLUC+O3EejDFHgmVj4="),
    (b"", "aEoEJy9ZmZSzdJg/jHbWB8EOUwj9F5nkueU5uQNixXk="),
]


def signed(signature: str, at: datetime = NOW, delivery: str = ID) -> dict[str, str]:
    return {
        "webhook-id": delivery,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": signature,
    }


@pytest.mark.parametrize(("body", "signature"), GITLAB_VECTORS)
def test_the_signing_token_vectors_are_right(body: bytes, signature: str) -> None:
    assert gitlab_signed(signed(f"v1,{signature}"), body, [b"x", KEY], NOW) == {KEY}


def test_the_full_confidential_issue_vector_is_right(shared_data: Path) -> None:
    vector = json.loads((shared_data / "gitlab-webhooks" / "signing-vector.json").read_text())
    headers = {name: vector[name] for name in ("webhook-id", "webhook-timestamp", "webhook-signature")}
    assert gitlab_signed(headers, vector["body"].encode(), [KEY], NOW) == {KEY}
    assert not gitlab_signed(headers, vector["body"].encode() + b" ", [KEY], NOW)


@pytest.mark.parametrize(
    ("signature", "right"),
    [
        (f"v1,AAAA v1,{GITLAB_VECTORS[2][1]}", True),
        (f"v1,{GITLAB_VECTORS[2][1]} v2,AAAA", True),
        (f"v2,{GITLAB_VECTORS[2][1]}", False),
        (f"v1a,{GITLAB_VECTORS[2][1]}", False),
        (GITLAB_VECTORS[2][1], False),
        (f"v1{GITLAB_VECTORS[2][1]}", False),
        ("v1,", False),
        ("", False),
        (" ".join(["v1,AAAA"] * 64 + [f"v1,{GITLAB_VECTORS[2][1]}"]), False),
    ],
)
def test_only_a_v1_signature_counts_and_one_right_one_is_enough(signature: str, right: bool) -> None:
    assert bool(gitlab_signed(signed(signature), b"{}", [KEY], NOW)) is right


@pytest.mark.parametrize(("seconds", "right"), [(-301, False), (-300, True), (0, True), (300, True), (301, False)])
def test_a_signed_time_may_be_five_minutes_off(seconds: int, right: bool) -> None:
    headers = signed(f"v1,{GITLAB_VECTORS[2][1]}")
    assert bool(gitlab_signed(headers, b"{}", [KEY], NOW + timedelta(seconds=seconds))) is right


@pytest.mark.parametrize("stamp", ["", "now", "-1", "1795399200.0", "\uff11\uff17", "9" * 30, " 1795399200"])
def test_a_timestamp_that_is_no_plain_number_matches_nothing(stamp: str) -> None:
    assert not gitlab_signed({**signed("v1,AAAA"), "webhook-timestamp": stamp}, b"{}", [KEY], NOW)


@given(body=st.binary(max_size=200), delivery=st.from_regex(r"[A-Za-z0-9_-]{1,40}", fullmatch=True))
def test_what_the_oracle_signs_is_right(body: bytes, delivery: str) -> None:
    now = datetime.now(UTC)
    text = body.decode("latin-1")
    signature = Webhook(TOKEN).sign(delivery, now, text)
    assert gitlab_signed(signed(signature, now, delivery), text.encode(), [KEY], now) == {KEY}


@given(
    body=st.binary(max_size=20),
    changed=st.binary(max_size=20),
    drift=st.sampled_from([-302, -298, 0, 298, 302]),
    prefix=st.sampled_from(["v1,", "v2,", "", "v1,AAAA v1,"]),
)
def test_we_and_the_oracle_agree_on_what_to_believe(body: bytes, changed: bytes, drift: int, prefix: str) -> None:
    now = datetime.now(UTC)
    at = now + timedelta(seconds=drift)
    signature = prefix + Webhook(TOKEN).sign(ID, at, body.decode("latin-1")).removeprefix("v1,")
    headers, sent = signed(signature, at), changed.decode("latin-1")
    try:
        Webhook(TOKEN).verify(sent, headers)
        believed = True
    except WebhookVerificationError:
        believed = False
    except json.JSONDecodeError:  # it parses after verifying
        believed = True
    except ValueError:  # a signature without a comma
        believed = False
    assert bool(gitlab_signed(headers, sent.encode(), [KEY], now)) is believed


def test_a_plain_token_is_compared_as_the_bytes_that_came() -> None:
    assert gitlab_token({"x-gitlab-token": "grüße".encode().decode("latin-1")}, ["grüße".encode()]) == {
        "grüße".encode()
    }
    assert gitlab_token({"x-gitlab-token": "right"}, [b"wrong"]) == set()
