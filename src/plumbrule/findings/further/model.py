"""The model that a plan names: from `[predictor]` to scores of the plan's rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from plumbrule import lab
from plumbrule.base.observation import Observation, Stated
from plumbrule.errors import AssessmentError
from plumbrule.findings.further.files import asked_by
from plumbrule.findings.further.look import Look, Ran
from plumbrule.findings.model import Material
from plumbrule.findings.plan import Plan
from plumbrule.findings.planned.predictor import PlannedPredictor
from plumbrule.lab.families.robustness import Baseline, look
from plumbrule.lab.predictors.predictor import Inputs, Limits, open_predictor, read_inputs
from plumbrule.lab.predictors.remembered import Remembered

KEY = "[predictor]"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Model:
    """A model under test: `base` holds it, the rows it is tested on and its scores for them.

    `inputs` are the digests of the table and, where there is one, of the model's file, which is then `material`.
    """

    asked: PlannedPredictor
    base: Baseline
    inputs: tuple[str, ...]
    material: Material | None

    def told(self, plan: Plan, key: str) -> Ran:
        """Which model was tested, by examination: its name and version, and its file by digest.

        Said once, by the first of the tests that ask it; `key` is the one that asks now.
        """
        if key != ("[robustness]" if plan.robustness else "[explanation]"):
            return Ran()
        name = self.material.name if self.material else self.asked.model
        fact = Observation(
            id="model_tested",
            means="examination",
            metric="model_tested",
            measure="fact",
            estimate=Stated(
                holds=True,
                text=f"{name}, {self.asked.version}" if self.asked.version else name,
                stated_by="assessment.toml",
                source=f"sha256 {self.material.sha256}" if self.material else "",
            ),
            group={},
            family="declared",
            inputs=self.inputs,
        )
        return Ran(observations=(fact,), materials=(self.material,) if self.material else ())


@contextmanager
def opened(look_at: Look, key: str) -> Iterator[Model]:
    """The model of the plan, asked about the rows as they are, for the length of the block.

    Raises:
        InputError: it cannot be loaded, or throws, hangs or answers nonsense; the message names the row.
    """
    asked = look_at.plan.predictor
    if asked is None:
        raise AssessmentError(
            f"{key} names no model.", expected="[predictor] with model and columns", cure="Add it; see docs/reference/plan.md."
        )
    _check_name(asked)
    table, decisions = look_at.need_table(KEY)
    _check_rows(decisions, key)
    limits = Limits(seconds=asked.seconds, start_seconds=asked.start_seconds, batch=asked.batch, megabytes=asked.megabytes)
    with (
        asked_by(KEY),
        open_predictor(
            asked.model,
            columns=asked.columns,
            output=asked.output,
            favourable=asked.favourable,
            trusted=asked.trusted,
            folder=look_at.folder.resolve(),
            limits=limits,
        ) as predictor,
    ):
        rows = rows_of(asked, look_at)
        digest = predictor.sha256
        told = Remembered(predictor, look_at.answers) if look_at.plan.check else predictor
        yield Model(
            asked=asked,
            base=look(told, rows, threshold=asked.threshold),
            inputs=(table.sha256, digest) if digest else (table.sha256,),
            material=Material(name=predictor.name, sha256=digest) if digest else None,
        )


def rows_of(asked: PlannedPredictor, look_at: Look, also: Sequence[int] = ()) -> Inputs:
    """The rows that the model is asked about, with the groups of the plan and its label; those in `also` in any case.

    Raises:
        TableError: a column is not there or empty, or there is no such row.
    """
    table, decisions = look_at.need_table(KEY)
    return read_inputs(
        table,
        asked.columns,
        by=decisions.by,
        label=decisions.label,
        favourable=decisions.favourable,
        words=asked.words,
        most=asked.rows,
        seed=asked.seed,
        also=also,
    )


def _check_rows(decisions: lab.Decisions, key: str) -> None:
    """Each row is asked about alone and counts once."""
    for part in ("count", "cluster"):
        if getattr(decisions, part):
            raise AssessmentError(
                f"{key} takes each row for a person of its own; this plan names decisions.{part}.",
                expected="one row a person",
                cure="Test the model in a plan of its own, over a table with one row a person.",
            )


def _check_name(asked: PlannedPredictor) -> None:
    """No keys in a plan, which is published; and what has no file to digest is named with its version.

    Otherwise nobody could say later what was tested.
    """
    if "?" in asked.model:
        raise AssessmentError(
            f"{KEY} names an address with a question mark.",
            expected="an address without one: what follows it may be a key, and a plan is published with what it led to",
            cure="Put a small service without a key in front of it, on this machine.",
        )
    if not asked.version and not asked.model.lower().endswith((".onnx", ".skops")):
        raise AssessmentError(
            f"{KEY} names {asked.model!r}, of which there is no digest, and no version.",
            expected='version = "…" for a function or a service',
            cure="Say which version is tested: a release, a commit, a date.",
        )
