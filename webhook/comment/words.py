"""Every sentence of the comment that is ours, in one place, so that it can be read, tested and bettered as a text.

Questions, answers and citations are the policy's and come from its file. Placeholders are filled with text that is
already safe (see `disarm`). Nothing here thanks with a rejection, and nothing says that a report may be published.
"""

from __future__ import annotations

TITLES = {
    "in-scope": "In scope: candidate for an advisory",
    "out-of-scope": "Out of scope, on the answers given",
    "needs-os-check": "Not decided: the team looks at operating systems",
    "needs-triage": "Not decided: the team's turn",
    "needs-info": "Not decided: answers are missing",
}

SETTLED_IN = (
    "On the answers given this qualifies for an advisory: {attack}. {why}. "
    "The team decides whether and when one is issued."
)
PRESUMED_IN = (
    "On the answers given this qualifies for an advisory unless someone shows otherwise: {attack}. {why}. It rests on "
    "what the policy presumes (see below). The team decides whether and when one is issued."
)
OPEN = {
    "needs-os-check": "Nothing more is needed from the reporter. The attack works only if the operating system it "
    "hits behaves in a certain way, so criterion 4 asks the team to look at the systems below. One vulnerable system "
    "is enough. If you have seen it work on one, say which.",
    "needs-triage": "Not decided yet; this is no rejection. Nothing more is needed from the reporter: what is still "
    "missing, the team finds out.",
    "needs-info": "Not decided yet; this is no rejection. An answer to the question below helps most. Where "
    "“Not sure” was the answer there is nothing to do: the team finds out.",
}
NO_FORM = (
    "The report does not contain the form, so nothing could be read from it. Edit the text above: put the form's "
    "headings and answers there (a new issue made from the form shows them), and this comment follows. "
    "“Not sure” is a good answer and never counts against a report."
)
STILL_A_BUG = "It may still be a bug worth fixing, and reporting it was right."

OUT = "By the policy no advisory is issued for this."
WHY = {
    "0-third-party": "The bug is in software that the Xen Project does not maintain, and the policy guides the "
    "project's own process; the maintainers of that software are the ones to tell.",
    "1-self": "The attacker reaches nothing beyond what it controls already (criterion 1).",
    "1-disaggregated": "A domain that holds part of the toolstack's rights is involved, and for such highly "
    "disaggregated environments no advisories are issued at the moment (criterion 1).",
    "1-unlisted": "This pair of attacker and target is none of those that criterion 1 lists.",
    "1a-infoleak": "What leaks from Xen, dom0 or the toolstack is internal or harmless and cannot be a guest's, a "
    "user's or the host's secret (2c). That it may help another exploit does not change this.",
    "2-none": "There is nothing in it that an attacker could use (criterion 2).",
    "2-other": "What the attacker achieves is none of the effects that count: privilege escalation, denial of service "
    "or an information leak (2a to 2c).",
    "2b-minor": "The target keeps running and is hardly slowed down, which is less than the significant degradation "
    "of 2b.",
    "3-unsupported": "The bug is in a feature for which no advisories are issued: experimental, tech preview or "
    "without security support (criterion 3).",
    "3-qemu-config": "The bug is in a part of QEMU outside the configurations for which advisories are issued "
    "(criterion 3).",
    "4-not-reachable": "There is no released combination of software in which the attacker can trigger it "
    "(criterion 4).",
    "4-no-vulnerable-os": "No operating system is known on which the attack works, so there is no known combination "
    "of software in which it can be exploited (criterion 4).",
}
"""Why not, by code. For a code that is not here the policy's own sentence stands."""


OUT_UNCERTAIN_CODE = "Whatever the open answers turn out to be, some criterion is not met; which one depends on them."
OUT_STATE = "STATE"
VALUE = "VALUE"
"""Stand for the word to be filled in, in a command shown as an example."""

