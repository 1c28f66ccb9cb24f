"""The words of asking that a rulebook and a reader of texts share; docs/concepts/asks.md is the guide to every code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Function = Literal["decides", "requests", "exhorts", "commits", "assesses", "notes"]
Rank = Literal["urges", "calls-upon", "encourages", "invites"]
Polarity = Literal["do", "refrain", "cease"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Addressee:
    """Who is asked: a class of the guide, and for `named-body` the name."""

    kind: str
    name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """A number aimed at, with its unit (`people`, `USD`, `percent`, `share`, `countries`, `items`)."""

    value: float
    unit: str
