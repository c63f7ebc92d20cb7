"""`decide --jsonl`: one answer a line, in order; what is wrong is named by line, field and nearest word."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from typing import Any

import pytest

import scope
from webhook.cli.decide import LONGEST_LINE, decide_lines

POLICY = scope.load_policy("builtin:xen-rfc-v2")
STAMP = {"id": POLICY.id, "version": POLICY.version, "digest": POLICY.digest}
ALL = list(POLICY.facts)


def _answers(*lines: str | bytes) -> tuple[int, list[dict[str, Any]]]:
    out = io.BytesIO()
    text = b"\n".join(line.encode() if isinstance(line, str) else line for line in lines)
    code = decide_lines(POLICY, io.BytesIO(text), out)
    return code, [json.loads(line) for line in out.getvalue().splitlines()]


def _answer(line: str | bytes) -> dict[str, Any]:
    return _answers(line)[1][0]


def _verdict(**changed: Any) -> dict[str, Any]:
    plain = {
        "outcome": "in-scope",
        "standing": "settled",
        "labels": [],
        "codes": [],
        "contested": False,
        "missing": [],
        "presumptions": [],
        "conflicts": [],
        "policy": STAMP,
    }
    return plain | changed


STALE = (
    '{"paths":[{"source":["guest_kernel"],"effect":["information_leak"],"target":["hypervisor"]}],'
    '"component":["xen"],"feature_status":["supported"],"reachable":["yes"],"leaked_data":["uninitialised"]}'
)

VERDICTS: list[tuple[str, str, dict[str, Any]]] = [
    (
        "stale memory from Xen is in scope, presumed",
        STALE,
        _verdict(standing="presumed", labels=["xsa-candidate"], presumptions=["shown_internal_only"]),
    ),
    (
        "a guest kernel that crashes itself is out, settled",
        '{"paths":[{"source":["guest_kernel"],"effect":["denial_of_service"],"target":["own_kernel"]}]}',
        _verdict(outcome="out-of-scope", labels=["out-of-scope:1-self"], codes=["1-self"]),
    ),
    (
        "no effect is out whatever the source, contested as an outsider's attack would be",
        '{"paths":[{"effect":["none"]}]}',
        _verdict(outcome="out-of-scope", labels=["out-of-scope", "scope:contested"], contested=True),
    ),
    (
        "an effect that the text does not list is out and contested",
        (
            '{"paths":[{"source":["guest_kernel"],"effect":["other"],"target":["hypervisor"]}],"component":["xen"],'
            '"feature_status":["supported"],"reachable":["yes"]}'
        ),
        _verdict(
            outcome="out-of-scope",
            labels=["out-of-scope:2-other", "scope:contested"],
            codes=["2-other"],
            contested=True,
        ),
    ),
    (
        "an emulator bug waits for the systems",
        (
            '{"paths":[{"source":["guest_userspace"],"effect":["privilege_escalation"],"target":["own_kernel"]}],'
            '"component":["xen"],"feature_status":["supported"],"depends_on_target_os":["yes"]}'
        ),
        _verdict(
            outcome="needs-os-check",
            standing="open",
            labels=["needs-os-check"],
            missing=["os_linux", "os_openbsd", "os_freebsd", "os_netbsd", "os_windows"],
        ),
    ),
    (
        "a fact in conflict is named and not presumed",
        STALE.replace('"reachable":["yes"]', '"reachable":[]'),
        _verdict(
            outcome="needs-info", standing="open", labels=["needs-info"], missing=["reachable"], conflicts=["reachable"]
        ),
    ),
]


@pytest.mark.parametrize(("line", "expected"), [v[1:] for v in VERDICTS], ids=[v[0] for v in VERDICTS])
def test_a_verdict_is_printed_exactly(line: str, expected: dict[str, Any]) -> None:
    code, (found,) = _answers(line)
    assert code == 0
    assert found == expected
    assert list(found) == list(expected)


def test_a_report_that_says_nothing_misses_something_and_says_what() -> None:
    found = _answer("{}")
    assert (found["outcome"], found["standing"]) == ("needs-info", "open")
    assert found["missing"] == [name for name in ALL if name in found["missing"]]
    assert "source" in found["missing"]


def test_a_full_list_is_the_same_as_a_missing_key() -> None:
    full = json.dumps({"component": list(POLICY.facts["component"].values)})
    assert _answer(full) == _answer("{}")


def test_a_paths_own_full_list_wins_over_the_reports_word() -> None:
    statuses = list(POLICY.facts["feature_status"].values)
    path = {"source": ["guest_kernel"], "effect": ["privilege_escalation"], "target": ["hypervisor"]}
    report = {"component": ["xen"], "reachable": ["yes"], "feature_status": ["experimental"]}
    assert _answer(json.dumps({"paths": [path], **report}))["codes"] == ["3-unsupported"]
    own = {"paths": [{**path, "feature_status": statuses}], **report}
    assert _answer(json.dumps(own))["outcome"] == "in-scope"


def test_an_effort_for_windows_settles_what_a_check_of_all_others_left() -> None:
    systems = {f"os_{name}": ["not_vulnerable"] for name in ("linux", "openbsd", "freebsd", "netbsd", "other")}
    path = {"source": ["guest_userspace"], "effect": ["privilege_escalation"], "target": ["own_kernel"]}
    report: dict[str, Any] = {"paths": [path], "component": ["xen"], "feature_status": ["supported"]}
    report |= {"reachable": ["yes"], "depends_on_target_os": ["yes"], **systems}
    assert _answer(json.dumps(report))["missing"] == ["os_windows"]
    found = _answer(json.dumps(report | {"efforts": ["os_windows"]}))
    assert (found["outcome"], found["standing"], found["contested"]) == ("out-of-scope", "presumed", True)
    assert found["codes"] == ["4-no-vulnerable-os"]
    assert found["presumptions"] == ["os_windows"]


def test_what_the_reporter_is_not_sure_of_is_the_teams_turn() -> None:
    path = {"source": ["guest_kernel"], "effect": ["privilege_escalation"], "target": ["hypervisor"]}
    report: dict[str, Any] = {"paths": [path]}
    assert _answer(json.dumps(report))["outcome"] == "needs-info"
    assert _answer(json.dumps(report | {"not_sure": ALL}))["outcome"] == "needs-triage"


BAD: list[tuple[str, str | bytes, str | None, str | None, str]] = [
    # what, line, field, nearest, words of the message
    ("malformed JSON", '{"paths":', None, None, "is not JSON"),
    ("two values on a line", "{} {}", None, None, "is not JSON"),
    ("NaN", '{"component":[NaN]}', None, None, "is not JSON"),
    ("not UTF-8", b'{"component":["\xff"]}', None, None, "is not UTF-8"),
    ("nested without end", "[" * 100_000, None, None, "nested too deeply"),
    ("a number without end", '{"component":' + "1" * 5000 + "}", None, None, "thousands of digits"),
    ("a line that is a list", "[]", None, None, "JSON object"),
    ("a line that is null", "null", None, None, "JSON object"),
    ("a line that is a string", '"paths"', None, None, "JSON object"),
    ("an unknown key", '{"colour":["red"]}', "colour", None, "no key known here"),
    ("a mistyped key", '{"componnent":["xen"]}', "componnent", "component", "no key known here"),
    ("a hyphenated key", '{"os-linux":["vulnerable"]}', "os-linux", "os_linux", "no key known here"),
    ("a mistyped key of a path", '{"paths":[{"sorce":["host"]}]}', "paths[0].sorce", "source", "no key known here"),
    ("source at report level", '{"source":["host"]}', "source", None, "stands in paths only"),
    ("effect at report level", '{"effect":["none"]}', "effect", None, "stands in paths only"),
    ("target at report level", '{"target":["self"]}', "target", None, "stands in paths only"),
    ("an unknown value", '{"component":["zen"]}', "component", "xen", '"zen" is no value'),
    ("nothing like it", '{"component":["penguin"]}', "component", None, '"penguin" is no value'),
    ("a hyphenated value", '{"paths":[{"source":["guest-kernel"]}]}', "paths[0].source", "guest_kernel", "no value"),
    ("a mistyped value", '{"paths":[{},{"source":["guest_kernl"]}]}', "paths[1].source", "guest_kernel", "no value"),
    ("a number as a value", '{"component":[1]}', "component", None, "1 is no value"),
    ("null as a value", '{"component":[null]}', "component", None, "null is no value"),
    ("a list as a value", '{"component":[["xen"]]}', "component", None, "is no value"),
    ("no paths", '{"paths":[]}', "paths", None, "at least one path"),
    ("paths as an object", '{"paths":{}}', "paths", None, "must be a list"),
    ("paths as null", '{"paths":null}', "paths", None, "is null"),
    ("a path that is a string", '{"paths":["host"]}', "paths[0]", None, "must be an object"),
    ("a path that is null", '{"paths":[{},null]}', "paths[1]", None, "is null"),
    ("a repeated value", '{"component":["xen","xen"]}', "component", None, '"xen" more than once'),
    ("a repeated value in a path", '{"paths":[{"effect":["none","none"]}]}', "paths[0].effect", None, "more than once"),
    ("null for a fact", '{"component":null}', "component", None, "is null"),
    ("null for a fact of a path", '{"paths":[{"source":null}]}', "paths[0].source", None, "is null"),
    ("a bare string", '{"component":"xen"}', "component", "xen", 'must be a list, for example ["xen"]'),
    ("a bare string in a path", '{"paths":[{"source":"hosts"}]}', "paths[0].source", "host", "must be a list"),
    ("a bare number", '{"component":7}', "component", None, "must be a list"),
    ("an object for a fact", '{"component":{}}', "component", None, "must be a list"),
    ("efforts in a path", '{"paths":[{"efforts":["os_windows"]}]}', "paths[0].efforts", None, "whole report"),
    ("not_sure in a path", '{"paths":[{"not_sure":["source"]}]}', "paths[0].not_sure", None, "whole report"),
    ("an effort for Linux", '{"efforts":["os_linux"]}', "efforts", None, '"os_linux" is no value'),
    ("an effort for nothing known", '{"efforts":["os_window"]}', "efforts", "os_windows", "no value"),
    ("a repeated effort", '{"efforts":["os_windows","os_windows"]}', "efforts", None, "more than once"),
    ("efforts as null", '{"efforts":null}', "efforts", None, "is null"),
    ("not sure of no fact", '{"not_sure":["sauce"]}', "not_sure", "source", '"sauce" is no value'),
    ("not sure twice", '{"not_sure":["source","source"]}', "not_sure", None, "more than once"),
    ("not sure as a string", '{"not_sure":"source"}', "not_sure", "source", "must be a list"),
    ("a key twice", '{"component":["xen"],"component":["qemu"]}', "component", None, "more than once"),
    ("a key twice in a path", '{"paths":[{"source":["host"],"source":["host"]}]}', "source", None, "more than once"),
    ("a lone surrogate", '{"component":["\\ud800"]}', None, None, "surrogate"),
    ("a lone surrogate as a key", '{"\\uDFFF":[]}', None, None, "surrogate"),
    ("a whole surrogate pair", '{"component":["\\ud83d\\ude00"]}', "component", None, "is no value"),
]


@pytest.mark.parametrize(("line", "field", "near", "words"), [b[1:] for b in BAD], ids=[b[0] for b in BAD])
def test_a_bad_line_is_answered_with_field_and_nearest_word(
    line: str | bytes, field: str | None, near: str | None, words: str
) -> None:
    code, (found,) = _answers(line)
    assert code == 1
    assert list(found) == ["error"]
    error = found["error"]
    assert list(error) == ["line", "field", "message", "nearest"]
    assert (error["line"], error["field"], error["nearest"]) == (1, field, near)
    assert words in error["message"]


def test_os_linux_is_near_os_windows_to_nobody() -> None:
    """An effort counts for Windows alone: the message names no other system as if it were a slip of the pen."""
    assert _answer('{"efforts":["os_linux"]}')["error"]["nearest"] is None


def test_blank_lines_are_skipped_but_counted() -> None:
    code, found = _answers("", "{}", "   ", "\t", "{bad", "", "{}")
    assert code == 1
    assert [("error" in answer) for answer in found] == [False, True, False]
    assert found[1]["error"]["line"] == 5


def test_answers_come_in_the_order_of_the_lines_with_either_line_end() -> None:
    code, found = _answers(STALE + "\r", '{"paths":[{"effect":["none"]}]}\r', STALE)
    assert code == 0
    assert [a["outcome"] for a in found] == ["in-scope", "out-of-scope", "in-scope"]


def test_no_line_at_all_is_no_answer_and_no_fault() -> None:
    assert _answers("") == (0, [])


def test_a_line_longer_than_memory_allows_is_refused_and_the_next_one_answered() -> None:
    long = '{"component":["' + "x" * LONGEST_LINE + '"]}'
    code, found = _answers(long, "{}")
    assert code == 1
    assert found[0]["error"]["line"] == 1
    assert "longer than" in found[0]["error"]["message"]
    assert found[1]["outcome"] == "needs-info"


def _run(*arguments: str, text: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "webhook", "decide", *arguments],
        input=text,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_command_answers_on_standard_output_and_tells_by_its_exit_code() -> None:
    good = _run("--jsonl", text=STALE + "\n")
    assert (good.returncode, good.stderr) == (0, "")
    assert json.loads(good.stdout)["presumptions"] == ["shown_internal_only"]
    bad = _run("--jsonl", text="\n{}\nnull\n")
    assert bad.returncode == 1
    assert json.loads(bad.stdout.splitlines()[1])["error"]["line"] == 3


def test_wrong_usage_is_exit_code_2() -> None:
    assert _run("--jsnl").returncode == 2
    assert _run("--jsonl", "--policy", "builtin:no-such").returncode == 2
    assert _run("--jsonl", "--source", "host").returncode == 2


def test_an_answer_comes_before_the_next_question() -> None:
    """Another program may hold a conversation: each answer is there before the next report is written."""
    with subprocess.Popen(
        [sys.executable, "-m", "webhook", "decide", "--jsonl"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin
        assert process.stdout
        for _ in range(3):
            process.stdin.write(STALE + "\n")
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["outcome"] == "in-scope"
        process.stdin.close()
        assert process.wait(30) == 0


def test_a_reader_that_goes_away_is_no_traceback() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "webhook", "decide", "--jsonl"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdin
        assert process.stdout
        assert process.stderr
        process.stdin.write((STALE + "\n").encode())
        process.stdin.flush()
        process.stdout.readline()
        process.stdout.close()
        try:
            process.stdin.write((STALE + "\n").encode() * 2000)
            process.stdin.close()
        except BrokenPipeError:
            pass
        assert process.stderr.read() == b""
        process.wait(30)


def test_deciding_loads_no_forge_no_web_server_and_no_database() -> None:
    program = (
        "import sys; sys.argv=['xsa-scope','decide','--jsonl']\n"
        "from webhook.cli import main\n"
        "try: main()\nexcept SystemExit: pass\n"
        "print(sorted({'flask','github','gitlab','sqlalchemy','rich','markdown_it','requests'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], input="", capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stdout.strip() == "[]"
