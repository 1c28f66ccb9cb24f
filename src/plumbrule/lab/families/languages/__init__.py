"""Languages: the same items in several languages, compared item by item.

    >>> from plumbrule.lab.families.languages import Answer, answers_of, observe_languages
    >>> said = [Answer(item=str(i), language="en", correct=1) for i in range(40)]
    >>> said += [Answer(item=str(i), language="kk", correct=float(i % 4 > 0)) for i in range(40)]
    >>> seen = {one.id: one.estimate for one in observe_languages(answers_of(said, texts=False), reference="en")}
    >>> gap = seen["accuracy:language=kk~en:difference"]
    >>> round(gap.value, 3), round(gap.low, 3), round(gap.high, 3)
    (-0.25, -0.402, -0.14)

Answers come from a table (`answers_from_table`), from Inspect's logs (`answers_from_inspect`), or from a model behind an
address that the user names: `ask_pack` puts the questions of an item pack to it and writes a transcript, which
`read_transcript` reads. `compare_languages` and `observe_languages` hold each language against a reference.
"""

from plumbrule.lab.families.languages.answers import AnswerColumns, answers_from_table
from plumbrule.lab.families.languages.asking import ask_pack, part_of
from plumbrule.lab.families.languages.compare import (
    LanguageGap,
    LanguageRate,
    compare_languages,
    language_rates,
    observe_languages,
)
from plumbrule.lab.families.languages.endpoint import Endpoint
from plumbrule.lab.families.languages.inspect import InspectLog, answers_from_inspect
from plumbrule.lab.families.languages.model import METRICS, Answer, Answers, answers_of
from plumbrule.lab.families.languages.pack import PACKS, Pack, find_pack, observe_review, read_pack
from plumbrule.lab.families.languages.run import run_pack
from plumbrule.lab.families.languages.transcript import (
    Said,
    Transcript,
    answers_from_transcript,
    check_scores,
    observe_transcript,
    read_transcript,
    write_transcript,
)

__all__ = [
    "METRICS",
    "PACKS",
    "Answer",
    "AnswerColumns",
    "Answers",
    "Endpoint",
    "InspectLog",
    "LanguageGap",
    "LanguageRate",
    "Pack",
    "Said",
    "Transcript",
    "answers_from_inspect",
    "answers_from_table",
    "answers_from_transcript",
    "answers_of",
    "ask_pack",
    "check_scores",
    "compare_languages",
    "find_pack",
    "language_rates",
    "observe_languages",
    "observe_review",
    "observe_transcript",
    "part_of",
    "read_pack",
    "read_transcript",
    "run_pack",
    "write_transcript",
]
