"""Why a pack was refused, in words: by the check that it did not pass. The checks themselves tell in English what they met."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

REFUSED = {
    "form": _("This is no pack as Plumbrule writes it. Hand it in as it was made."),
    "signature": _("A signature does not fit what was signed. Hand the pack in as it was made."),
    "key": _("No key that signed it counts in this register today. The assessor asks its stewards."),
    "log": _("The log of the assessor is not on record in this register. The assessor asks its stewards."),
    "proof": _("It is not shown that the assessment stands in the log of the assessor. Hand the pack in as it was made."),
    "schema": _("The file of the assessment says something else than what was signed. Hand the pack in as it was made."),
    "system": _("The system is not in this register."),
    "version": _("It is about another version of the system than the record names."),
    "new": _("This assessment is published here already."),
}
"""By the name of the check (`pipeline.arrival.Reason`)."""
