"""Is a policy's quorum any good? A quorum counts operators, not keys, and a good one has a witness outside the State.

C2SP tlog-policy counts what its groups say. Whoever writes a policy makes several keys of one operator count once by
putting them into a group of their own with `any`. Nothing in the format says who an operator is, so it is read from the
name of the key: what stands before the first `/`. That a witness is outside the State only the author can know:

    # outside: W1 W2

is a comment to every other reader of the format, and the author's word to this one. From both follow warnings only;
whether a quorum is satisfied is the format's rule alone, here as everywhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations

from plumbrule.base.messages import message
from plumbrule.evidence.policy import NOBODY, Accepted, Policy
from plumbrule.evidence.sentence import Sentence, sentence

MOST = 3
"""Operators that are tried together; a quorum that no three of them reach is not thin."""


def operator_of(name: str) -> str:
    """Whose key it is, as far as the key's name says.

    >>> operator_of("university.example/witness-2")
    'university.example'
    """
    return name.partition("/")[0].casefold()


def warn_of_quorum(policy: Policy) -> Iterator[Sentence]:
    """What is weak about a policy's quorum; nothing when it asks for no witness, which is said elsewhere."""
    if policy.quorum == NOBODY or not policy.least():
        return
    enough = _fewest(policy)
    if policy.least() == 1:
        yield sentence("One witness is enough for this policy: log and witness together could deceive you.")
    elif enough is not None and len(enough) == 1:
        text = message("Witnesses of one operator are enough for this policy ({operator}): a quorum counts operators, not keys.")
        yield sentence(text, operator=enough[0])
    elif enough is not None and len(enough) < policy.least():
        text = message("The {keys} cosignatures that this policy asks for can come from {count} operators ({operators}).")
        yield sentence(text, keys=policy.least(), count=len(enough), operators=", ".join(enough))
    for name in sorted({operator_of(log.name) for log in policy.logs}):
        if _reached(policy, {name}):
            yield sentence("The operator of the log, {operator}, has witnesses that are enough for this policy.", operator=name)
    if policy.satisfied(policy.quorum, frozenset(policy.witnesses) - policy.outside):
        yield sentence("By this policy the quorum can be reached without any witness that it calls outside the State.")


def warn_of_witnesses(policy: Policy, accepted: Accepted) -> Iterator[Sentence]:
    """What is weak about those who cosigned one checkpoint."""
    seen = {operator_of(policy.witnesses[name].name) for name in accepted.witnesses}
    if len(accepted.witnesses) > 1 and len(seen) == 1:
        text = message("All witnesses who cosigned this state of the log are of one operator, {operator}.")
        yield sentence(text, operator=min(seen))
    if policy.outside and not policy.outside & accepted.witnesses.keys():
        yield sentence("No witness that the policy calls outside the State cosigned this state of the log.")


def _fewest(policy: Policy) -> tuple[str, ...] | None:
    """The fewest operators whose witnesses can satisfy the quorum; None if it takes more than `MOST`."""
    names = sorted({operator_of(key.name) for key in policy.witnesses.values()})
    tried = (some for count in range(1, MOST + 1) for some in combinations(names, count))
    return next((some for some in tried if _reached(policy, some)), None)


def _reached(policy: Policy, operators: Iterable[str]) -> bool:
    chosen = set(operators)
    return policy.satisfied(
        policy.quorum, frozenset(name for name, key in policy.witnesses.items() if operator_of(key.name) in chosen)
    )