PRESUMED = "This rests on what the policy presumes (see below) and ends when that is shown to be otherwise."
OUT_PRESUMED = "This rests on what the policy presumes (see below) and ends when that is shown to be otherwise."
CONTESTED = (
    "**This reading is disputed**, so a member of the team confirms before it counts: remove the label "
    "`scope:contested` to confirm, or use `/scope override` to decide otherwise."
)
WRONG_POLICY = "If you think the *policy* is wrong, raise the policy on xen-devel without any detail of this report."
ANYONE = "an attacker not yet known"
ANYTHING = "a target not yet known"
ANY_EFFECT = "an effect not yet known"

PAUSED = {
    "command": "**A person has decided.** The label `{label}` was set by {who} on {on}; that comment holds the reason.",
    "added": "**A person has decided.** The label `{label}` was added by hand by {who} on {on}.",
    "removed": "**A person has decided.** The label `{label}` was removed by hand by {who} on {on}.",
}
PAUSED_NOW = (
    "Automatic labels are paused here; on the present answers they would be {labels}. `/scope resume` hands back."
)
NO_LABEL = "none"
REVERSED = (
    "**Labels are left alone until {until}.** Somebody without a say here, or another machine, reversed {labels} "
    "several times within an hour. On the present answers the labels would be {wanted}. Another verdict or "
    "`/scope resume` ends this at once."
)
BARRED = "This project does not let these labels be set (are they archived?), so they are told here only: {labels}."

AMBIGUOUS = (
    "These questions could not be read for sure and count as unanswered: {fields}. Edit the text above so that each "
    "heading of the form stands there once, in the form's order, with one of its options as the whole answer."
)
CONFLICT = "Contradictory statements about {facts}: each counts as not known until one of them is taken back."
DIFFERENT = "Members of the team said different things about {facts}; the last word counts."
AGAINST = "{who}, against {other}: {values}"

ATTACKS_ONE = "Attack {numbers} of {count} qualifies, and one that qualifies is enough."
ATTACKS_SOME = "Attacks {numbers} of {count} qualify, and one that qualifies is enough."
ATTACKS_OPEN = "{count} attacks are listed; not decided: {numbers}."
ATTACKS_OUT = "None of the {count} attacks listed qualifies."
ATTACKS_LEFT_OUT = "{count} further attacks are not shown here. They were judged all the same."

NEXT = "**Next question: {question}**"
NEXT_HOW = {
    "reporter": "The reporter can answer by editing the form above; this comment follows.",
    "team": "The team finds out and records it with {commands}.",
}
MISSING_TITLE = "What else is missing ({count})"
MISSING_LEAD = "| What is missing | Question | Who can answer |\n|---|---|---|"
MISSING_WHO = {"reporter": "the reporter, in the form", "team": "the team"}

CRITERIA_LEAD = "| Criterion | State | What decided | The policy's words |\n|---|---|---|---|"
CRITERIA_OF = "**Attack {number}**"
OTHER_ATTACKS = "The other attacks, criterion by criterion ({count})"
STATES = {
    "passed": "passed",
    "failed": "**not met**",
    "open": "open",
    "idle": "open, but makes no difference now",
    "moot": "not reached: an earlier criterion is not met",
}
PRESUMED_MARK = "(presumed)"
DISPUTED = "(disputed reading)"

READINGS_TITLE = "How the text was read where it leaves room ({count})"
ANSWERS_TITLE = "The answers as they were read"
ANSWERS_LEAD = "| Question | Answer as read | Who said so |\n|---|---|---|"
ATTACK_NUMBER = "Attack {number}"
NOTE = "For the team:"

OS_TITLE = "**Systems in the target's place**"
OS_LEAD = "| System | State | Who said so | Record a finding |\n|---|---|---|---|"
OS_REST = (
    "`STATE` is `vulnerable` or `not-vulnerable`, for Windows also `inconclusive` once somebody has looked. For all "
    "that are still open at once: `/scope os rest not-vulnerable because …`."
)
OS_STATE = {
    "vulnerable": "vulnerable",
    "not_vulnerable": "not vulnerable",
    "open": "not looked at yet",
    "effort": "looked into, inconclusive",
    "conflict": "contradictory statements",
}

STATE = "STATE"
VALUE = "VALUE"
"""Stand for the word to be filled in, in a command shown as an example."""

