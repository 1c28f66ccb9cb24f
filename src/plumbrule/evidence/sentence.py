"""Sentences that can be said in every language: a template in English, and what fills it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

_SLOT = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """`text` is an English message id with named slots, `values` what goes into them. `str()` says it in English.

    >>> str(sentence("{file} is entry {index}.", file="plan.dsse.json", index="0"))
    'plan.dsse.json is entry 0.'
    """

    text: str
    values: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return _SLOT.sub(lambda slot: self.values[slot[1]], self.text)


def sentence(text: str, /, **values: object) -> Sentence:
    """A sentence to be translated where it is shown (a message id for the catalogues, like `message`)."""
    return Sentence(text=text, values={name: str(value) for name, value in values.items()})
