"""Keep the portal's catalogues in step with its source.

    python tools/portal_words.py update             find every message, bring each django.po up to date, compile django.mo
    python tools/portal_words.py missing [LANG]     list what is not translated yet, by language
    python tools/portal_words.py fill LANG FILE     take translations from a JSON file: {message: translation or list of plurals}

People edit `src/plumbrule_portal/locale/<language>/LC_MESSAGES/django.po`, then run `update` and commit both files.
"""

from __future__ import annotations

import io
import json
import os
import sys
from functools import cache
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "plumbrule_portal.config.settings")

from babel.messages import Catalog, Message
from babel.messages.extract import extract_python
from babel.messages.pofile import read_po
from catalogues import mo_bytes, new_catalogue, po_bytes
from django.utils.translation.template import templatize

from plumbrule_portal.systems.record import form_names, read_form

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "plumbrule_portal"
LOCALES = SOURCE / "locale"
LANGUAGES = ("ar", "es", "fr", "kk", "ky", "ru", "tg", "tk", "uz", "uz_Cyrl", "zh_Hans")
WHOLE = ("ar", "es", "fr", "ru", "zh_Hans")
"""The languages in which every page is spoken; the others have the public pages."""
PUBLIC = (
    "django",
    "ui/",
    "pages/",
    "systems/",
    "ledger/templates/ledger/entry",
    "ledger/templates/ledger/keys",
    "accounts/templates/accounts/sign_in",
)
DESK = (
    "pages/templates/pages/tokens",
    "pages/api",
    "systems/drafts/",
    "systems/grading/",
    "systems/purchases/",
    "systems/exchange/",
    "systems/importing",
    "systems/submissions/",
    "systems/record/kinds",
    "systems/record/values",
    "systems/labels/",
    "systems/naming",
    "systems/organisations/actions",
    "systems/organisations/forms",
    "systems/organisations/views_desk",
    "systems/templates/systems/drafts/",
    "systems/templates/systems/grading/",
    "systems/templates/systems/organisations/mine",
    "systems/templates/systems/organisations/none",
    "systems/templates/systems/organisations/write",
    "systems/templates/systems/purchases/",
    "systems/templates/systems/waiting",
    "systems/templates/systems/answer.html",
)
"""Where a message of a public page may stand, and what of that only people with an account meet."""
OPEN = (
    "systems/exchange/crossing",
    "systems/exchange/labels",
    "systems/labels/views",
    "systems/purchases/views_public",
    "systems/templates/systems/purchases/cell",
    "systems/templates/systems/purchases/decision",
)
"""What of those files the public meets all the same."""
SIGN_IN = ("E-mail address", "Password", "Address and password do not fit. Check both, and whether capital letters are on.")
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
FROM_DJANGO = (
    "%s KB",
    "%s MB",
    "This field is required.",
    "Enter a valid email address.",
    "Enter a valid URL.",
    "Enter a valid date.",
    "Enter a whole number.",
    "Select a valid choice. %(value)s is not one of the available choices.",
    "Select a valid choice. That choice is not one of the available choices.",
    "The submitted file is empty.",
    "No file was submitted. Check the encoding type on the form.",
    "This password is too common.",
)
"""What Django's own forms say; some of our languages have no translation of it there."""


@cache
def messages() -> Catalog:
    """Every message in the source."""
    found = _catalogue("en")
    for path in sorted(SOURCE.rglob("*.py")):
        if "migrations" not in path.parts:
            _add(found, path, path.read_text("utf-8"))
    for path in sorted(SOURCE.rglob("templates/**/*.*")):
        _add(found, path, _as_python(path))
    for text in FROM_DJANGO:
        found.add(text, locations=[("django", 0)])
    too_short = "This password is too short. It must contain at least %d character."
    found.add((too_short, f"{too_short[:-1]}s."), locations=[("django", 0)])
    found.add(("%(size)d byte", "%(size)d bytes"), locations=[("django", 0)])
    return found


def _as_python(path: Path) -> str:
    """A template as the calls of gettext in it: Django's own reading."""
    return templatize(path.read_text("utf-8"), origin=str(path))


