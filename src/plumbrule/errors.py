"""Every error that Plumbrule raises on purpose.

    PlumbruleError                 carries: got, expected, cure
    ├── InputError                 exit 2   something handed in could not be used
    │   ├── TableError                      the decision table: columns, values, encoding, a file cut off
    │   ├── AssessmentError                 assessment.toml
    │   ├── RulebookError                   a YAML file of the rulebook
    │   ├── LimitError                      a file that takes more time, memory or room to read than allowed, or breaks its reader
    │   ├── OutputError                     the output folder exists, is not ours, cannot be written
    │   ├── KeyFileError                    a key file: missing, readable by others, wrong kind
    │   └── UnreadableError                 a pack, policy, trust file or log that is not in its format
    └── VerificationError          exit 1   it could be read, and it does not hold

Only the command line turns an error into an exit code. No error carries a secret or a person's data.
"""

from __future__ import annotations


class PlumbruleError(Exception):
    """What we got, what we expected, how to mend it.

    Args:
        got: what was handed in, in one sentence.
        expected: what would have been right.
        cure: what the reader can do now.
    """

    exit_code = 2

    def __init__(self, got: str, *, expected: str = "", cure: str = "") -> None:
        super().__init__(got)
        self.got, self.expected, self.cure = got, expected, cure

    def __str__(self) -> str:
        return " ".join(
            part
            for part in (self.got, self.expected and f"Expected: {self.expected}", self.cure and f"Cure: {self.cure}")
            if part
        )


class InputError(PlumbruleError):
    """Something handed in could not be used."""


class TableError(InputError):
    """The decision table cannot be read or does not hold what was asked for."""


class AssessmentError(InputError):
    """The assessment file is not what it should be."""


class RulebookError(InputError):
    """A data file of the rulebook is not in its form."""


class LimitError(InputError):
    """A file takes more time, memory or room to read than allowed, or breaks its reader."""


class OutputError(InputError):
    """The output cannot be written without losing or mixing something."""


class KeyFileError(InputError):
    """A key file is missing, open to others, or of the wrong kind."""


class UnreadableError(InputError):
    """A pack, policy, trust file or log is not in its format."""


class VerificationError(PlumbruleError):
    """It could be read, and it does not hold."""

    exit_code = 1
