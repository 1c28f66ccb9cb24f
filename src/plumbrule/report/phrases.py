"""Ids as words: what a verdict, an outcome, a metric, a method or a status is called on paper and on the screen.

Every text here is a message id; the catalogues translate it where it is shown. An id that is missing here is shown
as it is, marked as English, so that a new metric or method never disappears from a report.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from plumbrule.base.messages import message
from plumbrule.base.observation import Observation
from plumbrule.report.svg import Tone
from plumbrule.report.terms_data import DATA_METHODS, DATA_SET_METRICS, PRIVACY_METRICS
from plumbrule.report.terms_model import LANGUAGE_METRICS, MODEL_METHODS, MODEL_METRICS, WATCH_METRICS
from plumbrule.report.terms_outcomes import OUTCOME_METHODS, OUTCOME_METRICS
from plumbrule.report.terms_scores import SCORE_METHODS, SCORE_METRICS

VERDICTS: Mapping[str, str] = {
    "not-satisfied": message("Not satisfied"),
    "inconclusive": message("Inconclusive"),
    "not-assessed": message("Not assessed"),
    "satisfied": message("Satisfied"),
    "not-applicable": message("Not applicable"),
}
"""The five verdicts, in the order in which a reader needs them."""

VERDICT_TONES: Mapping[str, Tone] = {
    "satisfied": "good",
    "not-satisfied": "bad",
    "inconclusive": "open",
    "not-assessed": "faint",
    "not-applicable": "faint",
}

ROLES: Mapping[str, str] = {
    "screen": message("Screen"),
    "any-gap": message("Any gap"),
    "tolerance": message("Tolerance"),
    "floor": message("Floor"),
    "ceiling": message("Ceiling"),
    "declared": message("Declared"),
}

ROLE_HELP: Mapping[str, str] = {
    "screen": message("the point value, as its source writes it; says nothing about chance"),
    "any-gap": message("the interval against no gap at all"),
    "tolerance": message("the interval against the largest gap tolerated"),
    "floor": message("the interval against the lowest level"),
    "ceiling": message("the interval against the highest level"),
    "declared": message("examined on paper, not tested"),
}

OUTCOMES: Mapping[tuple[str, str], str] = {
    ("screen", "passes"): message("passes the screen"),
    ("screen", "fails"): message("fails the screen"),
    ("any-gap", "shown"): message("a gap is shown"),
    ("any-gap", "not-shown"): message("no gap is shown; this does not show that there is none"),
    ("tolerance", "within"): message("within the tolerance"),
    ("tolerance", "beyond"): message("beyond the tolerance"),
    ("tolerance", "undecided"): message("undecided: the interval crosses the edge of the tolerance"),
    ("floor", "within"): message("at or above the floor"),
    ("floor", "beyond"): message("below the floor"),
    ("floor", "undecided"): message("undecided: the interval crosses the floor"),
    ("ceiling", "within"): message("at or below the ceiling"),
    ("ceiling", "beyond"): message("above the ceiling"),
    ("ceiling", "undecided"): message("undecided: the interval crosses the ceiling"),
    ("declared", "stated-yes"): message("declared"),
    ("declared", "stated-no"): message("declared to be absent"),
    ("declared", "unknown"): message("not declared"),
}

OUTCOME_TONES: Mapping[str, Tone] = {
    "passes": "good",
    "fails": "bad",
    "shown": "open",
    "not-shown": "plain",
    "within": "good",
    "beyond": "bad",
    "undecided": "open",
    "stated-yes": "plain",
    "stated-no": "bad",
    "unknown": "faint",
}

METRICS: Mapping[str, str] = {
    "selection_rate": message("share of positive decisions"),
    "true_positive_rate": message("true positive rate"),
    "false_positive_rate": message("false positive rate"),
    "true_negative_rate": message("true negative rate"),
    "false_negative_rate": message("false negative rate"),
    "precision": message("precision"),
    "accuracy": message("accuracy"),
    "false_discovery_rate": message("false discovery rate"),
    "false_omission_rate": message("false omission rate"),
    "base_rate": message("base rate"),
    "mean_prediction": message("mean prediction"),
    **SCORE_METRICS,
    "different_share": message("share of different values in a column that looks like an identifier"),
    "unknown_share": message("share of people whose group is unknown"),
    "smallest_group": message("rows of the smallest group"),
    **DATA_SET_METRICS,
    **PRIVACY_METRICS,
    **MODEL_METRICS,
    **LANGUAGE_METRICS,
    **WATCH_METRICS,
    **OUTCOME_METRICS,
}

TESTS: Mapping[str, str] = {
    "data-set": message("The data set"),
    "privacy": message("Privacy and security"),
    "robustness": message("Robustness"),
    "explanation": message("Explanation"),
    "languages": message("Languages"),
    "watch": message("Change over time"),
}
"""The families of tests beyond the decisions, in the order in which a page shows them."""

TEST_ASKS: Mapping[str, str] = {
    "data-set": message("Who is in the data, what is missing for whom, what stands there twice, and what gives people away."),
    "privacy": message("What the model or its outputs tell about the people it was trained on, and what others have reported."),
    "robustness": message("Each row is changed in one way and the model is asked again: for whom does the decision turn?"),
    "explanation": message("What the model’s decisions rest on, and what would have had to be otherwise."),
    "languages": message("The same items in several languages, compared item by item."),
    "watch": message("Windows of time held against a baseline: have the inputs, the decisions or the gaps moved?"),
}

TEST_LIMITS: Mapping[str, str] = {
    "data-set": message(
        "That people had a choice, that what is recorded of them is right, or that nothing else gives a group away: a stronger "
        "search may find more."
    ),
    "privacy": message("That another attack would not do better. What was not found may still be there."),
    "robustness": message("That the decisions are right, or that changes nobody tried would not turn them."),
    "explanation": message("Causes in the world. This is the arithmetic of the model, not the reasons of a life."),
    "languages": message("How the system does on other items, or whether the translation or the model is at fault."),
    "watch": message("Why something changed, or that it is for the worse. Silence is no proof that nothing changed."),
}

FACTS: Mapping[str, str] = {
    "purpose": message("purpose"),
    "legal_basis": message("legal basis"),
    "human_review": message("review by a human with power to change the decision"),
    "explanation": message("explanation of a decision to the person"),
    "appeal_address": message("address for an appeal"),
    "privacy": message("protection of privacy"),
}

METHODS: Mapping[str, str] = {
    "wilson": message("Wilson interval"),
    "clopper-pearson": message("Clopper–Pearson interval"),
    "miettinen-nurminen": message("Miettinen–Nurminen interval"),
    "miettinen-nurminen, small": message("Miettinen–Nurminen interval, not guaranteed for so few rows"),
    "clopper-pearson rectangle": message("exact interval (two Clopper–Pearson intervals)"),
    "exact unconditional score": message("exact unconditional score interval"),
    "exact unconditional score, joined": message("Miettinen–Nurminen and exact unconditional score interval, joined"),
    "exact unconditional score of effective sizes, joined": message(
        "Miettinen–Nurminen and exact unconditional score interval of effective sizes, joined (approximate)"
    ),
    "simultaneous score bounds, bonferroni": message("score bounds for all pairs together (Bonferroni)"),
    "simultaneous score bounds, max-t": message("score bounds for all pairs together (studentized range)"),
    "mantel-haenszel, sato": message("Mantel–Haenszel, Sato’s variance"),
    "least squares, HC3": message("least squares, robust standard errors (HC3)"),
    "normal": message("normal interval"),
    "counted": message("counted"),
    "delong, logit": message("DeLong interval on the logit scale"),
    "hoeffding-chernoff": message("Hoeffding–Chernoff interval"),
    **SCORE_METHODS,
    **DATA_METHODS,
    **MODEL_METHODS,
    **OUTCOME_METHODS,
}

STATUSES: Mapping[str, str] = {
    "law": message("law"),
    "guidance": message("guidance"),
    "convention": message("convention"),
    "ours": message("ours, unreviewed"),
    "plan": message("declared in the plan"),
}

QUESTIONS: Mapping[str, str] = {
    "non_military": message("outside the military domain"),
    "impossible_within_human_rights_law": message("found impossible to run within human rights law"),
    "undue_risk_to_human_rights": message("found to put people’s rights at undue risk"),
    "fails_three_part_test": message("found not necessary, not well directed or out of proportion"),
    "social_scoring": message("rates people’s conduct in general"),
    "manipulates_people": message("steers people by hidden means"),
    "decides_about_people": message("decides about people"),
    "affects_essential_services": message("affects services that people need to live"),
    "decided_by_law_enforcement": message("used by police, courts, prisons or border guards"),
    "affects_children": message("affects children"),
    "affects_people_in_vulnerable_situations": message("affects people in vulnerable situations"),
    "identifies_people_by_body": message("identifies people by their body"),
    "could_injure_people": message("could injure people"),
    "interacts_with_people": message("responds to people as if it were a person"),
    "generates_content": message("makes or alters content that others see"),
}
"""The questions of the tier table in a few words; the rulebook holds them whole."""

TIERS: Mapping[str, str] = {
    "unacceptable": message("unacceptable risk"),
    "high": message("high risk"),
    "limited": message("limited risk"),
    "minimal": message("minimal risk"),
}

PHASES: Mapping[str, str] = {
    "pre-design": message("pre-design"),
    "design": message("design"),
    "development": message("development"),
    "evaluation": message("evaluation"),
    "testing": message("testing"),
    "deployment": message("deployment"),
    "use": message("use"),
    "sale": message("sale"),
    "procurement": message("procurement"),
    "operation": message("operation"),
    "decommissioning": message("decommissioning"),
}

ADJUSTMENTS: Mapping[str, str] = {
    "regression": message("regression on declared factors"),
    "mantel-haenszel": message("within strata (Mantel–Haenszel)"),
}

GROUND_FOR_INQUIRY = message(
    "A gap is a ground for inquiry, not proof of unlawful treatment, and a factor may itself carry bias."
)
EXPLORATORY = message("Exploratory: looked at, not judged")
DECLARED_ONLY = message("declared, examined on paper, not tested")

ROWS_TOGETHER = message(
    "How wide the intervals would be if rows belong together: the column {column} looks like an identifier of people and "
    "repeats. If it is one, name it in the plan as cluster."
)
"""Said where nobody named a cluster and the table looks as if it needed one."""


def repeating(observations: Iterable[Observation]) -> list[str]:
    """The columns that look like identifiers of people and repeat."""
    return [one.id.partition(":")[2] for one in observations if one.metric == "different_share"]
