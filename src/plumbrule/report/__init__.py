"""Say what was found: to a person as a page or in a terminal, to a machine as JSON.

`render_dossier` makes one self-contained HTML page, `render_findings` and `finding_views` parts of it for pages of somebody
else's, `assessment_json` canonical JSON with a published schema, `print_findings` and `print_audit` readable tables of 80
columns. This room judges nothing and measures nothing.

>>> from plumbrule.errors import UnreadableError
>>> from plumbrule.report import read_assessment
>>> try:
...     read_assessment(b"[]")
... except UnreadableError as refused:
...     print(refused.got)
The assessment is not a JSON object.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from plumbrule.base.late import late_door

if TYPE_CHECKING:
    from plumbrule.report.audit import NO_DECISION, NO_LABEL, audit_object
    from plumbrule.report.dossier import finding_views, render_dossier, render_findings
    from plumbrule.report.explored import explored_object, notices_object, uncertainty_object
    from plumbrule.report.fineness import notes_object
    from plumbrule.report.machine import SCHEMA, assessment_json, assessment_schema, read_assessment
    from plumbrule.report.outcomes import classes_object, numbers_object, scores_object
    from plumbrule.report.plan import print_plan
    from plumbrule.report.terminal import print_audit, print_findings

__all__ = [
    "NO_DECISION",
    "NO_LABEL",
    "SCHEMA",
    "assessment_json",
    "assessment_schema",
    "audit_object",
    "classes_object",
    "explored_object",
    "finding_views",
    "notes_object",
    "notices_object",
    "numbers_object",
    "print_audit",
    "print_findings",
    "print_plan",
    "read_assessment",
    "render_dossier",
    "render_findings",
    "scores_object",
    "uncertainty_object",
]

__getattr__ = late_door(
    __name__,
    {
        "audit": ("NO_DECISION", "NO_LABEL", "audit_object"),
        "dossier": ("finding_views", "render_dossier", "render_findings"),
        "explored": ("explored_object", "notices_object", "uncertainty_object"),
        "fineness": ("notes_object",),
        "machine": ("SCHEMA", "assessment_json", "assessment_schema", "read_assessment"),
        "outcomes": ("classes_object", "numbers_object", "scores_object"),
        "plan": ("print_plan",),
        "terminal": ("print_audit", "print_findings"),
    },
)
