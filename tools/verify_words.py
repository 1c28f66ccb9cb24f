"""Write the sentences of a check into verify.html in the languages of the core, which says the same on the command line.

    python tools/verify_words.py            write them anew; after a change of the page or of the core's catalogues

What the core has no sentence for stands in the page's own table of words.
"""

from __future__ import annotations

import json
import re
import sys

import words

PAGE = words.ROOT / "src" / "plumbrule_portal" / "systems" / "verifier" / "verify.html"
LANGUAGES = ("ar", "zh", "fr", "ru", "es")
_SENTENCE = re.compile(r'sentence\(("(?:[^"\\]|\\.)*")')
_OWN = re.compile(r'^  ("(?:[^"\\]|\\.)*"): \[', re.MULTILINE)
_TABLE = re.compile(r"(?<=const SENTENCES = \{\n).*?(?=\};\n)", re.DOTALL)


def written(page: str) -> str:
    """The page with the table as it should be. Raises KeyError: a sentence that the core does not say, or not in a language."""
    own = {json.loads(found) for found in _OWN.findall(_TABLE.sub("", page, count=1))}
    asked = dict.fromkeys(json.loads(found) for found in _SENTENCE.findall(page))
    rows = {text: [_said(text, language) for language in LANGUAGES] for text in asked if text not in own}
    table = "".join(f"  {_quoted(text)}: {_quoted(row)},\n" for text, row in rows.items())
    return _TABLE.sub(lambda _: table, page, count=1)


def _said(text: str, language: str) -> str:
    found = _catalogue(language).get(text)
    if found is None or not found.string:
        raise KeyError(f"{language}: {text}")
    return str(found.string)


def _catalogue(language: str) -> words.Catalog:
    code = next(one for one in words.languages() if one.split("_")[0] == language)
    return words.read(code)


def _quoted(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def main() -> int:
    """Write the page, or say what is missing."""
    page = PAGE.read_text("utf-8")
    try:
        PAGE.write_text(written(page), encoding="utf-8", newline="\n")
    except KeyError as error:
        print(f"{error.args[0]!r} is neither in the core's catalogue nor in the page's own table.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
