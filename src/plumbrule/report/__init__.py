"""Say what was found: to a person as a page or in a terminal, to a machine as JSON.

`render_dossier` makes one self-contained HTML page, `assessment_json` canonical JSON with a published schema,
`print_findings` and `print_audit` readable tables of 80 columns. This room judges nothing and measures nothing.

>>> from plumbrule.report import read_assessment
>>> read_assessment(b"[]")
Traceback (most recent call last):
    ...
plumbrule.errors.UnreadableError: The assessment is not a JSON object. Expected: an assessment.json Cure: Take the file again from the one who published it; do not edit it.
"""

from plumbrule.report.audit import NO_DECISION, NO_LABEL, audit_object
from plumbrule.report.dossier import render_dossier
from plumbrule.report.machine import SCHEMA, assessment_json, assessment_schema, read_assessment
from plumbrule.report.terminal import print_audit, print_findings

__all__ = [
    "NO_DECISION",
    "NO_LABEL",
    "SCHEMA",
    "assessment_json",
    "assessment_schema",
    "audit_object",
    "print_audit",
    "print_findings",
    "read_assessment",
    "render_dossier",
]
