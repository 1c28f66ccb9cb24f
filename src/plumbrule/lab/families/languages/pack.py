"""Item packs: the same questions in several languages, each language reviewed by a named person, or a draft.

>>> pack = read_pack(PACKS / "everyday.yaml")
>>> pack.id, len(pack.items), pack.languages
('everyday', 8, ('ar', 'en', 'kk', 'ru', 'uz-Cyrl', 'uz-Latn', 'zh'))
>>> pack.reviewer("kk") is None
True
>>> item = pack.items[0]
>>> item.right("She gets ٨ coins back.", "en"), item.right("18", "en")
(True, False)
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, ClassVar, Literal

import yaml
from pydantic import ConfigDict, TypeAdapter, ValidationError

from plumbrule.base.messages import message
from plumbrule.base.observation import Observation, Stated
from plumbrule.errors import InputError
from plumbrule.lab.families.languages.script import plain, script_letters

PACKS = Path(__file__).with_name("packs")
"""The packs that come with the program; all of them drafts."""

REVIEWED = message("reviewed by a named person")
UNREVIEWED = message("draft: nobody has reviewed this language of the pack")
_MOST_BYTES = 5 << 20
_MARKS = re.compile(r"[^\w:']+", re.UNICODE)


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemText:
    """One item in one language: what is asked, and which answers are right; `reject` takes an answer out again."""

    ask: str
    accept: tuple[str, ...]
    reject: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One item with its wordings by language."""

    id: str
    texts: Mapping[str, ItemText]

    def right(self, answer: str, language: str) -> bool:
        """Whether an answer holds an accepted one as a whole word and no rejected one; digits of any script count."""
        text, said = self.texts[language], _words(answer)
        return any(_holds(said, one) for one in text.accept) and not any(_holds(said, one) for one in text.reject)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """A pack as its file says. `reviewed_by` maps a language to the person who reviewed it; what is missing is a draft."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")
    schema: Literal["plumbrule-pack/1"]
    id: str
    version: str
    title: str
    licence: str
    instruction: Mapping[str, str]
    items: tuple[Item, ...]
    reviewed_by: Mapping[str, str] = field(default_factory=dict)
    sha256: str = ""

    @property
    def languages(self) -> tuple[str, ...]:
        """The codes of its languages."""
        return tuple(sorted({code for item in self.items for code in item.texts}))

    def reviewer(self, language: str) -> str | None:
        """Who reviewed it in this language; None for a draft."""
        return self.reviewed_by.get(language) or None


class _Loader(yaml.SafeLoader):
    """Safe YAML with text as keys, each written once; YAML would silently keep the second, and read `no` as False."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """No anchors: with them a small file becomes a huge one."""
        if self.check_event(yaml.AliasEvent):
            raise yaml.composer.ComposerError(None, None, "anchors are not used in packs")
        return super().compose_node(parent, index)


def _mapping(loader: yaml.SafeLoader, node: yaml.MappingNode) -> dict[Hashable, Any]:
    keys = [loader.construct_object(key) for key, _ in node.value]
    for key in keys:
        if not isinstance(key, str) or keys.count(key) > 1:
            raise yaml.constructor.ConstructorError(None, None, f"the key {key!r} is no text or stands twice", node.start_mark)
    return loader.construct_mapping(node, deep=True)


_Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


def read_pack(path: Path) -> Pack:
    """Read and check a pack.

    Raises:
        InputError: it cannot be read, is not in its form, or an item or a language is incomplete.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(
            f"{path} cannot be read ({error.strerror}).", expected="a pack in YAML", cure="Check the path."
        ) from error
    if len(data) > _MOST_BYTES:
        raise InputError(f"{path.name} holds {len(data)} bytes.", expected="at most 5 MiB", cure="Split the pack.")
    try:
        raw = yaml.load(data.decode("utf-8"), Loader=_Loader)  # noqa: S506 - _Loader is PyYAML's safe loader
        pack = TypeAdapter(Pack).validate_json(json.dumps(raw, default=str), strict=True)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ", ".join(str(step) for step in first["loc"])
        raise _refused(path, f"{place}: {first['msg']}") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise _refused(path, str(error).splitlines()[0]) from error
    _check(path, pack)
    return replace(pack, sha256=hashlib.sha256(data).hexdigest())


def find_pack(name: str, folder: Path) -> Path:
    """The file of a pack: in `folder`, or one of ours by its name (`everyday`).

    Raises:
        InputError: there is neither.
    """
    ours = {path.stem: path for path in sorted(PACKS.glob("*.yaml"))}
    path = folder / name
    if path.is_file():
        return path
    if name in ours:
        return ours[name]
    raise InputError(
        f"There is no pack {name!r}.", expected=f"a YAML file, or one of ours: {', '.join(ours)}", cure="Check the path."
    )


def observe_review(pack: Pack, languages: Sequence[str] | None = None) -> tuple[Observation, ...]:
    """Who reviewed each language of a pack (or those named), as examined facts: `pack_review:language=kk`."""
    return tuple(
        observed_review(
            language,
            reviewed=pack.reviewer(language) is not None,
            pack=f"pack {pack.id} {pack.version}",
            inputs=(pack.sha256,),
            source=pack.reviewer(language) or "",
        )
        for language in pack.languages
        if languages is None or language in languages
    )


def observed_review(language: str, *, reviewed: bool, pack: str, inputs: tuple[str, ...], source: str = "") -> Observation:
    """Whether one language was reviewed, and by whom (`source`), as `pack` says."""
    return Observation(
        id=f"pack_review:language={language}",
        means="examination",
        metric="pack_review",
        measure="fact",
        estimate=Stated(holds=reviewed, text=REVIEWED if reviewed else UNREVIEWED, stated_by=pack, source=source),
        group={"language": language},
        family="declared",
        inputs=inputs,
    )


def _refused(path: Path, problem: str) -> InputError:
    return InputError(
        f"{path.name} is no pack that can be used: {problem}.",
        expected="the form of packs/everyday.yaml",
        cure="Compare the entry with that file.",
    )


def _check(path: Path, pack: Pack) -> None:
    ids = [item.id for item in pack.items]
    if not ids or len(set(ids)) < len(ids):
        raise _refused(path, "it has no items, or two with one id")
    for item in pack.items:
        if missing := sorted(set(pack.languages) - set(item.texts)):
            raise _refused(path, f"{item.id} is not there in {', '.join(missing)}; items in different languages are paired")
        for language, text in item.texts.items():
            if not text.ask.strip() or not any(_words(one) for one in text.accept):
                raise _refused(path, f"{item.id} in {language} asks nothing or accepts nothing")
    if unknown := sorted((set(pack.reviewed_by) | set(pack.instruction)) - set(pack.languages)):
        raise _refused(path, f"it speaks of {', '.join(unknown)}, in which no item is written")


def _words(text: str) -> str:
    """Words set apart by single blanks, in lower case, digits as 0-9, without other marks."""
    digits = "".join(str(unicodedata.digit(sign)) if sign.isdigit() else sign for sign in text[:20_000])
    kept = _MARKS.sub(" ", plain(unicodedata.normalize("NFKC", digits)))
    return f" {' '.join(word.strip(':') for word in kept.split())} "


def _holds(said: str, one: str) -> bool:
    """Chinese has no blanks between words; a number there still stands alone."""
    wanted = _words(one).strip()
    if script_letters(wanted)["Hani"]:
        return wanted in said.replace(" ", "")
    if wanted.isdigit():
        return re.search(rf"(?<![\d:.]){wanted}(?![\d:])", said) is not None
    return f" {wanted} " in said
