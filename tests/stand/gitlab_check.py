"""Ask a GitLab, or a simulator of one, 33 questions through python-gitlab and through its webhooks.

As a script (24 questions without HOOK_URL and SINK):

    BASE=http://127.0.0.1:8929 TOKEN=glpat-x PROJECT=xen-sec/private-reports \
    SIGNING_TOKEN=whsec_<base64 of 32 bytes> HOOK_URL=http://127.0.0.1:4555/webhooks/gitlab SINK=sink.jsonl \
    python tests/stand/gitlab_check.py [RESULT.json]

PROJECT must exist and be empty, its token a Maintainer's (hooks). SINK is where a receiver at HOOK_URL writes its
deliveries, one JSON line each: `{"headers": {…}, "body": "<base64>"}`. Exit status 1 when an answer is wrong.
From a test: `ask(Stand(...))`.

Every expectation is a documented or source-read behaviour of GitLab; none was made up to fit a simulator. What it
cannot ask: permission rules, scoped-label exclusivity, quick actions, rendering.
"""

from __future__ import annotations

import base64
import datetime as dt
import json
import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, TypeAlias

import gitlab
import requests
from standardwebhooks import Webhook

FIRST, SECOND, UNKNOWN = "xsa-candidate", "out-of-scope:1a-infoleak", "needs-os-check"


@dataclass(frozen=True)
class Delivered:
    """One delivery as the receiver got it; header names in lower case."""

    headers: Mapping[str, str]
    raw: bytes = field(repr=False)

    @cached_property
    def json(self) -> Any:
        """The body, read."""
        return json.loads(self.raw)


@dataclass
class Stand:
    """What is asked, and what the questions leave behind for each other."""

    base: str
    token: str
    project: str
    signing_token: str = ""
    hook_url: str = ""
    deliveries: Callable[[], Sequence[Delivered]] | None = None
    """All deliveries so far, called once after the last request."""
    iid: int = 0
    note: int = 0
    delivered: Sequence[Delivered] = ()

    @cached_property
    def client(self) -> gitlab.Gitlab:
        """python-gitlab as it comes, without retries."""
        return gitlab.Gitlab(self.base, private_token=self.token, retry_transient_errors=False, timeout=20)

    @property
    def home(self) -> Any:
        """The project, unread."""
        return self.client.projects.get(self.project, lazy=True)

    @property
    def issue(self) -> Any:
        """The issue all questions are about, read anew."""
        return self.home.issues.get(self.iid)

    def raw(self, method: str, path: str, **more: Any) -> requests.Response:
        """A request without python-gitlab, below the project's address."""
        url = f"{self.base}/api/v4/projects/{self.project.replace('/', '%2F')}{path}"
        return requests.request(method, url, headers={"PRIVATE-TOKEN": self.token}, timeout=20, **more)

    def of(self, event: str, change: str = "") -> list[Delivered]:
        """Deliveries under a header, those that changed an attribute."""
        rows = [row for row in self.delivered if row.headers.get("x-gitlab-event") == event]
        return [row for row in rows if not change or change in (row.json.get("changes") or {})]


@dataclass(frozen=True)
class Answer:
    """How a question was answered; `said` is the value, or what went wrong."""

    question: str
    right: bool
    said: str


Question: TypeAlias = Callable[[Stand], object]
REQUESTS: list[tuple[str, Question]] = []
DELIVERIES: list[tuple[str, Question]] = []


def ask_of(questions: list[tuple[str, Question]], text: str) -> Callable[[Question], Question]:
    """Register a question: wrong if it raises or returns False."""

    def register(question: Question) -> Question:
        questions.append((text, question))
        return question

    return register


def refused(status: int, action: Callable[[], object]) -> int:
    """The status of a refusal, which must be the expected one."""
    try:
        action()
    except gitlab.exceptions.GitlabError as error:
        if error.response_code != status:
            raise AssertionError(f"answered {error.response_code}, not {status}") from error
        return status
    raise AssertionError(f"accepted, expected {status}")


@ask_of(REQUESTS, "GET /user")
def _(s: Stand) -> object:
    s.client.auth()
    return s.client.user.username


@ask_of(REQUESTS, "GET /version")
def _(s: Stand) -> object:
    return s.client.version()[0]


@ask_of(REQUESTS, "project by path has a visibility")
def _(s: Stand) -> object:
    return s.client.projects.get(s.project).visibility in {"private", "internal", "public"}


@ask_of(REQUESTS, "unknown project is 404")
def _(s: Stand) -> object:
    return refused(404, lambda: s.client.projects.get("no/such-project"))


@ask_of(DELIVERIES, "hook with a signing token")
def set_up_hook(s: Stand) -> object:
    """Asked before everything else, so that the hook hears it all."""
    flags = ("issues_events", "confidential_issues_events", "note_events", "confidential_note_events")
    wanted = {"url": s.hook_url, "signing_token": s.signing_token, "push_events": False}
    return s.home.hooks.create(wanted | dict.fromkeys(flags, True)).id


