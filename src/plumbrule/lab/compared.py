"""Who is held against whom: every group against the reference of its attributes, small groups left out."""

from __future__ import annotations

from collections.abc import Mapping

from plumbrule.lab.cells import Key
from plumbrule.lab.measure import TOO_SMALL, Excluded

Pairs = tuple[tuple[Key, Key], ...]


def pairs(
    attributes: tuple[str, ...], sizes: Mapping[Key, int], references: Mapping[str, str], min_n: int
) -> tuple[Pairs, tuple[Excluded, ...]]:
    """(group, reference) for each group of these attributes that is large enough, and the groups that are not.

    Args:
        attributes: what the keys of `sizes` are values of.
        sizes: people in each group; a group with an unknown value (None) is never compared.
        references: the reference group of each attribute.
        min_n: groups with fewer people are left out.

    >>> pairs(("sex",), {("men",): 30, ("women",): 20, ("other",): 2, (None,): 9}, {"sex": "men"}, 10)[0]
    ((('women',), ('men',)),)
    """
    reference: Key = tuple(references[name] for name in attributes)
    known = {key: size for key, size in sizes.items() if None not in key}
    small = tuple(
        Excluded(group=dict(zip(attributes, key, strict=True)), n=size, reason=TOO_SMALL)
        for key, size in known.items()
        if size < min_n
    )
    if known.get(reference, 0) < min_n:
        return (), small
    return tuple((key, reference) for key, size in known.items() if size >= min_n and key != reference), small
