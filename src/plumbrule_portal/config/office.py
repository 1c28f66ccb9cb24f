"""What an office decides about its portal: `portal.toml` in the node's folder.

name = "Register of AI systems"            languages = ["en", "ar"]        hosts = ["register.example.org"]
licence = "CC-BY-4.0"                      reply_days = 14                 alone = false
"""

from __future__ import annotations

import json
import re
import secrets
import tomllib
from dataclasses import dataclass, fields, replace
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from plumbrule.base.files import write_file_aside
from plumbrule.errors import InputError, UnreadableError

FILE, SECRET = "portal.toml", "portal.secret"
UNNAMED = "Register of AI systems"
"""What a register is called, in the reader's language, whose office gave it no name of its own."""
LANGUAGES = ("ar", "zh", "en", "fr", "ru", "es", "kk", "ky", "tg", "tk", "uz", "uz-Cyrl")
LONGEST_KEPT = 36_500
_MAIL = re.compile(r"[^@\s<>]+@[^@\s<>]+")
_HOST = re.compile(r"[a-z0-9.-]{1,253}|\[[0-9a-f:]+\]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """What an office decides.

    Args:
        name: the site's name, as the office writes it.
        operator: who runs it, with an address for letters; shown on the page about the register.
        address: where the site is reached from outside, with its scheme; links in mails and feeds begin with it.
        hosts: the host names that it answers to, besides this machine's own.
        languages: the languages offered, the first of them when a reader's wish is not among them.
        licence: SPDX identifier of the licence under which the register's data are published.
        reply_days: how many days an assessed party has to answer before a finding about it is published.
        alone: true if one person may publish without a second; said in public.
        agreeing: ids of organisations elsewhere whose key on record here counts as the second person.
        security_contact: where to report a weakness, as `mailto:` or `https:` address; shown in /.well-known/security.txt.
        mail_host: the mail server; without one every letter is printed. Its password comes from PLUMBRULE_MAIL_PASSWORD.
        mail_port: its port; 587 asks for TLS, 465 begins with it, 25 does without.
        mail_user: the name to sign in there with, if it asks.
        mail_from: the sender's address.
        keep_refused_days: how long it is kept that a pack was refused, and why.
        keep_unpublished_days: how long proposals are kept that were sent back or taken back.
        keep_letters_days: how long letters are kept that were sent or posted; at least 60.
        keep_links_days: how long used and expired invitations are kept.
        secure: true where visitors come over TLS, which everything but this machine itself should.
    """

    name: str = UNNAMED
    operator: str = ""
    address: str = "http://127.0.0.1:8000"
    hosts: tuple[str, ...] = ()
    languages: tuple[str, ...] = LANGUAGES
    licence: str = "CC-BY-4.0"
    reply_days: int = 14
    alone: bool = False
    agreeing: tuple[str, ...] = ()
    security_contact: str = ""
    mail_host: str = ""
    mail_port: int = 587
    mail_user: str = ""
    mail_from: str = ""
    keep_refused_days: int = 30
    keep_unpublished_days: int = 730
    keep_letters_days: int = 365
    keep_links_days: int = 90
    secure: bool = False

    @property
    def is_unnamed(self) -> bool:
        """Whether the office gave the register no name of its own."""
        return self.name == UNNAMED

    def text(self) -> str:
        """The file. A JSON string or list in ASCII is one of TOML, too."""
        return "".join(f"{field.name} = {json.dumps(getattr(self, field.name))}\n" for field in fields(self))


def read_office(directory: Path) -> Office:
    """What `portal.toml` of a node says; the usual values where there is none. Raises UnreadableError."""
    path = directory / FILE
    try:
        found = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return Office()
    except (OSError, ValueError) as error:
        raise UnreadableError(f"{path} cannot be read: {error}.", expected="a TOML file.", cure="mend it.") from None
    try:
        office = TypeAdapter(Office).validate_python(found)
    except ValidationError as error:
        first = error.errors()[0]
        raise InputError(
            f"{path}: {'.'.join(map(str, first['loc']))}: {first['msg']}.",
            expected=f"the keys {', '.join(field.name for field in fields(Office))}.",
            cure="mend that line.",
        ) from None
    written = {code.lower(): code for code in LANGUAGES}
    office = replace(office, languages=tuple(written.get(code.lower(), code) for code in office.languages))
    return _checked(office, path, set(found))


def _checked(office: Office, path: Path, keys: set[str]) -> Office:
    strangers = keys - {field.name for field in fields(Office)} | set(office.languages) - set(LANGUAGES)
    if office.security_contact and not office.security_contact.startswith(("mailto:", "https://")):
        strangers.add("security_contact")
    strangers |= {host for host in office.hosts if not _HOST.fullmatch(host)}
    if office.mail_host and not _MAIL.fullmatch(office.mail_from):
        raise InputError(
            f"{path}: mail_from is {office.mail_from[:80]!r}.",
            expected="the sender's address, like register@ministry.example, wherever there is a mail_host.",
            cure="mend that line.",
        )
    _check_keeping(office, path)
    if strangers or not office.languages or not 0 <= office.reply_days <= 365:
        raise InputError(
            f"{path}: {min(strangers, default='languages or reply_days')} is not known here.",
            expected=f"keys of this file; languages among {', '.join(LANGUAGES)}; reply_days from 0 to 365.",
            cure="mend that line.",
        )
    return office


def _check_keeping(office: Office, path: Path) -> None:
    """Letters of the last thirty days are looked up to know what was written already: forgotten too early, they go out twice."""
    least = {"keep_refused_days": 1, "keep_unpublished_days": 1, "keep_letters_days": 60, "keep_links_days": 1}
    for name, days in least.items():
        if not days <= getattr(office, name) <= LONGEST_KEPT:
            raise InputError(
                f"{path}: {name} is {getattr(office, name)}.", expected=f"{days} to {LONGEST_KEPT} days.", cure="mend that line."
            )


def read_secret(directory: Path) -> str:
    """The key with which sessions and one-time links are signed; made with the first start, for this machine only."""
    path = directory / "keys" / SECRET
    if not path.exists():
        write_file_aside(path, secrets.token_urlsafe(64).encode(), mode=0o600)
    return path.read_text("ascii")
