"""Statements: an in-toto Statement v1 about files by digest (github.com/in-toto/attestation, spec/v1).

Canonical JSON (RFC 8785) is used when a statement is made. Reading never re-encodes: the signature covers the bytes
that came, and they are read in one strict way.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass

import rfc8785

from plumbrule.evidence.predicates import Predicate, predicate_type, read_predicate
from plumbrule.evidence.reading import Json, check_json, plain_json, read_json, read_list, read_match, read_object, refuse
from plumbrule.evidence.tokens import DIGEST, TOKEN, WORDLESS

TYPE = "https://in-toto.io/Statement/v1"
MAX_STATEMENT = 48_000  # in base64, with its signatures, it stays below the 65,535 bytes of a log entry
MAX_SUBJECTS = 200
_SUBJECT_NAME = re.compile(r"[^\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]{1,255}")
_HERE = "new statement"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A file by name and SHA-256 (64 hex digits). Subjects of one statement have distinct names."""

    name: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A claim (the predicate) about subjects."""

    subjects: tuple[Subject, ...]
    predicate: Predicate

    @property
    def predicate_type(self) -> str:
        """The URN of the kind of claim."""
        return predicate_type(self.predicate)

    @property
    def carried(self) -> tuple[Subject, ...]:
        """The subjects whose files travel in the pack."""
        return tuple(subject for subject in self.subjects if subject.name in self.predicate.files)

    @property
    def elsewhere(self) -> tuple[Subject, ...]:
        """The subjects whose files are not in the pack, such as the data table."""
        return tuple(subject for subject in self.subjects if subject.name not in self.predicate.files)


def subject_of(name: str, content: bytes) -> Subject:
    """The subject for a file's content."""
    return Subject(name=name, sha256=hashlib.sha256(content).hexdigest())


def wordless_name(name: str, sha256: str) -> str:
    """How a statement names a file whose own name may hold words: as it is, if it is a token; else by its digest.

    >>> wordless_name("hmda-1990.csv", "ab" * 32)
    'hmda-1990.csv'
    >>> wordless_name("Complaint of Ms A.xlsx", "ab" * 32)
    'file-abababababababab.xlsx'
    """
    if TOKEN.fullmatch(name):
        return name
    suffix = name.rpartition(".")[2].lower()
    return f"file-{sha256[:16]}" + (f".{suffix}" if re.fullmatch("[a-z0-9]{1,8}", suffix) and "." in name else "")


def make_statement(subjects: Iterable[Subject], predicate: Predicate) -> Statement:
    """A statement, checked as a reader will check it. Subjects are put in the order of their names.

    Raises:
        UnreadableError: the predicate or a subject is not in its form; text where only a token may stand. Statements that
            were made elsewhere may name subjects in words; ours do not, because a name could hold a sentence about somebody.
    """
    subjects = tuple(subjects)
    for subject in subjects:
        read_match(subject.name, _HERE, "name", TOKEN, WORDLESS)
    statement = Statement(subjects=tuple(sorted(subjects, key=lambda subject: subject.name)), predicate=predicate)
    return parse_statement(write_statement(statement), _HERE)


def write_statement(statement: Statement) -> bytes:
    """The canonical bytes (RFC 8785) of a statement. Raises UnreadableError if a value is not JSON."""
    document: dict[str, Json] = {
        "_type": TYPE,
        "predicate": statement.predicate.to_json(),
        "predicateType": statement.predicate_type,
        "subject": [{"digest": {"sha256": subject.sha256}, "name": subject.name} for subject in statement.subjects],
    }
    check_json(document, _HERE)
    return rfc8785.dumps(plain_json(document))


def parse_statement(raw: bytes, what: str = "statement") -> Statement:
    """Read the bytes of a statement. Check the signature on these bytes first.

    Raises:
        UnreadableError: not in the form: another `_type`, a key twice, an unknown key, a digest that is not SHA-256.
    """
    fields = read_object(read_json(raw, what, MAX_STATEMENT), what, frozenset({"_type", "subject", "predicateType", "predicate"}))
    if fields["_type"] != TYPE:
        refuse(what, f"its _type is {str(fields['_type'])[:80]!r}", f"{TYPE}.")
    subjects = tuple(_subject(item, what) for item in read_list(fields["subject"], what, "subject", MAX_SUBJECTS))
    if not subjects or len({subject.name for subject in subjects}) != len(subjects):
        refuse(what, "it has no subject, or two of one name", "subjects with distinct names.")
    kind = fields["predicateType"]
    if not isinstance(kind, str):
        refuse(what, "predicateType is not text", "a URI.")
    predicate = read_predicate(kind, fields["predicate"], what)
    strangers = set(predicate.files) - {subject.name for subject in subjects}
    if strangers:
        refuse(what, f"'files' names {min(strangers)}, which is not a subject", "files that are subjects.")
    return Statement(subjects=subjects, predicate=predicate)


def _subject(item: object, what: str) -> Subject:
    fields = read_object(item, what, frozenset({"name", "digest"}))
    digest = read_object(fields["digest"], what, frozenset({"sha256"}))
    return Subject(
        name=read_match(fields["name"], what, "name", _SUBJECT_NAME, "a file name or URI, one line."),
        sha256=read_match(digest["sha256"], what, "sha256", DIGEST, "64 hex digits."),
    )
