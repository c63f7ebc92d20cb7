"""Looking at a real database, SQLite or PostgreSQL: what is found, what needs a person, what a monitor is shown."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.databases import MINUTE, NOON, issue, seconds
from webhook.budget import Cost, Window
from webhook.health import Finding, Need, Watch, readiness, status
from webhook.health.picture import FAILED_DUTIES, QUIET
from webhook.issue import ForgeKind, IssueRef
from webhook.metrics import ASKED, exposition
from webhook.settings import settings_from
from webhook.store import (
    Claim,
    Decision,
    DutyClaim,
    IssueRecord,
    Lane,
    PolicyStamp,
    PolicyVersion,
    Store,
    StoredVerdict,
    TrackerRef,
)
from webhook.store.database import connect
from webhook.store.schema import REVISION, metadata

ALPHA = TrackerRef(ForgeKind.GITHUB, "example/security")
BETA = TrackerRef(ForgeKind.GITLAB, "group/reports")
ENVIRON = {"HOOK": "alpha secret", "TOKEN": "api-token"}
CONFIGURED: list[dict[str, Any]] = [
    {"forge": "github", "project": "example/security", "webhook_secret_env": "HOOK", "token_env": "TOKEN"},
    {"forge": "gitlab", "project": "group/reports", "token_secret_env": "HOOK", "token_env": "TOKEN"},
]
STAMP = PolicyStamp("xen-rfc-v2", "1", "sha256:00")


Watching: TypeAlias = Callable[..., Watch]


@pytest.fixture
def watching() -> Iterator[Watching]:
    """Looks by another process than the one that writes, closed at the end."""
    opened: list[Watch] = []

    def look(url: str, **toml: Any) -> Watch:
        settings = settings_from({"database_url": url, "tracker": CONFIGURED, **toml}, environ=ENVIRON)
        opened.append(Watch(settings))
        return opened[-1]

    yield look
    for each in opened:
        each.close()


@pytest.fixture
def watch(url: str, store: Store, watching: Watching) -> Watch:
    """A look at a service whose forges answered a minute ago."""
    for tracker in (ALPHA, BETA):
        answered(store, tracker)
    return watching(url)


def answered(store: Store, tracker: TrackerRef) -> None:
    """Its forge answered, a minute before noon."""
    at = NOON - MINUTE
    store.mark_duty(tracker, ["visibility"], event="e", delivery="d", now=at)
    claim = store.claim("worker", at, MINUTE, with_duties=True)
    assert isinstance(claim, DutyClaim)
    store.done_duties(claim, now=at)


def claimed(store: Store, at: float = 0) -> Claim:
    claim = store.claim("worker", NOON + seconds(at), MINUTE)
    assert isinstance(claim, Claim)
    return claim


def mark(store: Store, number: int = 1, project: TrackerRef = ALPHA, lane: Lane = Lane.LIVE) -> IssueRef:
    ref = IssueRef(project.forge, project.project, number)
    store.mark(ref, event="issues.opened", delivery="d", now=NOON, lane=lane)
    return ref


def decide(store: Store, outcome: str) -> None:
    """The next due issue is run, and this is its verdict."""
    record = IssueRecord(verdict=StoredVerdict(outcome, "settled", policy=STAMP, changed_at=NOON))
    decision = Decision(NOON, "digest", STAMP, outcome, "settled", ("label",))
    store.done(claimed(store), record, now=NOON, decision=decision)


def needs(watch: Watch, after: timedelta = timedelta()) -> list[tuple[str, str]]:
    return [(need.code, need.about) for need in watch.picture(NOON + after).needs]


def named(findings: tuple[Finding, ...], name: str, about: str = "") -> Finding:
    return next(f for f in findings if f.name == name and f.facts.get("tracker", about) == about)


def sample(text: bytes, name: str, **labels: str) -> float | None:
    for family in text_string_to_metric_families(text.decode()):
        for found in family.samples:
            if found.name == f"xsa_scope_{name}" and found.labels == labels:
                return found.value
    return None


# --- ready


def test_a_service_that_has_all_it_rests_on_is_ready(watch: Watch) -> None:
    told = readiness(watch.ready(NOON))
    assert told["ready"]
    assert [check["name"] for check in told["checks"]] == ["database", "migrations", "policy", "tracker", "tracker"]
    assert all(check["ok"] and not check["hint"] for check in told["checks"])
    policy, alpha = told["checks"][2], told["checks"][3]
    assert (policy["id"], policy["digest"][:7]) == ("xen-rfc-v2", "sha256:")
    assert alpha["tracker"] == "github:example/security"
    assert alpha["last_success"] == (NOON - MINUTE).isoformat()


def test_a_forge_that_has_been_silent_for_too_long_is_found(watch: Watch) -> None:
    late = watch.ready(NOON - MINUTE + QUIET + seconds(1))
    assert not named(late, "tracker", "github:example/security").well
    assert "is a worker running" in named(late, "tracker", "github:example/security").hint
    assert not readiness(late)["ready"]


def test_a_tracker_that_no_worker_has_taken_up_is_found(url: str, store: Store, watching: Watching) -> None:
    found = watching(url).ready(NOON)
    assert named(found, "database").well
    assert "No worker has taken this tracker up" in named(found, "tracker", "gitlab:group/reports").hint
    store.register(BETA)
    found = watching(url).ready(NOON)
    assert "has not answered well yet" in named(found, "tracker", "gitlab:group/reports").hint


def test_a_stopped_tracker_is_told_with_its_reason_and_remedy(watch: Watch, store: Store) -> None:
    store.stop_tracker(ALPHA, "public", NOON)
    hint = named(watch.ready(NOON), "tracker", "github:example/security").hint
    assert hint.startswith("Stopped (public). Everybody can read")
    assert "Make the project private" in hint


def test_a_database_of_another_release_is_told_by_what_to_run(url: str, store: Store, watch: Watch) -> None:
    assert readiness(watch.ready(NOON))["ready"]
    database = connect(url)
    with database.write() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0000'")
    try:
        found = watch.ready(NOON)
        assert named(found, "database").well
        assert "run `xsa-scope db upgrade`" in named(found, "migrations").hint
        assert [f.name for f in found] == ["database", "migrations", "policy"]
        assert [need.code for need in watch.picture(NOON).needs] == ["migrations"]
        assert sample(exposition(watch.figures(NOON)), "database_up") == 0
    finally:
        with database.write() as connection:
            connection.exec_driver_sql(f"UPDATE alembic_version SET version_num = '{REVISION}'")  # noqa: S608
        database.close()
    assert readiness(watch.ready(NOON))["ready"], "it recovers by itself"


def test_a_change_of_policy_that_waits_needs_a_person(store: Store, watch: Watch) -> None:
    waiting = PolicyVersion("xen-practice", "1", "sha256:01", "sha256:02", "content")
    store.put_policy(waiting, "waiting", NOON)
    assert needs(watch) == [("policy-waits", "")]
    store.put_policy(waiting, "active", NOON)
    assert needs(watch) == []


def test_a_broken_candidate_needs_a_person_and_stops_nobody(
    url: str, store: Store, watching: Watching, tmp_path: Path
) -> None:
    (tmp_path / "policy.toml").write_text("id = 7")
    watch = watching(url, policy={"source": str(tmp_path / "policy.toml")})
    assert not named(watch.ready(NOON), "policy").well
    store.put_policy(PolicyVersion("xen-practice", "1", "sha256:01", "sha256:02", "content"), "active", NOON)
    assert named(watch.ready(NOON), "policy").facts["id"] == "xen-practice"
    picture = watch.picture(NOON)
    assert "policy" in [need.code for need in picture.needs]
    assert picture.policy == PolicyStamp("xen-practice", "1", "sha256:01")


def test_a_database_that_does_not_answer_is_a_finding_and_leaves_no_password_behind(watching: Watching) -> None:
    pytest.importorskip("psycopg")
    watch = watching("postgresql://scope:hush-hush@127.0.0.1:9/scope?connect_timeout=2")
    found = watch.ready(NOON)
    assert not named(found, "database").well
    assert "does not answer" in named(found, "database").hint
    assert named(found, "policy").well
    assert "hush" not in str(status(watch.picture(NOON)))


def test_a_policy_is_read_again_only_after_its_file_changed(
    tmp_path: Path, url: str, store: Store, watching: Watching
) -> None:
    file = tmp_path / "policy.toml"
    watch = watching(url, policy={"source": str(file)})
    assert not named(watch.ready(NOON), "policy").well
    file.write_text("title = [", encoding="utf-8")
    hint = named(watch.ready(NOON), "policy").hint
    assert hint.startswith("The policy cannot be used: ")
    assert "policy.toml" in hint
    assert named(watch.ready(NOON), "policy") is named(watch.ready(NOON), "policy")


# --- the whole picture


def test_an_idle_service_needs_nobody(watch: Watch) -> None:
    picture = watch.picture(NOON)
    assert picture.needs == ()
    told = status(picture)
    assert told["healthy"]
    assert [tracker["tracker"] for tracker in told["trackers"]] == ["github:example/security", "gitlab:group/reports"]
    json.dumps(told)


def test_each_tracker_tells_of_its_own_issues(watch: Watch, store: Store) -> None:
    for number in range(1, 4):
        mark(store, number)
    decide(store, "in-scope")
    decide(store, "out-of-scope")
    mark(store, 9, BETA, Lane.BULK)
    store.hold(BETA, until=NOON + MINUTE, reason="limited-secondary", lanes=[Lane.BULK])
    alpha, beta = status(watch.picture(NOON + seconds(30)))["trackers"]
    assert alpha["outcomes"] == {"in-scope": 1, "out-of-scope": 1, "undecided": 1}
    assert alpha["queue"]["live"] == {
        "due": 1,
        "waiting": 0,
        "running": 0,
        "oldest_seconds": 30,
        "due_seconds": 30,
    }
    assert alpha["holds"] == []
    assert (beta["issues"], beta["queue"]["bulk"]["due"]) == (1, 1)
    until = (NOON + MINUTE).isoformat()
    assert beta["holds"] == [{"lane": "bulk", "until": until, "reason": "limited-secondary"}]
    assert status(watch.picture(NOON + 2 * MINUTE))["trackers"][1]["holds"] == []


def test_a_dead_letter_needs_a_person(watch: Watch, store: Store) -> None:
    mark(store)
    store.bury(claimed(store), reason="forge-refused", now=NOON)
    assert needs(watch) == [("dead-letters", "github:example/security")]
    store.retry_dead(NOON)
    assert needs(watch) == []


def test_what_waiting_does_not_mend_needs_a_person_at_once(watch: Watch, store: Store) -> None:
    mark(store)
    store.later(claimed(store), reason="forge-unavailable", retry_at=NOON + MINUTE)
    assert needs(watch) == []
    store.later(claimed(store, at=60), reason="forge-credentials", retry_at=NOON + 5 * MINUTE)
    assert needs(watch) == [("forge-credentials", "github:example/security")]


def test_due_work_that_nobody_takes_needs_a_person(watch: Watch, store: Store) -> None:
    mark(store)
    assert needs(watch, seconds(299)) == []
    assert needs(watch, seconds(301)) == [("unclaimed", "github:example/security")]
    store.hold(ALPHA, until=NOON + 10 * MINUTE, reason="limited-primary")
    assert needs(watch, seconds(301)) == [], "a held tracker's work waits for the forge, not for a worker"


def test_work_is_not_unclaimed_while_a_worker_is_at_it(watch: Watch, store: Store) -> None:
    mark(store, 1)
    mark(store, 2)
    claim = claimed(store)
    store.renew(claim, NOON + seconds(30), 10 * MINUTE)
    assert needs(watch, 6 * MINUTE) == []


def test_duties_that_keep_failing_need_a_person(watch: Watch, store: Store) -> None:
    store.schedule_duty(BETA, "sweep", NOON)
    for attempt in range(FAILED_DUTIES):
        assert needs(watch) == []
        at = NOON + attempt * MINUTE
        claim = store.claim("worker", at, MINUTE, with_duties=True)
        assert isinstance(claim, DutyClaim)
        store.later(claim, reason="forge-credentials", retry_at=at + MINUTE)
    assert needs(watch) == [("duties-fail", "gitlab:group/reports")]
    told = status(watch.picture(NOON))["trackers"][1]["duties_failing"]
    assert told == {"reason": "forge-credentials", "attempts": FAILED_DUTIES}


def test_a_tracker_that_is_not_configured_any_more_is_shown_as_that(url: str, store: Store, watching: Watching) -> None:
    store.mark(issue(), event="e", delivery="d", now=NOON)
    watch = watching(url, tracker=[])
    picture = watch.picture(NOON)
    assert [one.configured for one in picture.trackers] == [False]
    assert "tracker" not in {finding.name for finding in picture.findings}


def test_a_need_says_what_to_do(watch: Watch, store: Store) -> None:
    mark(store)
    store.bury(claimed(store), reason="forge-refused", now=NOON)
    (need,) = watch.picture(NOON).needs
    says = "1 dead letter: `xsa-scope dead list` says why and what to do."
    assert need == Need("dead-letters", "github:example/security", says)


# --- figures


def test_a_monitor_is_shown_the_work_list(watch: Watch, store: Store) -> None:
    for number in range(1, 4):
        mark(store, number)
    mark(store, 4, BETA, Lane.BULK)
    store.bury(claimed(store), reason="forge-refused", now=NOON)
    claimed(store)
    told = exposition(watch.figures(NOON + seconds(20)))
    assert sample(told, "queue_rows", lane="live", state="due") == 1
    assert sample(told, "queue_rows", lane="live", state="running") == 1
    assert sample(told, "queue_rows", lane="bulk", state="due") == 1
    assert sample(told, "queue_oldest_seconds", lane="live") == 20
    assert sample(told, "queue_due_seconds", lane="bulk") == 20
    assert sample(told, "dead_letters") == 1
    assert sample(told, "issues") == 4
    assert sample(told, "database_up") == 1


def test_a_hold_is_counted_by_its_reason_and_goes_to_nothing(watch: Watch, store: Store) -> None:
    store.hold(ALPHA, until=NOON + MINUTE, reason="limited-secondary")
    labels = {"forge": "github", "lane": "live", "hold": "limited-secondary"}
    assert sample(exposition(watch.figures(NOON)), "holds", **labels) == 1
    assert sample(exposition(watch.figures(NOON + 2 * MINUTE)), "holds", **labels) == 0


def test_stopped_and_silent_trackers_are_counted_by_forge(watch: Watch, store: Store) -> None:
    store.stop_tracker(BETA, "archived", NOON)
    told = exposition(watch.figures(NOON + seconds(30)))
    assert sample(told, "trackers_stopped", forge="github") == 0
    assert sample(told, "trackers_stopped", forge="gitlab") == 1
    assert sample(told, "forge_silent_seconds", forge="github") == pytest.approx(90)


def test_the_budget_that_is_left_is_told_for_the_credential_that_has_least(watch: Watch, store: Store) -> None:
    def window(name: str) -> Window:
        return Window.of(name, 80, 60, 10, bulk_share=0.8)

    for credential, units in (("forge.example app 1 octo", 4), ("forge.example app 2 octo", 6)):
        costs = [Cost(window("points"), 1), Cost(window("writes"), units)]
        assert store.take(credential, costs, bulk=False, now=NOON) == 0
    assert store.take("forge.example token 00", [Cost(window("requests"), 5)], bulk=False, now=NOON) == 0
    told = exposition(watch.figures(NOON))
    assert sample(told, "budget_left_ratio", forge="github", window="writes") == pytest.approx(0.4)
    assert sample(told, "budget_left_ratio", forge="gitlab", window="requests") == pytest.approx(0.5)
    assert b"forge.example" not in told


def test_every_figure_that_is_documented_is_told(watch: Watch, store: Store) -> None:
    store.take("a token b", [Cost(Window.of("notes", 50, 60, 10, bulk_share=0.8), 1)], bulk=False, now=NOON)
    assert set(watch.figures(NOON)) == set(ASKED)
    told = exposition(watch.figures(NOON)).decode()
    assert all(f"\n{asked.name}" in told for asked in ASKED)


def test_looking_changes_nothing(watch: Watch, store: Store, url: str) -> None:
    mark(store)

    def rows() -> list[Any]:
        database = connect(url)
        with database.read() as connection:
            found = [connection.execute(table.select()).all() for table in metadata.sorted_tables]
        database.close()
        return found

    before = rows()
    watch.picture(NOON)
    watch.figures(NOON)
    watch.ready(NOON)
    assert rows() == before
