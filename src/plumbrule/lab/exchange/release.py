"""What cells count and how they are to be written: the two things that are said beside the numbers."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, fields
from typing import Literal

from plumbrule.errors import TableError
from plumbrule.lab.cells import Cells
from plumbrule.lab.columns import Attribute, Decisions
from plumbrule.lab.exchange.cube import Frame
from plumbrule.lab.exchange.form import CellsFile


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """What the cells count: which columns were named, and which value counts as yes."""

    prediction: str
    label: str | None
    favourable: str | None
    score: str | None
    weighted: bool

    @classmethod
    def of(cls, decisions: Decisions) -> Meaning:
        """The meaning of cells counted for these decisions."""
        return cls(
            prediction=decisions.prediction,
            label=decisions.label,
            favourable=decisions.favourable,
            score=decisions.score,
            weighted=decisions.weight is not None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """How cells are to be written: the rule and its numbers.

    `order` is the most attributes combined in a published table (None: as many as do no harm to single attributes).
    `after` is the earlier file about the same people, with its SHA-256. `secret` seeds rounding and noise and keys the
    commitment to the source; whoever knows it can undo them.
    """

    rule: Literal["suppress", "round", "noise", "none"] = "suppress"
    least: int = 5
    order: int | None = None
    base: int = 5
    epsilon: float = 1.0
    secret: bytes | None = None
    after: tuple[CellsFile, str] | None = None


def check_same(meaning: Meaning, frame: Frame, theirs: Meaning, their_frame: Frame, what: str) -> None:
    """See that two sets of cells count the same things; `what` names the second.

    Raises:
        TableError: names the first difference.
    """
    for part in fields(Meaning):
        mine, other = getattr(meaning, part.name), getattr(theirs, part.name)
        if mine != other:
            raise TableError(
                f"The first cells and {what} differ in {part.name!r}: {mine!r} and {other!r}.",
                expected="cells that count the same thing everywhere",
                cure="Count again with the same columns and values; a query can rename them: select x as y, … from …",
            )
    if frame.attributes != their_frame.attributes:
        mine, other = ({_cut_words(part) for part in one.attributes} for one in (frame, their_frame))
        raise TableError(
            f"The first cells and {what} differ in their attributes: {_listed(mine - other)}; {_listed(other - mine)}.",
            expected="the same attributes with the same cuts",
            cure="Count again with the same --by and --cut.",
        )


def _cut_words(part: Attribute) -> str:
    return f"{part.name} ({', '.join(part.names())})" if part.edges else part.name


def _listed(names: AbstractSet[str]) -> str:
    return ", ".join(sorted(names)) or "nothing else"


def meaning_of(file: CellsFile) -> Meaning:
    """What the cells of a file count."""
    return Meaning(**{part.name: getattr(file, part.name) for part in fields(Meaning)})


def check_release(cells: Cells, meaning: Meaning, release: Release) -> None:
    """See that the rule goes with these cells.

    Raises:
        TableError: it does not, or it needs a secret.
    """
    if cells.cluster is not None:
        raise TableError(
            "Cells split by --cluster cannot travel: a cluster is a person, a household or a judge.",
            expected="cells of groups",
            cure="Leave --cluster out when saving cells.",
        )
    if release.rule in ("round", "noise") and meaning.weighted:
        raise TableError(
            f"Sums of weights cannot be written with the rule {release.rule!r}.",
            expected="--disclosure suppress or none",
            cure="Choose one of these.",
        )
    if release.rule in ("round", "noise") and release.secret is None:
        raise TableError(
            f"The rule {release.rule!r} needs a secret to draw from.",
            expected="--secret FILE, the same one each time, so that writing twice does not average the chance away",
            cure="Name a file; it is made if it does not exist. Keep it to yourself.",
        )
    if release.after is not None and release.rule != "suppress":
        raise TableError(
            "An earlier file is looked at by the rule 'suppress' only.",
            expected="--disclosure suppress",
            cure="Leave --after out.",
        )
