"""Robustness: does a small change turn the decision?

    >>> from plumbrule.lab.families.robustness import Inputs, look, observe_robustness, summarise, swapped
    >>> class Bank:
    ...     def predict(self, columns):
    ...         return (columns["income"] + 20.0 * (columns["sex"] == "men") >= 50).astype(float)
    >>> sex = ["women", "men"] * 50
    >>> people = Inputs.of({"income": list(range(100)), "sex": sex}, by={"sex": sex})
    >>> found = summarise([swapped(look(Bank(), people), "sex")], people)
    >>> {one.id: one.estimate.value for one in observe_robustness(found)}["gain_rate:swap=sex@sex=women"]
    0.2

`look` asks the predictor about the rows as they are; a trial (`noise`, `missing_values`, `out_of_range`, `swapped`,
`repeated`, `reordered`) or an expectation (`monotonic`, `expected`) changes each row in one way and asks again;
`summarise` counts for everybody and each group, with intervals; `observe_robustness` gives observations.
"""

from plumbrule.lab.families.robustness.expectations import Change, Expectation, expected, monotonic
from plumbrule.lab.families.robustness.summary import Rate, RateGap, Robustness, Shift, observe_robustness, summarise
from plumbrule.lab.families.robustness.trials import (
    Baseline,
    Trial,
    look,
    missing_values,
    noise,
    out_of_range,
    reordered,
    repeated,
    swapped,
)
from plumbrule.lab.predictors.inputs import Inputs

__all__ = [
    "Baseline",
    "Change",
    "Expectation",
    "Inputs",
    "Rate",
    "RateGap",
    "Robustness",
    "Shift",
    "Trial",
    "expected",
    "look",
    "missing_values",
    "monotonic",
    "noise",
    "observe_robustness",
    "out_of_range",
    "reordered",
    "repeated",
    "summarise",
    "swapped",
]