PRESUMED = (
    "**Presumed** ({cited}): {says} It ends with another answer: {values}. If you can show that, reply with the "
    "argument; the team records it with {command}."
)
PRESUMED_EFFORT = "Somebody looked into it without a result, which the text accepts as the effort it asks for."

WOULD = {
    ("in-scope", True): "**With {answers} it would be in scope:**",
    ("in-scope", False): "**With {answers} it could be in scope** (what is still open would then decide):",
    ("out-of-scope", True): "**With {answers} it would be out of scope:**",
    ("out-of-scope", False): "**With {answers} it could be out of scope** (what is still open would then decide):",
}
"""By the outcome that would then be, and whether the changed answers alone would bring it about."""
OTHER_ANSWERS = {1: "another answer", 2: "two other answers", 3: "three other answers"}
MANY_ANSWERS = "{count} other answers"

BY = {"reporter": "the reporter's form", "team": "the team", "support": "SUPPORT.md"}
NOT_ANSWERED = "Not answered: {facts}."
NOT_SURE = "not sure"
NOTHING_SAID = "not answered"
NOBODY = "nobody"
CONTRADICTORY = "contradictory"

CORRECT = (
    "**To correct an answer**, edit the form above. The team corrects with `/scope set FACT VALUE because …` and takes "
    "its own word back with `/scope unset FACT` (with several attacks `/scope set 2.FACT …`), adds an attack with "
    "`/scope path add SOURCE -> EFFECT -> TARGET`, and asks for a fresh look with `/scope recheck`. "
    "A command stands alone on a line of a comment."
)

HELP_TITLE = "**All commands.** Each stands alone on a line of a comment; hyphen and underscore are the same."
HELP = """\
| Command | What it does | Who |
|---|---|---|
| `/scope os SYSTEM STATE because …` | records a finding: `linux`, `openbsd`, `freebsd`, `netbsd`, `windows` or `rest` \
(all that are still open) is `vulnerable`, `not-vulnerable` or `unknown`, Windows also `inconclusive` | the team |
| `/scope os other vulnerable NAME because …` | the same for a system that is not among these | the team |
| `/scope set FACT VALUE because …` | corrects an answer; several values with commas between them; with several \
attacks `/scope set 2.FACT …` | the team |
| `/scope unset FACT` | takes the team's word back; the reporter's answer counts again | the team |
| `/scope path add SOURCE -> EFFECT -> TARGET` | adds an attack | the team |
| `/scope override LABEL because …` | decides by hand; automatic labels pause | the team |
| `/scope resume` | hands back to automatic labelling | the team |
| `/scope recheck` | looks again at everything | anyone |
| `/scope help` | shows this list for as long as that comment stands | anyone |"""
FACTS_LEAD = "Facts and their values:"

REFUSED = {
    "unknown-command": "there is no such command",
    "not-permitted": "this command is the team's",
    "no-reason": "it needs a reason: end it with `because` and the reason",
    "incomplete": "something is missing in it",
    "unknown-fact": "there is no fact of that name",
    "unknown-value": "the fact has no such value",
    "unknown-system": "there is no such system",
    "unknown-label": "it names none of the verdict labels",
    "which-path": "several attacks are listed: put the number of the one meant before the fact, as in `2.source`",
    "no-such-path": "there is no attack of that number",
    "another-path": "the report was edited since, and the attack that the number meant is not listed any more",
    "only-windows": "only Windows can be recorded as inconclusive",
    "too-late": "its comment is older than a decision that came after it, so give it again in a new comment",
}
REFUSED_OTHER = "it could not be understood"
REFUSED_LINE = "A command of {who} did nothing (line {line} of the comment): {why}.{nearest}"
NEAREST = " Nearest: {word}."
REFUSED_MORE = "{count} more commands did nothing."

POLICY = "Policy under which this verdict last changed:"
"""Begins the policy line, which lies outside the digest."""

SHORTENED = "*(Shortened: this comment was at the forge's limit.)*"

CLOSING = (
    "*Decided from the answers given, for the attacks listed and no other; a person can change it. "
    "Keep this report private until the security team tells you otherwise. "
    "Which releases contain the bug is not judged here.*"
)