@ask_of(REQUESTS, "create label with a colon")
def _(s: Stand) -> object:
    return s.home.labels.create({"name": SECOND, "color": "#c5def5"}).name == SECOND


@ask_of(REQUESTS, "create label")
def _(s: Stand) -> object:
    return s.home.labels.create({"name": FIRST, "color": "#d73a4a"}).name == FIRST


@ask_of(REQUESTS, "duplicate label is 409")
def _(s: Stand) -> object:
    return refused(409, lambda: s.home.labels.create({"name": FIRST, "color": "#d73a4a"}))


@ask_of(REQUESTS, "label with a comma is 400")
def _(s: Stand) -> object:
    return refused(400, lambda: s.home.labels.create({"name": "a,b", "color": "#d73a4a"}))


@ask_of(REQUESTS, "bad label colour is 400")
def _(s: Stand) -> object:
    return refused(400, lambda: s.home.labels.create({"name": "zz", "color": "nope nope"}))


@ask_of(REQUESTS, "create confidential issue")
def _(s: Stand) -> object:
    text = "## Effect\r\n\r\n- [x] DoS\r\n"
    made = s.home.issues.create({"title": "x", "description": text, "confidential": True})
    s.iid = made.iid
    return made.confidential is True


@ask_of(REQUESTS, "PUT add_labels, comma string")
def _(s: Stand) -> object:
    issue = s.issue
    issue.add_labels = f"{FIRST},{SECOND}"
    issue.save()
    return set(s.issue.labels) == {FIRST, SECOND}


@ask_of(REQUESTS, "PUT add_labels and remove_labels in one request, JSON arrays")
def _(s: Stand) -> object:
    answer = s.raw("PUT", f"/issues/{s.iid}", json={"add_labels": [UNKNOWN], "remove_labels": [SECOND]})
    return answer.status_code == 200 and set(answer.json()["labels"]) == {FIRST, UNKNOWN}


@ask_of(REQUESTS, "an unknown label was created by that")
def _(s: Stand) -> object:
    return UNKNOWN in [label.name for label in s.home.labels.list(get_all=True)]


@ask_of(REQUESTS, "resource label events name actor and action")
def _(s: Stand) -> object:
    events = s.issue.resourcelabelevents.list(get_all=True)
    ours = all(event.user["id"] == s.client.user.id for event in events)
    return ours and {(e.action, e.label["name"]) for e in events} >= {("add", FIRST), ("remove", SECOND)}


@ask_of(REQUESTS, "issue list filters by label")
def _(s: Stand) -> object:
    return [issue.iid for issue in s.home.issues.list(labels=[FIRST], get_all=True)] == [s.iid]


@ask_of(REQUESTS, "issue list filters by updated_after")
def _(s: Stand) -> object:
    past = (dt.datetime.now(dt.UTC) - dt.timedelta(hours=1)).isoformat()
    found = s.home.issues.list(updated_after=past, get_all=True)
    return bool(found) and s.home.issues.list(updated_after="2999-01-01T00:00:00Z", get_all=True) == []


@ask_of(REQUESTS, "create note")
def _(s: Stand) -> object:
    s.note = s.issue.notes.create({"body": "first"}).id
    return s.note


@ask_of(REQUESTS, "create internal note")
def _(s: Stand) -> object:
    return s.issue.notes.create({"body": "team only", "internal": True}).internal is True


@ask_of(REQUESTS, "edit note, internal flag stays")
def _(s: Stand) -> object:
    note = s.issue.notes.get(s.note)
    note.body = "second"
    note.save()
    again = s.issue.notes.get(s.note)
    return again.body == "second" and again.internal is False


@ask_of(REQUESTS, "notes list has `system` and author id")
def _(s: Stand) -> object:
    notes = s.issue.notes.list(get_all=True)
    return bool(notes) and all("system" in note.attributes and note.author["id"] for note in notes)


@ask_of(REQUESTS, "unknown note is 404")
def _(s: Stand) -> object:
    return refused(404, lambda: s.issue.notes.get(10**9))


@ask_of(REQUESTS, "pages: per_page is obeyed, x-next-page and Link lead on")
def _(s: Stand) -> object:
    for number in range(4):
        s.home.issues.create({"title": f"bulk {number}", "confidential": True})
    answer = s.raw("GET", "/issues", params={"per_page": 2})
    leads_on = answer.headers.get("x-next-page") == "2" and 'rel="next"' in answer.headers.get("link", "")
    return len(answer.json()) == 2 and leads_on


@ask_of(REQUESTS, "five issues over all pages")
def _(s: Stand) -> object:
    return len(s.home.issues.list(per_page=2, get_all=True)) == 5


