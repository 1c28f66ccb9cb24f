"""The ground floor: what every room may stand on, with no opinions of its own.

`observation` holds the values that a measurement gives; `languages` and `words` say things in several languages;
`files` writes whole or not at all; `sandbox` runs the parsers of hostile files under limits.

    >>> from plumbrule.base import direction
    >>> direction("ar")
    'rtl'
"""

from plumbrule.base.languages import UN_LANGUAGES, Wording, direction
from plumbrule.base.observation import Estimate, Group, Known, Observation, Stated, Unknown

__all__ = [
    "UN_LANGUAGES",
    "Estimate",
    "Group",
    "Known",
    "Observation",
    "Stated",
    "Unknown",
    "Wording",
    "direction",
]
