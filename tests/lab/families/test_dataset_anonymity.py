"""k-anonymity and l-diversity against pandas, the published example, and what moves them."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from plumbrule.base.observation import Known, Unknown
from plumbrule.errors import TableError
from plumbrule.lab import open_table
from plumbrule.lab.columns import Attribute
from plumbrule.lab.families.dataset.anonymity import anonymity, diversity, observe_anonymity, observe_diversity

# The 4-anonymous table of patients in Machanavajjhala and others 2007, figure 2: postcode, age, nationality; condition.
PATIENTS = pd.DataFrame(
    [("130**", "< 30", "*", one) for one in ("Heart", "Heart", "Viral", "Viral")]
    + [("1485*", "≥ 40", "*", one) for one in ("Cancer", "Heart", "Viral", "Viral")]
    + [("130**", "3*", "*", "Cancer")] * 4,
    columns=["postcode", "age", "nationality", "condition"],
)
QUASI = tuple(Attribute(name=name) for name in ("postcode", "age", "nationality"))


def test_the_published_table_is_4_anonymous_and_not_diverse() -> None:
    """Figure 2 of the paper: every class holds four, and the third only people with cancer."""
    with open_table(PATIENTS) as table:
        classes, values = anonymity(table, QUASI), diversity(table, QUASI, "condition")
    assert (classes.k, classes.classes, classes.rows) == (4, 3, 12)
    assert dict(classes.below) == {2: 0, 3: 0, 5: 12, 10: 12}
    assert (values.distinct, values.alike) == (1, 4)
    assert values.entropy == pytest.approx(1.0)


def test_entropy_counts_a_rare_value_for_little() -> None:
    """Nine of one value and one of another are two values, and hardly more than one by entropy."""
    frame = pd.DataFrame({"q": ["x"] * 10 + ["y"] * 2, "s": ["a"] * 9 + ["b"] + ["a", "b"]})
    with open_table(frame) as table:
        found = diversity(table, (Attribute(name="q"),), "s")
    assert found.distinct == 2
    assert found.entropy == pytest.approx(math.exp(-(0.9 * math.log(0.9) + 0.1 * math.log(0.1))))


@pytest.mark.shared
def test_german_credit_agrees_with_pandas_and_scipy(shared: Path) -> None:
    """Classes by age, sex and residence; entropies class by class."""
    from scipy.stats import entropy

    frame = pd.read_csv(shared / "data/audit/german.csv")
    names = ["age", "personal_status", "residence_since"]
    names = [name for name in names if name in frame] or list(frame.columns[:3])
    quasi = tuple(Attribute(name=name) for name in names)
    with open_table(shared / "data/audit/german.csv") as table:
        classes, values = anonymity(table, quasi), diversity(table, quasi, "credit")
    sizes = frame.groupby(names).size()
    assert (classes.k, classes.classes) == (sizes.min(), len(sizes))
    assert dict(classes.below) == {size: sizes[sizes < size].sum() for size in (2, 3, 5, 10)}
    each = frame.groupby(names)["credit"]
    assert values.distinct == each.nunique().min()
    assert values.entropy == pytest.approx(np.exp(each.apply(lambda one: entropy(one.value_counts())).min()), abs=1e-9)
    assert values.alike == sizes[each.nunique() == 1].sum()


def test_coarser_is_never_less_anonymous() -> None:
    """Cutting a number into ranges, or leaving a column out, never lowers k."""
    random = np.random.default_rng(1)
    frame = pd.DataFrame({"age": random.integers(18, 80, 500), "sex": random.choice(list("fm"), 500)}).astype(str)
    with open_table(frame) as table:
        fine = anonymity(table, (Attribute(name="age"), Attribute(name="sex")))
        cut = anonymity(table, (Attribute(name="age", edges=(30, 50)), Attribute(name="sex")))
        less = anonymity(table, (Attribute(name="age"),))
    assert fine.k <= cut.k
    assert fine.k <= less.k


def test_missing_values() -> None:
    """A missing quasi-identifier is a value of its own; a missing sensitive value is left out and counted."""
    frame = pd.DataFrame({"q": ["x", "x", None, None], "s": ["a", None, None, None]})
    with open_table(frame) as table:
        classes, values = anonymity(table, (Attribute(name="q"),)), diversity(table, (Attribute(name="q"),), "s")
        nothing = diversity(table, (Attribute(name="s"),), "q")
    assert (classes.k, classes.classes) == (2, 2)
    assert (values.rows, values.without, values.distinct, values.alike) == (1, 3, 1, 1)
    assert nothing.distinct == 1
    frame["s"] = None
    with open_table(pd.DataFrame({"q": ["x", "y"], "s": ["", ""]})) as table:
        empty = diversity(table, (Attribute(name="q"),), "s")
    assert (empty.distinct, empty.entropy, empty.rows) == (None, None, 0)
    assert all(isinstance(one.estimate, Unknown) for one in observe_diversity(empty, inputs=()))


def test_observations_hold_counts_and_shares_and_no_value() -> None:
    """k and l as counts, small classes as shares."""
    with open_table(PATIENTS) as table:
        observations = (
            *observe_anonymity(anonymity(table, QUASI), inputs=("x",), family="primary"),
            *observe_diversity(diversity(table, QUASI, "condition"), inputs=("x",)),
        )
    found = {one.id: one for one in observations}
    k = found["k_anonymity:postcode&age&nationality"]
    assert isinstance(k.estimate, Known)
    assert (k.estimate.value, k.measure, k.family) == (4, "count", "primary")
    assert found["small_class_share:postcode&age&nationality<5"].estimate == Known(value=1, low=1, high=1, n=12, method="counted")
    assert found["alike_class_share:postcode&age&nationality~condition"].measure == "share"
    assert "Cancer" not in repr(observations)


def test_bad_columns_are_refused() -> None:
    """None named, one that is not there, a sensitive column that is known to others, a cut through words."""
    with open_table(PATIENTS) as table:
        for quasi, sensitive in (((), "condition"), ((Attribute(name="no"),), "condition"), (QUASI, "age"), (QUASI, "no")):
            with pytest.raises(TableError) as caught:
                diversity(table, quasi, sensitive)
            assert caught.value.expected
        with pytest.raises(TableError):
            anonymity(table, (Attribute(name="condition", edges=(1,)),))
