"""Records come from other registers and go to them, each time with a report of what did not map.

    bytes ─open→ entries ─table→ records      records ─table→ entries ─close→ bytes

The mappings are data: `maps/*.yaml`, one line for each field of the other side. What an import gives is declared by its source
and verified by nobody here. `read_outside` reads a file of strangers in a limited process; `read_file` is what runs inside.

    >>> card = b"# Bus times\\n\\n## Limits\\n\\nKnows no **night** buses.\\n\\n## Thanks\\n\\nTo all."
    >>> imported, report = read_file(card, Wanted(format="model-card", retrieved="2027-03-31"))
    >>> record = imported.records[0]
    >>> record.id, record.fields["limits"]["en"]
    ('card-bus-times', 'Knows no night buses.')
    >>> [(note.theirs, note.said()) for note in report.of("not-mapped")]
    [('sections.thanks', 'No field holds this.')]
    >>> content, report = write_file([record], "cyclonedx", names={})
    >>> report.entries, report.of("lacking")
    (1, ())
"""

from plumbrule_portal.systems.exchange.files import Imported, Wanted, read_file, write_file
from plumbrule_portal.systems.exchange.names import Organisation, slug
from plumbrule_portal.systems.exchange.outside import read_outside
from plumbrule_portal.systems.exchange.report import Note, Report
from plumbrule_portal.systems.exchange.sent import report_object
from plumbrule_portal.systems.exchange.table import Line, Table, fills, formats, map_words, required_by, table_of

__all__ = [
    "Imported",
    "Line",
    "Note",
    "Organisation",
    "Report",
    "Table",
    "Wanted",
    "fills",
    "formats",
    "map_words",
    "read_file",
    "read_outside",
    "report_object",
    "required_by",
    "slug",
    "table_of",
    "write_file",
]
