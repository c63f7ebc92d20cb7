"""Whatever is sent to the sandbox's GitLab, it answers in words of its own: never an exception, never a 5xx."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote, urlencode

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.webhook.sandbox.gitlab_stand import PROJECT, ROLES
from webhook.sandbox.core import Core
from webhook.sandbox.exchange import Call
from webhook.sandbox.gitlab import GitLab

PARAMETERS = (
    "title", "description", "confidential", "labels", "add_labels", "remove_labels", "assignee_ids", "state_event",
    "issue_type", "discussion_locked", "body", "internal", "name", "new_name", "color", "archived", "priority",
    "label_id", "per_page", "page", "order_by", "sort", "state", "updated_after", "search", "iids[]", "status",
    "pagination", "to_project_id", "username", "with_labels_details", "activity_filter", "url", "signing_token",
)  # fmt: skip
PLACES = (
    "user", "users", "users/{0}", "version", "personal_access_tokens/self", "projects", "projects/{0}",
    "projects/{0}/issues", "projects/{0}/issues/{1}", "projects/{0}/issues/{1}/notes", "projects/{0}/hooks/{1}",
    "projects/{0}/issues/{1}/notes/{2}", "projects/{0}/issues/{1}/notes/{2}/award_emoji", "projects/{0}/labels",
    "projects/{0}/issues/{1}/award_emoji/{2}", "projects/{0}/issues/{1}/resource_label_events",
    "projects/{0}/issues/{1}/move", "projects/{0}/labels/{1}", "projects/{0}/members/all/{1}",
    "projects/{0}/hooks/{1}/events", "projects/{0}/hooks/{1}/events/{2}/resend", "projects/{0}/hooks",
    "projects/{0}/hooks/{1}/test/{2}",
)  # fmt: skip

words = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        ["close", "a,b", "red", "true", "2026-11-23", "0001-01-01T00:00:00+14:00", "\u00b2", "/close", "\x00"]
    ),
)
plain = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), words)
values = st.one_of(
    plain, st.just("half \ud800"), st.lists(plain, max_size=3), st.dictionaries(words, plain, max_size=2)
)
keys = st.one_of(st.just(PROJECT), st.integers(0, 1_020).map(str), st.just("1"), words)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    method=st.sampled_from(["GET", "POST", "PUT", "DELETE"]),
    place=st.sampled_from(PLACES),
    parts=st.tuples(keys, keys, keys),
    query=st.dictionaries(st.sampled_from(PARAMETERS), words, max_size=3),
    body=st.one_of(st.binary(max_size=20), st.dictionaries(st.sampled_from(PARAMETERS), values, max_size=5)),
    person=st.sampled_from([*ROLES, "nobody"]),
)
def test_any_request_is_answered(  # noqa: PLR0917  # one of each
    method: str,
    place: str,
    parts: tuple[str, str, str],
    query: dict[str, str],
    body: bytes | dict[str, Any],
    person: str,
) -> None:
    core = Core()
    hub = GitLab(core)
    hub.create_project(PROJECT, "public", ROLES)
    hub.file_issue(PROJECT, "gus", "title", "text", confidential=True)
    hub.create_hook(PROJECT, "http://127.0.0.1:9/", events=["push_events"])
    headers = {} if person == "nobody" else {"private-token": hub.create_token(person)}
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()
    target = f"/api/v4/{place.format(*(quote(part, safe='') for part in parts))}"
    asked = f"{target}?{urlencode(query, errors='surrogatepass')}" if query else target
    call = Call(method, asked, headers, sent, "http://127.0.0.1:1", core.clock.now())
    with core.lock:
        reply = hub.finish(call, hub.answer(call))
    core.deliveries.close()
    reply.encoded()
    assert reply.status < 500
