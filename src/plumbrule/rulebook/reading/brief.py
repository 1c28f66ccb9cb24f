"""The form of a policy brief: lettered sections with objectives, and actions under those who should act; annexes, figures."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from plumbrule.rulebook.reading.formulas import Formulas, any_of
from plumbrule.rulebook.reading.furniture import ADDRESS, Furniture
from plumbrule.rulebook.reading.layout import Found, Layout
from plumbrule.rulebook.reading.lines import Line, Sheet
from plumbrule.rulebook.reading.model import Span

_SECTION = re.compile(r"([a-z])[.．、] ?(?=\S)")
_BULLET = re.compile(r"[•●▪◦∙·‣]\s?")
_SECOND = re.compile(r"[»>›–○]\s?")
_COLON = re.compile(r"[:：]$")
_SENTENCE = re.compile(r"[。；：;:！？!]|[.](?:\s|$)|[，,、]$")
_LONGEST_HEADING = 32
_RUNNING = re.compile(r"^(\D.{7,}?)\s?\d{1,3}$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cues:
    """Patterns of a brief in one language."""

    objectives: re.Pattern[str]
    actions: re.Pattern[str]
    should: re.Pattern[str]
    annex: re.Pattern[str]
    figure: re.Pattern[str]
    vision: re.Pattern[str]

    @classmethod
    def of(cls, words: Formulas) -> Cues:
        """From the formulas of a language."""
        number = r"\s?(?:[一二三四五六七八九十]{1,3}|\d{1,2}|[ivx]{1,4})"
        return cls(
            objectives=re.compile(rf".{{0,20}}{any_of(words.objectives)}\W{{0,3}}$"),
            actions=re.compile(rf".{{0,30}}{any_of(words.actions)}\W{{0,3}}$"),
            should=re.compile(rf"(?=.{{2,60}}$)[^。；;.]*{any_of([words.should])}\s?[:：]$"),
            annex=re.compile(rf"{any_of(words.annex)}(?P<number>{number})?\s?(?:[:：].{{0,60}})?$"),
            figure=re.compile(rf"{any_of(words.figure)}{number}$"),
            vision=re.compile(rf".{{0,20}}{any_of(words.vision)}.{{0,20}}[?？]$"),
        )


def is_brief(sheet: Sheet) -> bool:
    """Whether objectives and actions are announced by their formulas."""
    cues = Cues.of(sheet.formulas)
    return any(cues.objectives.match(line.key) for line in sheet.lines) and any(
        cues.actions.match(line.key) or cues.should.match(line.key) for line in sheet.lines
    )


def running_title(sheet: Sheet) -> tuple[str, int] | None:
    """A line that comes back with another page number: its words, and how many characters of the line they take."""
    seen: dict[str, set[str]] = {}
    for line in sheet.lines:
        found = None if ADDRESS.match(line.key) else _RUNNING.match(line.key)
        if found:
            seen.setdefault(found[1], set()).add(line.key)
    best = max(seen, key=lambda words: (len(seen[words]), len(words)), default="")
    return (best, len(best)) if best and len(seen[best]) > 1 else None


def read_brief(sheet: Sheet, furniture: Furniture, layout: Layout) -> None:
    """Give every line to its unit, or to what it is outside the units."""
    skipped = furniture.lines()
    body = [index for index in range(len(sheet.lines)) if index not in skipped]
    title = running_title(sheet)
    reader = _Brief(sheet=sheet, layout=layout, body=body, cues=Cues.of(sheet.formulas), running=title[0] if title else "")
    for place, index in enumerate(body):
        reader.line(place, index)


@dataclass(slots=True, kw_only=True)
class _Brief:
    """`unit` owns the line before, or nobody; `zone` is where we stand: objectives, actions, vision, annex, figure, text."""

    sheet: Sheet
    layout: Layout
    body: list[int]
    cues: Cues
    running: str
    zone: str = "text"
    unit: str = ""
    section: str = ""
    lead_in: Span | None = None
    counts: dict[str, int] = field(default_factory=dict)
    titled: bool = False

    def line(self, place: int, index: int) -> None:
        """One line: the first rule that knows it takes it."""
        line = self.sheet.lines[index]
        rules = (self._header, self._figure, self._annex, self._lead_in, self._section, self._bullet, self._heading)
        if not any(rule(place, line) for rule in rules):
            self._goes_on(line)

    def _header(self, _place: int, line: Line) -> bool:
        """The running title of a page: the first is the title. A chapter may begin under it."""
        rest = line.key[len(self.running) :]
        if not self.running or not line.key.startswith(self.running) or not re.fullmatch(r"\s?\d{0,3}", rest):
            return False
        words = len(self.sheet.text[line.start : line.end].rstrip("0123456789 "))
        self.layout.leave((line.start, line.start + words), "page-furniture" if self.titled else "title")
        self.layout.leave((line.start + words, line.end), "page-furniture")
        self.titled = True
        self.unit, self.zone = "", "chapter"
        return True

    def _figure(self, place: int, line: Line) -> bool:
        """A figure lasts to the end of its page, or to the next section where no page is seen."""
        if self.cues.figure.match(line.key):
            self.zone = "vision-figure" if self.zone in {"vision", "vision-figure"} else "figure"
            self.unit = ""
        elif self.zone in {"figure", "vision-figure"} and (
            line.new_page or self._begins_section(place, line) or self.cues.annex.match(line.key)
        ):
            self.zone = "vision" if self.zone == "vision-figure" else "text"
        if self.zone not in {"figure", "vision-figure"}:
            return False
        self.layout.leave((line.start, line.end), "figure")
        return True

    def _annex(self, _place: int, line: Line) -> bool:
        found = self.cues.annex.match(line.key)
        if found and (line.new_page or line.blank or found["number"]):
            self.zone = "annex"
            self.unit = self._new("annex", "annex", line)
            return True
        if self.zone == "annex":
            self.layout.extend(self.unit, (line.start, line.end))
            return True
        return False

    def _lead_in(self, _place: int, line: Line) -> bool:
        objectives, actions = self.cues.objectives.match(line.key), self.cues.actions.match(line.key)
        if not self.section or not (objectives or actions or (self.zone == "actions" and self.cues.should.match(line.key))):
            return False
        self.zone = "objectives" if objectives else "actions"
        self.lead_in, self.unit = (line.start, line.end), ""
        self.layout.leave(self.lead_in, "lead-in")
        return True

    def _section(self, place: int, line: Line) -> bool:
        """A lettered heading, the next of its row, with objectives under it."""
        if not self._begins_section(place, line):
            return False
        self.section, self.zone = line.key[0].upper(), "section"
        self.unit = self.layout.add(Found(id=self.section, kind="section"), (line.start, line.end))
        return True

    def _begins_section(self, place: int, line: Line) -> bool:
        found = _SECTION.match(line.key)
        wanted = chr(ord(self.section.casefold()) + 1) if self.section else "a"
        return bool(found and found[1] == wanted and self._objectives_follow(place))

    def _objectives_follow(self, place: int) -> bool:
        return any(self.cues.objectives.match(self.sheet.lines[at].key) for at in self.body[place + 1 : place + 6])

    def _bullet(self, _place: int, line: Line) -> bool:
        if self.zone not in {"objectives", "actions"}:
            return False
        first, second = _BULLET.match(line.key), _SECOND.match(line.key)
        if first:
            kind = "objective" if self.zone == "objectives" else "action"
            self.unit = self._new(f"{self.section}.{kind}", kind, line, mark=1, parent=self.section)
        elif second and self.unit:
            above = self.unit if self.layout.units[self.unit].kind == "action" else str(self.layout.units[self.unit].parent)
            self.unit = self._new(above, "bullet", line, mark=1, parent=above)
        return bool(first or second)

    def _new(self, row: str, kind: str, line: Line, *, mark: int = 0, parent: str | None = None) -> str:
        """The next of a row of units: `G.action` → `G.action.6`."""
        self.counts[row] = self.counts.get(row, 0) + 1
        governed = self.lead_in if kind == "action" else parent if kind == "bullet" else None
        unit = Found(
            id=f"{row}.{self.counts[row]}",
            kind=kind,  # type: ignore[arg-type]  # each caller names a kind of the guide
            parent=parent,
            mark=mark,
            governed_by=governed,
        )
        return self.layout.add(unit, (line.start, line.end))

    def _heading(self, place: int, line: Line) -> bool:
        """A short line by itself without the end of a sentence."""
        short = self._alone(place, line) and len(line.key) <= _LONGEST_HEADING and not _SENTENCE.search(line.key)
        if not short and not (self.zone == "chapter" and self.cues.vision.match(line.key)):
            return False
        if self.zone == "chapter":
            self.zone = "vision" if self.cues.vision.match(line.key) else "text"
        elif self.zone == "vision":
            self.unit = self._new("vision", "section", line)
            return True
        elif self.zone != "vision":
            self.zone = "text"
        self.unit = ""
        self.layout.leave((line.start, line.end), "heading")
        return True

    def _alone(self, place: int, line: Line) -> bool:
        """Blank lines, or the edge of a page, on both sides."""
        following = self.sheet.lines[self.body[place + 1]] if place + 1 < len(self.body) else None
        begins = line.blank or line.new_page or place == 0
        return begins and (following is None or following.blank or following.new_page)

    def _goes_on(self, line: Line) -> None:
        if self.zone == "section" and line.blank:
            self.unit = ""
        if self.unit:
            self.layout.extend(self.unit, (line.start, line.end))
        else:
            self.layout.leave((line.start, line.end), "running-text")
