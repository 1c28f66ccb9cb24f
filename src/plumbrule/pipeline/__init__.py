"""The one place that knows every room: a rule on one side, facts on the other, a signed finding where they meet.

    plan ─→ (signed into the log) ─→ table read ─→ observations ─→ findings ─→ dossier ─→ statement ─→ log ─→ pack

`audit` measures and shows; `assess` judges what a plan declared; `declare` signs the plan before the data are read.

>>> from plumbrule.pipeline import exit_code
>>> exit_code(())
3
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from plumbrule.base.late import late_door

if TYPE_CHECKING:
    from plumbrule.pipeline.assessments import PLAN_FILE, Assessed, Recorder, assess, check_plan, declare, exit_code
    from plumbrule.pipeline.audits import DEFAULT_PROFILE, audit, default_tolerances

__all__ = [
    "DEFAULT_PROFILE",
    "PLAN_FILE",
    "Assessed",
    "Recorder",
    "assess",
    "audit",
    "check_plan",
    "declare",
    "default_tolerances",
    "exit_code",
]

__getattr__ = late_door(
    __name__,
    {
        "assessments": ("PLAN_FILE", "Assessed", "Recorder", "assess", "check_plan", "declare", "exit_code"),
        "audits": ("DEFAULT_PROFILE", "audit", "default_tolerances"),
    },
)