def _add(catalogue: Catalog, path: Path, source: str) -> None:
    place = path.relative_to(SOURCE).as_posix()
    for _, function, texts, _ in extract_python(io.BytesIO(source.encode()), KEYWORDS, [], {}):
        given = [text for text in (texts if isinstance(texts, tuple) else (texts,)) if isinstance(text, str)]
        context = given.pop(0) if function in {"pgettext", "pgettext_lazy", "npgettext"} and given else None
        if given and given[0]:
            plural = function in {"ngettext", "ngettext_lazy", "npgettext"} and len(given) > 1
            catalogue.add(tuple(given[:2]) if plural else given[0], locations=[(place, 0)], context=context)


def read(language: str) -> Catalog:
    """The catalogue of a language as people edited it; empty when there is none yet."""
    path = LOCALES / language / "LC_MESSAGES" / "django.po"
    if not path.exists():
        return _catalogue(language)
    return read_po(io.BytesIO(path.read_bytes()), locale=language)


def updated(language: str, more: dict[str, str | list[str]] | None = None) -> Catalog:
    """The catalogue with today's messages: old ones gone, new ones empty, translations kept or taken from `more`."""
    old, new = read(language), _catalogue(language)
    new.language_team = old.language_team
    for item in messages():
        if item.id:
            kept = old.get(item.id, item.context)
            first = item.id if isinstance(item.id, str) else item.id[0]
            given = (more or {}).get(f"{item.context}\x04{first}" if item.context else first) or (more or {}).get(first)
            said = given or (kept.string if kept else "")
            if isinstance(item.id, tuple):
                forms = [said] * new.num_plurals if isinstance(said, str) else list(said)
                said = tuple((forms + [forms[-1]] * new.num_plurals)[: new.num_plurals])
            new.add(item.id, said, locations=item.locations, context=item.context, flags=item.flags)
    return new


def missing(language: str) -> list[str]:
    """The messages of today that the catalogue of a language should translate and does not: all, or those of public pages."""
    catalogue, found = read(language), []
    for item in messages():
        if item.id and (language in WHOLE or is_public(item)):
            said = catalogue.get(item.id, item.context)
            strings = (said.string if isinstance(said.string, list | tuple) else (said.string,)) if said else ("",)
            if not all(strings):
                found.append(item.id if isinstance(item.id, str) else item.id[0])
    return found


def is_public(item: Message) -> bool:
    """Whether somebody without an account can meet the message."""
    places = [place for place, _ in item.locations]
    among = any(place.startswith(OPEN) or (place.startswith(PUBLIC) and not place.startswith(DESK)) for place in places)
    return item.id in SIGN_IN or (among and item.id not in helps())


@cache
def helps() -> frozenset[str]:
    """What a form says to whoever fills it in; its labels stand on public pages."""
    return frozenset(one.help for name in form_names() for one in read_form(name).fields)


def write(language: str, catalogue: Catalog) -> None:
    """Write django.po and django.mo."""
    folder = LOCALES / language / "LC_MESSAGES"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "django.po").write_bytes(po_bytes(catalogue))
    (folder / "django.mo").write_bytes(mo_bytes(catalogue))


def _catalogue(language: str) -> Catalog:
    header = "# Wording of the portal. Language-Team says `draft: …` until a named person has reviewed it."
    return new_catalogue(language, "Plumbrule portal", header)


def main(arguments: list[str]) -> int:
    """Do what the first argument says."""
    match arguments:
        case ["update"]:
            for language in LANGUAGES:
                write(language, updated(language))
                print(f"{language}: {len(missing(language))} of {len(messages())} not translated")
        case ["missing", *chosen]:
            for language in chosen or LANGUAGES:
                for text in missing(language):
                    print(f"{language}: {json.dumps(text, ensure_ascii=False)}")
        case ["fill", language, file]:
            write(language, updated(language, json.loads(Path(file).read_text("utf-8"))))
            print(f"{language}: {len(missing(language))} not translated")
        case _:
            print(__doc__)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
