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
    "On the answers given this qualifies for an advisory: {attack}. The team decides whether and when one is issued."
)
PRESUMED_IN = (
    "This qualifies for an advisory unless someone shows otherwise: {attack}. "
    "It rests on what the policy presumes (see below). The team decides whether and when one is issued."
)
NEEDS_OS_CHECK = (
    "Nothing more is needed from the reporter. The attack works only if the operating system it hits behaves in a "
    "certain way, so criterion 4 asks the team to look at the systems below. One vulnerable system is enough. "
    "If you have seen it work on one, say which."
)
NEEDS_TRIAGE = (
    "Not decided yet; this is no rejection. Nothing more is needed from the reporter: what is still missing the team "
    "finds out."
)
NEEDS_INFO = (
    "Not decided yet; this is no rejection. An answer to the question below helps most. "
    "Where “Not sure” was the answer there is nothing to do: the team finds out."
)
NO_FORM = (
    "The report does not contain the form, so nothing could be read from it. Edit the text above: put the form's "
    "headings and answers there (a new issue made from the form shows them), and this comment follows. "
    "“Not sure” is a good answer and never counts against a report."
)
STILL_A_BUG = "It may still be a bug worth fixing, and reporting it was right."

OUT = {
    "0-third-party": "The bug is in software that the Xen Project does not maintain, and its policy guides the "
    "project's own process. The maintainers of that software are the ones to tell.",
    "1-self": "The attacker reaches nothing beyond what it controls already: what is hit is the attacker's own.",
    "1-disaggregated": "The attack starts from or hits a domain that holds part of the host's control, and for such "
    "highly disaggregated environments no advisories are issued at the moment.",
    "1-unlisted": "This pair of attacker and target is none of the pairs that the policy lists.",
    "1a-infoleak": "What leaks from Xen, dom0 or the toolstack is not sensitive by itself: no guest, user or host "
    "secrets can be in it. That it may help another exploit does not change this.",
    "2-none": "The attacker gains nothing it could use.",
    "2-other": "What the attacker achieves is none of the effects that the policy lists (2a to 2c).",
    "2b-minor": "The target keeps running and is hardly slowed down, which is less than the significant degradation "
    "that 2b asks for.",
    "3-unsupported": "The bug is in a feature for which no advisories are issued: experimental, tech preview or not "
    "security supported.",
    "3-qemu-config": "The bug is in a part of QEMU outside the configurations for which advisories are issued.",
    "4-not-reachable": "There is no released combination of software in which the attacker can trigger it.",
    "4-no-vulnerable-os": "No operating system is known on which the attack works, so there is no known combination "
    "of software in which it can be exploited.",
}
"""Why not, by code. A code of another policy is told by its criterion and citation alone."""

OUT_PLAIN = "By the policy no advisory is issued for this."
OUT_UNCERTAIN_CODE = (
    "Whatever the open answers turn out to be, some criterion is not met; which one depends on them."
)
OUT_PRESUMED = "This rests on what the policy presumes (see below) and ends when that is shown to be otherwise."
CONTESTED = (
    "**This reading is disputed**, so a member of the team confirms before it counts: remove the label "
    "`scope:contested` to confirm, or use `/scope override` to decide otherwise."
)
WRONG_POLICY = (
    "If you think the *policy* is wrong, raise the policy on xen-devel without any detail of this report."
)
OTHERS_HELD = "This holds for the attacks listed and for no other."

PAUSED_COMMAND = "**A person has decided.** The label `{label}` was set by {who} on {on}; the reason stands in that comment."
PAUSED_ADDED = "**A person has decided.** The label `{label}` was added by hand by {who} on {on}."
PAUSED_REMOVED = "**A person has decided.** The label `{label}` was removed by hand by {who} on {on}."
PAUSED = "Automatic labels are paused here; on the present answers they would be {labels}. `/scope resume` hands back."

AMBIGUOUS = (
    "These questions could not be read for sure and count as unanswered: {fields}. Edit the text above so that each "
    "heading of the form stands there once, in the form's order, with one of its options as the whole answer."
)
CONFLICT = "Contradictory statements about {facts}: each counts as not known until one of them is taken back."

ATTACKS_ONE = "Attack {number} of {count} qualifies, and one that qualifies is enough."
ATTACKS_SOME = "Attacks {numbers} of {count} qualify, and one that qualifies is enough."
ATTACKS_OPEN = "{count} attacks are listed; not decided: {numbers}."
ATTACKS_OUT = "None of the {count} attacks listed qualifies."
ATTACKS_LEFT_OUT = "{count} further attacks are not shown here. They were judged all the same."

ASKED = {"reporter": "the reporter can answer", "team": "the team finds out"}
QUESTION_REPORTER = "Answer by editing the form above; this comment follows."
QUESTION_TEAM = "The team records it with {command}."
ONE_OF = "One of: {options}."

OS_LEAD = "| System | State | Who said so | Record a finding |\n|---|---|---|---|"
OS_REST = "For all that are still open at once: `/scope os rest not-vulnerable because …`."
OS_STATE = {
    "vulnerable": "vulnerable",
    "not_vulnerable": "not vulnerable",
    "open": "not looked at yet",
    "effort": "looked into, inconclusive",
    "conflict": "contradictory statements",
}

PRESUMED = "{title}: {value}. Presumed, because nobody has said otherwise."
PRESUMED_EFFORT = "{title}: {value}. Presumed after somebody looked into it without a result."
REBUTTED = "It ends as soon as someone shows: {values}. If you can, reply with the argument; the team records it with {command}."

WOULD = {
    ("out-of-scope", True): "It would be in scope if {changes}.",
    ("out-of-scope", False): "It could be in scope if {changes}; the answers still open would then decide.",
    ("in-scope", True): "It would be out of scope if {changes}.",
    ("in-scope", False): "It could be out of scope if {changes}; the answers still open would then decide.",
}
"""By the present outcome, and whether the changed answers alone would turn it."""

BY = {"reporter": "the reporter's form", "team": "the team", "support": "SUPPORT.md"}
NOT_SURE = "not sure"
NOTHING_SAID = "not answered"
CONTRADICTORY = "contradictory"

CORRECT = (
    "**To correct an answer**, edit the form above. The team corrects with `/scope set FACT VALUE because …` and takes "
    "its own word back with `/scope unset FACT` (with several attacks `/scope set 2.FACT …`), adds an attack with "
    "`/scope path add SOURCE -> EFFECT -> TARGET`, and asks for a fresh look with `/scope recheck`. "
    "A command stands alone on a line of a comment."
)

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
    "only-windows": "only Windows can be recorded as inconclusive",
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
