"""A model card: a YAML header, headings, and phrases in bold at the start of a line."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import yaml

from plumbrule.errors import LimitError, UnreadableError
from plumbrule_portal.systems.exchange.names import slug
from plumbrule_portal.systems.exchange.plain import from_markdown
from plumbrule_portal.systems.exchange.table import table_of
from plumbrule_portal.systems.record import read_form
from plumbrule_portal.systems.record.strict import MOST_DEPTH

MOST_CHARACTERS = 2_000_000
MOST_HEADER = 200_000
_OPENING = (yaml.BlockMappingStartToken, yaml.BlockSequenceStartToken, yaml.FlowMappingStartToken, yaml.FlowSequenceStartToken)
_CLOSING = (yaml.BlockEndToken, yaml.FlowMappingEndToken, yaml.FlowSequenceEndToken)
_HEADER = re.compile(r"---[ \t]*\n(.*?)\n---[ \t]*(?:\n|$)", flags=re.DOTALL)
_HEADING = re.compile(r"^(#{1,6})[ \t]+(.+?)[ \t]*#*$")
_ITEM = re.compile(r"^(?:[-*][ \t]+)?\*\*([^*\n]{1,80}?):?\*\*:?[ \t]*(\S.*)$")
_ODD = re.compile(r"^[\s#>*_~`|\[\](){}<>!+-]*$")


def read_card(text: str) -> dict[str, Any]:
    """The parts of a card: `title`, `header`, `top`, `sections` and `items`, the last two under slugs of their names.

    Raises:
        UnreadableError: the header is not plain YAML, or there is neither heading nor header.
        LimitError: too long.
    """
    if len(text) > MOST_CHARACTERS:
        raise LimitError(f"The card has {len(text):,} characters.", expected=f"at most {MOST_CHARACTERS:,}", cure="Shorten it.")
    text = text.replace("\r\n", "\n").lstrip("\ufeff")
    match = _HEADER.match(text)
    header = _header(match[1]) if match else {}
    body = text[match.end() :] if match else text
    title, top, sections, items = _body(body)
    if not (header or title or sections):
        raise UnreadableError(
            "There is neither a heading nor a header.",
            expected="a model card in Markdown: a YAML header between lines of ---, or headings",
            cure="Name the file README.md or MODEL_CARD.md of the model.",
        )
    name = title or header.get("model_name") or header.get("model-name") or ""
    return {"title": name, "header": header, "top": top, "sections": sections, "items": items}


def _header(text: str) -> dict[str, Any]:
    if len(text) > MOST_HEADER:
        raise LimitError(f"The header has {len(text):,} characters.", expected=f"at most {MOST_HEADER:,}", cure="Shorten it.")
    try:
        _check_header(text)
        found = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506  # the base loader makes nothing but texts, lists and mappings
    except (yaml.YAMLError, RecursionError) as error:
        raise _odd_header(str(getattr(error, "problem", None) or "it cannot be read")) from None
    if not isinstance(found, dict):
        raise _odd_header("it is not a list of names and values")
    return {str(key): value for key, value in found.items()}


def _check_header(text: str) -> None:
    """No anchors, which grow without end; no tags; nothing deep. Stops at the first that is found."""
    depth = 0
    for token in yaml.scan(text):
        if isinstance(token, yaml.AliasToken | yaml.AnchorToken | yaml.TagToken):
            raise _odd_header("it uses anchors or tags")
        depth += isinstance(token, _OPENING) - isinstance(token, _CLOSING)
        if depth > MOST_DEPTH:
            raise _odd_header("it is nested too deeply")


def _odd_header(what: str) -> UnreadableError:
    return UnreadableError(
        f"The header of the card is not plain YAML: {what}.",
        expected="names and values, one on each line",
        cure="Mend the header.",
    )


def _body(body: str) -> tuple[str, str, dict[str, str], dict[str, str]]:
    """Title, text before the first section, sections, items. A heading without a text of its own is left out."""
    wanted = {line.theirs.removeprefix("items.") for line in table_of("model-card").lines if line.theirs.startswith("items.")}
    title, place = "", ""
    found: dict[str, list[str]] = {"": []}
    items: dict[str, str] = {}
    fenced = False
    for line in body.split("\n"):
        fenced ^= line.lstrip().startswith(("```", "~~~"))
        heading = None if fenced else _HEADING.match(line)
        item = None if fenced else _ITEM.match(line)
        if heading and len(heading[1]) == 1 and not title:
            title = " ".join(from_markdown(heading[2]).split())
        elif heading:
            place = slug(from_markdown(heading[2]))
            found.setdefault(place, [])
        elif item and slug(item[1]) in wanted - set(items):
            items[slug(item[1])] = item[2]
        else:
            found[place].append(line)
    texts = {name: "\n".join(lines).strip() for name, lines in found.items()}
    top = texts.pop("")
    return title, "" if _ODD.match(top) else top, {name: text for name, text in texts.items() if text}, items


def write_card(entry: Mapping[str, Any]) -> str:
    """A card from the parts that the table writes; headings are the English labels of our fields."""
    labels = {slug(one.label): one.label for one in read_form(table_of("model-card").form).fields}
    lines = []
    if header := entry.get("header"):
        lines += ["---", yaml.safe_dump(header, allow_unicode=True, sort_keys=False, default_flow_style=False).strip(), "---", ""]
    lines += [f"# {_escaped(' '.join(entry['title'].split()))}", ""]
    for name, text in entry.get("sections", {}).items():
        lines += [f"## {labels[name]}", "", _escaped(text), ""]
    return "\n".join(lines)


def _escaped(text: str) -> str:
    """Plain text inside Markdown: every sign that could mark something up stands behind a backslash."""
    return re.sub(r"^(#|~~~|-{3,}$)", r"\\\1", re.sub(r"([\\*_`<\[&!])", r"\\\1", text), flags=re.MULTILINE)
