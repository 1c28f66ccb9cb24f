"""What a second person reads of a change is all of it, and nothing else."""

from __future__ import annotations

import doctest
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from plumbrule_portal.ledger import changes as module
from plumbrule_portal.ledger.changes import changes

KEYS = st.sampled_from(["a", "b", "c"])
LEAVES = st.text("xyz", min_size=1, max_size=3) | st.integers(0, 3) | st.booleans()
DOCUMENTS = st.dictionaries(
    KEYS,
    st.recursive(
        LEAVES, lambda inner: st.lists(inner, min_size=1, max_size=3) | st.dictionaries(KEYS, inner, min_size=1), max_leaves=6
    ),
)


def flat(path: str, value: Any) -> dict[str, str]:
    """Every leaf by its path, written a second time."""
    if isinstance(value, dict):
        parts = [flat(f"{path}.{key}", item) for key, item in value.items()]
    elif isinstance(value, list):
        parts = [flat(f"{path}.{number}", item) for number, item in enumerate(value, 1)]
    else:
        return {path[1:]: value if isinstance(value, str) else str(value).lower()}
    return {key: item for part in parts for key, item in part.items()}


@given(DOCUMENTS, DOCUMENTS)
def test_who_applies_the_changes_has_the_other_document(today: dict[str, Any], then: dict[str, Any]) -> None:
    """Today's leaves with every change put in are exactly the leaves then; equal documents have no change."""
    leaves = flat("", today)
    found = changes(today, then)
    for one in found:
        assert leaves.pop(one.path, "") == one.before
        if one.after:
            leaves[one.path] = one.after
        assert one.before != one.after
    assert leaves == flat("", then)
    assert changes(today, today) == ()


def test_the_example_in_the_docstring_holds() -> None:
    """What the module shows is what it does."""
    assert doctest.testmod(module).failed == 0
