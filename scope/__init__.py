"""The rulebook: a policy file, a report, and the verdict that follows. Pure: it reads policy files and nothing else.

>>> policy = load_policy("builtin:xen-rfc-v2")
>>> said = {"source": "guest_kernel", "effect": "denial_of_service", "target": "self"}
>>> crash = Report(paths=({fact: Values({value}) for fact, value in said.items()},))
>>> verdict = assess(policy, crash)
>>> str(verdict.outcome), verdict.codes, labels_for(policy, verdict)
('out-of-scope', ('1-self',), ('out-of-scope:1-self',))
"""

from scope.assess import assess
from scope.backtest import Case, Replay, replay
from scope.compare import Change, Comparison, Concerned, Difference, Judgement, compare
from scope.explain import (
    Answer,
    Cited,
    Counterfactual,
    Criterion,
    Explanation,
    PathExplanation,
    Presumed,
    Question,
    explain,
)
from scope.faults import PolicyError
from scope.knowledge import UnknownWordError
from scope.labels import labels_for
from scope.load import builtin_policies, load_policy, parse_policy, policy_text
from scope.model import (
    Clause,
    Fact,
    Field,
    FieldOption,
    Form,
    Label,
    Option,
    Outcome,
    PathFacts,
    PathVerdict,
    Presumption,
    Reading,
    Report,
    Section,
    Standing,
    Values,
    Verdict,
)
from scope.policy import Policy
from scope.table import DecisionTable, Row

__all__ = [
    "Answer",
    "Case",
    "Change",
    "Cited",
    "Clause",
    "Comparison",
    "Concerned",
    "Counterfactual",
    "Criterion",
    "DecisionTable",
    "Difference",
    "Explanation",
    "Fact",
    "Field",
    "FieldOption",
    "Form",
    "Judgement",
    "Label",
    "Option",
    "Outcome",
    "PathExplanation",
    "PathFacts",
    "PathVerdict",
    "Policy",
    "PolicyError",
    "Presumed",
    "Presumption",
    "Question",
    "Reading",
    "Replay",
    "Report",
    "Row",
    "Section",
    "Standing",
    "UnknownWordError",
    "Values",
    "Verdict",
    "assess",
    "builtin_policies",
    "compare",
    "explain",
    "labels_for",
    "load_policy",
    "parse_policy",
    "policy_text",
    "replay",
]
