"""Privacy and security: what a model tells of the people and texts it learnt from.

    >>> from plumbrule.lab.families.privacy import membership, observe_membership
    >>> told = membership([0.9, 0.8, 0.95, 0.7] * 50, [0.2, 0.4, 0.3, 0.1] * 50, low_rates=[0.1])
    >>> told.members, told.others, round(told.area.value, 2)
    (200, 200, 1.0)
    >>> [one.id for one in observe_membership(told, inputs=())]
    ['membership_area:all', 'membership_advantage:all', 'membership_found:0.1', 'membership_alarms:0.1']

`membership` tells members of the training set from others; `attribute_inference` guesses a sensitive attribute with and
without the outputs; `extraction` looks for training texts in outputs; `read_avid` and `read_garak` pass on what others
reported, which nobody here has tested. Each has its `observe_…`.
"""

from plumbrule.lab.families.privacy.extraction import Extraction, extraction, observe_extraction
from plumbrule.lab.families.privacy.inference import Inference, attribute_inference, guess_advantage, observe_inference
from plumbrule.lab.families.privacy.membership import (
    Membership,
    membership,
    membership_from_table,
    membership_from_two,
    observe_membership,
)
from plumbrule.lab.families.privacy.reports import AvidReport, GarakReport, observe_avid, observe_garak, read_avid, read_garak
from plumbrule.lab.families.privacy.texts import PartedBy, texts_in

__all__ = [
    "AvidReport",
    "Extraction",
    "GarakReport",
    "Inference",
    "Membership",
    "PartedBy",
    "attribute_inference",
    "extraction",
    "guess_advantage",
    "membership",
    "membership_from_table",
    "membership_from_two",
    "observe_avid",
    "observe_extraction",
    "observe_garak",
    "observe_inference",
    "observe_membership",
    "read_avid",
    "read_garak",
    "texts_in",
]
