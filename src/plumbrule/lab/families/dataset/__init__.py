"""Data set: who is in it, what is wrong with it, what it gives away.

    >>> import pathlib, tempfile
    >>> from plumbrule.lab import open_table
    >>> from plumbrule.lab.families.dataset import duplicates, observe_duplicates
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder) / "people.csv"
    ...     _ = path.write_text("name,born\\nAnna,1990\\nBek,1985\\nAnna,1990\\nChen,2001\\n", encoding="utf-8")
    ...     with open_table(path) as table:
    ...         found = duplicates(table, columns=["name", "born"])
    >>> found.repeats, found.rows, observe_duplicates(found, inputs=())[0].id
    (1, 4, 'duplicate_share:name&born')

`representation` holds the people against a reference population; `missing_by_group` and `labels_by_group` look at values
by group; `duplicates` and `leakage` at copies; `proxies` at how well other columns give a group away; `anonymity` and
`diversity` at who stands alone; `personal_data` at identifiers in columns and texts; `read_croissant` at licence and source;
`check_digests` at whether the files are the declared ones. Each has its `observe_…`.
"""

from plumbrule.lab.families.dataset.anonymity import (
    Anonymity,
    Diversity,
    anonymity,
    diversity,
    observe_anonymity,
    observe_diversity,
)
from plumbrule.lab.families.dataset.copies import Duplicates, Leakage, duplicates, leakage, observe_duplicates, observe_leakage
from plumbrule.lab.families.dataset.digests import FileDigest, check_digests, digests_of_croissant, observe_digests, read_digests
from plumbrule.lab.families.dataset.identifiers import Identifiers, load_identifiers
from plumbrule.lab.families.dataset.missing import ByGroup, labels_by_group, missing_by_group, observe_by_group
from plumbrule.lab.families.dataset.personal import PersonalData, observe_personal_data, personal_data
from plumbrule.lab.families.dataset.proxies import Proxies, Proxy, observe_proxies, proxies
from plumbrule.lab.families.dataset.published import published, reference_of
from plumbrule.lab.families.dataset.source import Croissant, observe_croissant, read_croissant
from plumbrule.lab.families.dataset.who import (
    Reference,
    Representation,
    Represented,
    Share,
    observe_representation,
    reference_from_counts,
    representation,
    size_from_error,
)

__all__ = [
    "Anonymity",
    "ByGroup",
    "Croissant",
    "Diversity",
    "Duplicates",
    "FileDigest",
    "Identifiers",
    "Leakage",
    "PersonalData",
    "Proxies",
    "Proxy",
    "Reference",
    "Representation",
    "Represented",
    "Share",
    "anonymity",
    "check_digests",
    "digests_of_croissant",
    "diversity",
    "duplicates",
    "labels_by_group",
    "leakage",
    "load_identifiers",
    "missing_by_group",
    "observe_anonymity",
    "observe_by_group",
    "observe_croissant",
    "observe_digests",
    "observe_diversity",
    "observe_duplicates",
    "observe_leakage",
    "observe_personal_data",
    "observe_proxies",
    "observe_representation",
    "personal_data",
    "proxies",
    "published",
    "read_croissant",
    "read_digests",
    "reference_from_counts",
    "reference_of",
    "representation",
    "size_from_error",
]