@ask_of(REQUESTS, "set public, then read it back")
def _(s: Stand) -> object:
    issue = s.issue
    issue.confidential = False
    issue.save()
    return s.issue.confidential is False


@ask_of(DELIVERIES, "every delivery has the headers")
def _(s: Stand) -> object:
    wanted = {"x-gitlab-event", "x-gitlab-instance", "x-gitlab-event-uuid", "idempotency-key"}
    return bool(s.delivered) and all(wanted <= set(row.headers) for row in s.delivered)


@ask_of(DELIVERIES, "project visibility is a number in hooks")
def _(s: Stand) -> object:
    rows = [*s.of("Issue Hook"), *s.of("Confidential Issue Hook")]
    return bool(rows) and all(row.json["project"]["visibility_level"] in {0, 10, 20} for row in rows)


@ask_of(DELIVERIES, "every signature is right (standardwebhooks)")
def _(s: Stand) -> object:
    oracle = Webhook(s.signing_token)
    return bool(s.delivered) and all(
        oracle.verify(row.raw.decode(), dict(row.headers)) is not None for row in s.delivered
    )


@ask_of(DELIVERIES, "webhook-id equals Idempotency-Key")
def _(s: Stand) -> object:
    same = all(row.headers.get("webhook-id") == row.headers["idempotency-key"] for row in s.delivered)
    return bool(s.delivered) and same


@ask_of(DELIVERIES, "confidential issue: header, event_type, attribute agree")
def _(s: Stand) -> object:
    rows = s.of("Confidential Issue Hook")
    return bool(rows) and all(
        row.json["event_type"] == "confidential_issue" and row.json["object_attributes"]["confidential"] is True
        for row in rows
    )


@ask_of(DELIVERIES, "the flip to public arrives as plain Issue Hook")
def _(s: Stand) -> object:
    flips = [row.json["changes"]["confidential"] for row in s.of("Issue Hook", "confidential")]
    return flips == [{"previous": True, "current": False}]


@ask_of(DELIVERIES, "label change carries full label objects")
def _(s: Stand) -> object:
    rows = [row.json["changes"]["labels"]["current"] for row in s.of("Confidential Issue Hook", "labels")]
    return any(labels and all({"id", "title", "color", "type"} <= set(one) for one in labels) for labels in rows)


@ask_of(DELIVERIES, "note on a confidential issue is a Confidential Note Hook")
def _(s: Stand) -> object:
    rows = s.of("Confidential Note Hook")
    told = bool(rows) and all(row.json["event_type"] == "confidential_note" for row in rows)
    return told and not s.of("Note Hook")


def ask(stand: Stand, tell: Callable[[Answer], None] = lambda _answer: None) -> list[Answer]:
    """Ask all that can be asked, in order; `tell` hears each answer as it comes."""
    questions = list(REQUESTS)
    if stand.deliveries is not None:
        questions.insert(4, DELIVERIES[0])
    answers = [_asked(stand, *one, tell) for one in questions]
    if stand.deliveries is not None:
        stand.delivered = stand.deliveries()
        answers += [_asked(stand, *one, tell) for one in DELIVERIES[1:]]
    return answers


def _asked(stand: Stand, text: str, question: Question, tell: Callable[[Answer], None]) -> Answer:
    try:
        said = question(stand)
        answer = Answer(text, said is not False, str(said)[:120])
    except Exception as error:  # noqa: BLE001  # whatever goes wrong is the answer
        answer = Answer(text, right=False, said=f"{type(error).__name__}: {str(error)[:200]}")
    tell(answer)
    return answer


def read_sink(path: Path) -> list[Delivered]:
    """The deliveries a receiver wrote down."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [
        Delivered({name.lower(): value for name, value in row["headers"].items()}, base64.b64decode(row["body"]))
        for row in rows
    ]


def main() -> int:
    """The script: questions by environment, answers on standard output."""
    env = os.environ
    stand = Stand(env["BASE"], env.get("TOKEN", "glpat-x"), env["PROJECT"])
    if sink := env.get("SINK"):
        stand.signing_token, stand.hook_url = env["SIGNING_TOKEN"], env["HOOK_URL"]

        def settled() -> list[Delivered]:
            time.sleep(float(env.get("SETTLE", "2")))
            return read_sink(Path(sink))

        stand.deliveries = settled
    answers = ask(stand, lambda a: print("ok  " if a.right else "FAIL", a.question, "-", a.said, flush=True))
    right = sum(answer.right for answer in answers)
    print(f"{right}/{len(answers)}")
    if len(sys.argv) > 1:
        rows = json.dumps([asdict(answer) for answer in answers], indent=1)
        Path(sys.argv[1]).write_text(rows, encoding="utf-8")
    return int(right != len(answers))


if __name__ == "__main__":
    sys.exit(main())
