"""Keep the catalogues of the interface in step with the source.

    python tools/words.py update        find every message, bring each plumbrule.po up to date, compile plumbrule.mo
    python tools/words.py missing       list what is not translated yet, by language
    python tools/words.py pseudo DIR    write a pseudo-Arabic catalogue (ar-XA) to DIR, to look at right-to-left layout

People edit `src/plumbrule/base/locale/<language>/LC_MESSAGES/plumbrule.po`, then run `update` and commit both files.
"""

from __future__ import annotations

import io
import re
import sys
from functools import cache
from pathlib import Path

from babel.messages import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from catalogues import CENTRAL_ASIAN, mo_bytes, new_catalogue, po_bytes

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src"
LOCALES = SOURCE / "plumbrule" / "base" / "locale"
PAGES = (
    *(f"plumbrule/report/{part}" for part in ("views", "phrases", "terms", "templates", "dossier", "svg", "curve")),
    *("plumbrule/lab/", "plumbrule/findings/", "plumbrule/base/"),
)
"""Where what is said on those pages stands."""
KEYWORDS = dict.fromkeys(("message", "say", "text", "term", "sentence", "tell")) | dict.fromkeys(("many", "plural"), (1, 2))
"""The functions whose first argument (or first two, for plurals) is a message."""
MARKS = dict.fromkeys(("message", "sentence"))
"""The only ones that count in rooms that say nothing themselves; a `text` there may be anything."""
METHODS = [("**.py", "python"), ("**.j2", "jinja2.ext:babel_extract")]
HEADER = """# Wording of the Plumbrule interface. Language-Team says `draft: …` until a named person has
# reviewed it, and then `reviewed by: NAME`."""
_LATIN = dict(zip("abcdefghijklmnopqrstuvwxyz", "ابجدةفغهيژكلمنوپقرستعثصخطز", strict=True))
_PARTS = re.compile(r"\{\w+\}|[^{]+|\{")


def _only_marks(filename: str) -> bool:
    return Path(filename).as_posix().startswith(("plumbrule/lab/", "plumbrule/rulebook/"))


@cache
def messages() -> Catalog:
    """Every message in the source. Read once: the source does not change while a tool or a test runs."""
    found = _catalogue("en")
    options = {"**.j2": {"trim_blocks": "true", "lstrip_blocks": "true"}}
    extracted = extract_from_dir(SOURCE, method_map=METHODS, options_map=options, keywords=KEYWORDS)
    for filename, _, text, _, _ in extracted:
        # The children of the sandbox speak JSON to their parent; nothing they say is read by people.
        ours = filename.startswith("plumbrule/") and not filename.endswith("child.py")  # the portal has its own catalogues
        if text and text != ("", "") and ours and not _only_marks(filename):
            found.add(text, locations=[(Path(filename).as_posix(), 0)])
    for filename, _, text, _, _ in extract_from_dir(SOURCE, method_map=METHODS, options_map=options, keywords=MARKS):
        if text and _only_marks(filename):
            found.add(text, locations=[(Path(filename).as_posix(), 0)])
    return found


def read(language: str) -> Catalog:
    """The catalogue of a language as people edited it; empty when there is none yet."""
    path = LOCALES / language / "LC_MESSAGES" / "plumbrule.po"
    if not path.exists() or not path.stat().st_size:
        return _catalogue(language)
    return read_po(io.BytesIO(path.read_bytes()), locale=language)


def updated(language: str) -> Catalog:
    """The catalogue with today's messages: old ones gone, new ones empty, translations kept."""
    old, new = read(language), _catalogue(language)
    new.language_team = old.language_team
    for item in messages():
        if item.id:
            kept = old.get(item.id)
            new.add(item.id, kept.string if kept else "", locations=item.locations)
    return new


def missing(catalogue: Catalog) -> list[str]:
    """The messages of today that a catalogue should translate and does not."""
    found, whole = [], str(catalogue.locale) not in CENTRAL_ASIAN
    for item in messages():
        if item.id and (whole or any(place.startswith(PAGES) for place, _ in item.locations)):
            said = catalogue.get(item.id)
            strings = (said.string if isinstance(said.string, (list, tuple)) else (said.string,)) if said else ("",)
            if not all(strings):
                found.append(item.id if isinstance(item.id, str) else item.id[0])
    return found


def looks_arabic(text: str) -> str:
    """Each Latin letter as an Arabic one that stands in for it; slots stay. It means nothing: it shows the layout."""
    parts = _PARTS.findall(text)
    return "".join(
        part if part[0] == "{" and part[-1] == "}" else "".join(_LATIN.get(sign.lower(), sign) for sign in part) for part in parts
    )


def pseudo_arabic(folder: Path) -> None:
    """Write the catalogue `ar-XA` to `folder`. It is for tests and is never offered to a reader as Arabic."""
    catalogue = _catalogue("ar")
    for item in messages():
        if item.id:
            said = looks_arabic(item.id) if isinstance(item.id, str) else [looks_arabic(item.id[1])] * catalogue.num_plurals
            catalogue.add(item.id, said)
    target = folder / "ar_XA" / "LC_MESSAGES"
    target.mkdir(parents=True, exist_ok=True)
    (target / "plumbrule.mo").write_bytes(mo_bytes(catalogue))


def languages() -> list[str]:
    """The languages that have a catalogue."""
    return sorted(path.parents[1].name for path in LOCALES.glob("*/LC_MESSAGES/plumbrule.po"))


def _catalogue(language: str) -> Catalog:
    return new_catalogue(language, "Plumbrule", HEADER)


def main(arguments: list[str]) -> int:
    """Do what the first argument says."""
    if arguments == ["update"]:
        for language in languages():
            catalogue, folder = updated(language), LOCALES / language / "LC_MESSAGES"
            (folder / "plumbrule.po").write_bytes(po_bytes(catalogue))
            (folder / "plumbrule.mo").write_bytes(mo_bytes(catalogue))
            print(f"{language}: {len(catalogue)} messages, {len(missing(catalogue))} not translated")
        return 0
    if arguments == ["missing"]:
        for language in languages():
            for text in missing(read(language)):
                print(f"{language}: {text}")
        return 0
    if len(arguments) == 2 and arguments[0] == "pseudo":
        pseudo_arabic(Path(arguments[1]))
        return 0
    print(__doc__)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
