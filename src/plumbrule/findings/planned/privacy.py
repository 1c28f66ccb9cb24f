"""`[privacy]`: what a model tells of the people it learnt from (docs/concepts/families/privacy.md)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pydantic import ConfigDict, with_config

from plumbrule.findings.planned.files import PlannedTable, PlannedTexts

_STRICT = ConfigDict(extra="forbid", strict=True)


@with_config(_STRICT)
@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedMembership:
    """`[privacy.membership]`: can it be told from the scores whose data were in the training set?

    `score` (higher for more like a member) or `loss` (lower) is a column. Who was in the training set: `member`, a
    column of 1 and 0 in the decision table or in the file `table`; or two files, `members` and `others`. `low_rates` are
    shares of non-members that may be taken for members.
    """

    score: str | None = None
    loss: str | None = None
    member: str | None = None
    table: PlannedTable | None = None
    members: PlannedTable | None = None
    others: PlannedTable | None = None
    low_rates: tuple[float, ...] | None = None


@with_config(_STRICT)
@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedInference:
    """`[privacy.attribute_inference]`: how much better an attribute can be guessed with what the model gives out.

    `attributes` are those of the decisions when left out; `known` the columns that somebody knows anyway; `outputs` the
    columns that the model gives out, its decision when left out; `cluster` that of the decisions. `table` is a file
    looked at in place of the decision table.
    """

    attributes: tuple[str, ...] | None = None
    known: tuple[str, ...] = ()
    outputs: tuple[str, ...] | None = None
    cluster: str | None = None
    table: PlannedTable | None = None


@with_config(_STRICT)
@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedExtraction:
    """`[privacy.extraction]`: do the outputs of a model repeat its training texts word for word?

    `outputs` are what the model gave out, `corpus` the training texts, `control` texts of the same kind that were not
    trained on. `lengths` are runs of how many `unit` count as repeated.
    """

    outputs: PlannedTexts
    corpus: PlannedTexts
    control: PlannedTexts | None = None
    lengths: tuple[int, ...] | None = None
    unit: Literal["words", "signs"] = "words"


@with_config(_STRICT)
@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedReported:
    """`[[privacy.reported]]`: a report that somebody else made: of AVID, or of the scanner garak (`report.jsonl`)."""

    file: str
    kind: Literal["avid", "garak"]


@with_config(_STRICT)
@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedPrivacy:
    """`[privacy]`; what is left out is not asked."""

    membership: PlannedMembership | None = None
    attribute_inference: PlannedInference | None = None
    extraction: PlannedExtraction | None = None
    reported: tuple[PlannedReported, ...] = ()
