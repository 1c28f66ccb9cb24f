"""The forms that strings in a public statement may have: none of them can hold a sentence about anybody."""

from __future__ import annotations

import re

TOKEN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/~+%*=<>,-]{0,199}")
DIGEST = re.compile(r"[0-9a-f]{64}")
# The only form in which a statement may hold anything about a person (see salted.py).
SALTED = re.compile(r"salted:[0-9a-f]{64}")
# No name that Windows keeps for a device, and none of the pack's own files.
FILE_NAME = re.compile(
    r"(?!(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\.|$))(?!.*\.(?:dsse\.json|tlog-proof)$)[a-z0-9](?:[a-z0-9_-]|\.(?!\.)){0,98}[a-z0-9]"
)
DATE = re.compile(r"[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])")
CREATED = re.compile(r"[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z")
WORDLESS = "a token: ASCII letters, digits and the signs . _ : / ~ + % * = < > , - without spaces, at most 200"
MAX_FILES = 100
MAX_INDEX = 2**53 - 1
