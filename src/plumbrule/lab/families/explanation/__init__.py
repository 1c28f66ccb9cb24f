"""Explanation: what drives the decisions of a model, and what would have changed one.

    >>> from plumbrule.lab.families.explanation import Rules, importances, nearest
    >>> from plumbrule.lab.families.robustness import Inputs, look
    >>> class Bank:
    ...     def predict(self, columns):
    ...         return (columns["income"] >= 50).astype(float)
    >>> base = look(Bank(), Inputs.of({"income": list(range(25, 75)), "shoes": list(range(50))}))
    >>> [(one.column, round(one.estimate.value, 1)) for one in importances(base, kind="decision", seed=1)]
    [('income', 0.5), ('shoes', 0.0)]
    >>> [(one.column, one.before, one.after) for one in nearest(base, 15, Rules()).changes]
    [('income', 40.0, 50.0)]

`importances` shuffles columns; `shap_reasons` says what moved one person's score, and `stability` whether such reasons
stay when the row moves a little; `recourse` looks for the nearest counterfactual of those who were refused. The
functions that begin with `observe` give observations, which hold a row's number and weights and never its values.
"""

from plumbrule.lab.families.explanation.counterfactual import Changed, Counterfactual, NoCounterfactual, Rules, nearest
from plumbrule.lab.families.explanation.importance import Importance, importances
from plumbrule.lab.families.explanation.observe import (
    Recourse,
    observe_importances,
    observe_reasons,
    observe_recourse,
    observe_stability,
    recourse,
)
from plumbrule.lab.families.explanation.reasons import Reason, Reasons, shap_reasons, single_effects, strongest
from plumbrule.lab.families.explanation.stability import Stability, stability

__all__ = [
    "Changed",
    "Counterfactual",
    "Importance",
    "NoCounterfactual",
    "Reason",
    "Reasons",
    "Recourse",
    "Rules",
    "Stability",
    "importances",
    "nearest",
    "observe_importances",
    "observe_reasons",
    "observe_recourse",
    "observe_stability",
    "recourse",
    "shap_reasons",
    "single_effects",
    "stability",
    "strongest",
]
