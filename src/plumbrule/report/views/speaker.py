"""Say things in HTML, in one language: every value isolated, every fallback marked with its own language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup, escape

from plumbrule.base.languages import Wording, direction
from plumbrule.base.messages import message
from plumbrule.base.observation import Group
from plumbrule.base.words import Words, fill


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table: what it shows, its columns, its rows, and what holds for all of them.

    The first cell of a row names the row.
    """

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Speaker:
    """The words of one reader, for HTML. What it returns is safe markup; what it is given need not be."""

    words: Words

    def say(self, text: str, /, **values: object) -> Markup:
        """The message, its values isolated with `<bdi>`."""
        return _filled(self.words.text(text), values)

    def many(self, one: str, other: str, n: int, /, **values: object) -> Markup:
        """Like `say`, in the plural form for `n`."""
        return _filled(self.words.plural(one, other, n), {"n": self.words.whole(n), **values})

    def wording(self, wording: Wording) -> Markup:
        """One of our wordings, in the language asked for, else English; marked when it is not the page's language."""
        text, language = wording.said(self.words.asked)
        if language == self.words.language:
            return escape(text)
        return foreign(text, language)

    def unreviewed(self, wording: Wording) -> bool:
        """Whether no named person reviewed the text that `wording` shows."""
        return wording.said(self.words.asked)[1] not in wording.reviewed_by

    def called(self, names: Mapping[str, str], id_: str) -> Markup:
        """What an id is called; the id itself, in words and marked as English, where it has no name yet."""
        return self.term(names.get(id_, id_.replace("_", " ").replace("-", " ")))

    def term(self, text: str) -> Markup:
        """A message id met at run time; marked as English where this catalogue does not hold it."""
        said = self.words.text(text)
        if said == text and self.words.language != "en" and text:
            return foreign(text, "en")
        return escape(said)

    def group(self, group: Group, *, names: bool = False) -> Markup:
        """Who is looked at, in the table's own words: `black`, or with `names` `race: black`."""
        if not group:
            return self.say(message("everybody"))
        if all(value is None for value in group.values()) and not names:
            return self.say(message("unknown"))
        parts = [self._value(name, value, names=names or value is None) for name, value in group.items()]
        return Markup(", ").join(parts)

    def attributes(self, group: Group) -> Markup:
        """The names of the attributes of a group: `race`, `race × sex`."""
        return Markup(" × ").join(Markup("<bdi>{}</bdi>").format(name) for name in group)

    def listing(self, items: tuple[str, ...]) -> Markup:
        """Names in a row."""
        return Markup(", ").join(Markup("<bdi>{}</bdi>").format(item) for item in items)

    def _value(self, name: str, value: str | None, *, names: bool) -> Markup:
        said = self.say(message("unknown")) if value is None else Markup("<bdi>{}</bdi>").format(value)
        return Markup("<bdi>{}</bdi>: {}").format(name, said) if names else said


def plain(markup: str) -> str:
    """The words of a piece of markup, for the text inside a picture."""
    return Markup(markup).striptags()  # noqa: S704  nothing of it stays markup


def foreign(text: str, language: str) -> Markup:
    """A text in another language than the page's, marked as such."""
    return Markup('<span lang="{}" dir="{}">{}</span>').format(language, direction(language), text)


def _filled(template: str, values: dict[str, object]) -> Markup:
    """A template with its values in place. Both are escaped: a translation brings words, never tags."""
    filled = fill(str(escape(template)), values, lambda value: f"<bdi>{escape(value)}</bdi>")
    return Markup(filled)  # noqa: S704  both parts were escaped in the line above
