"""Made by `python tools/record_schema.py` from maps/*.yaml, for the tools of gettext."""

from plumbrule_portal.systems.record.words import gettext_noop

WORDS = (
    gettext_noop("CycloneDX bill of materials for machine learning"),
    gettext_noop("A name space of components; a record has the name of an organisation instead."),
    gettext_noop("Only models are read."),
    gettext_noop("A name inside one file."),
    gettext_noop("A technical detail without a field of its own."),
    gettext_noop("A measured figure belongs in an assessment, with who measured it and how."),
    gettext_noop("Names and values of somebody's own have no fixed meaning here."),
    gettext_noop("Model card"),
    gettext_noop("It may name persons."),
    gettext_noop("Dutch algorithm register, short entries"),
    gettext_noop("The day on which a copy of the register first saw the entry. It says nothing about the system."),
    gettext_noop("Dutch publication standard 1.0, JSON Schema"),
    gettext_noop("Dutch publication standard 1.0"),
    gettext_noop("A name inside one file of the supplier; our own id is made from it."),
    gettext_noop("The standard 1.0 has no such field."),
    gettext_noop("British algorithmic transparency records"),
    gettext_noop("The offices that keep the register, the same in every entry; they do not answer for the system."),
)
"""Every message id, each once."""
