"""Make the tables and texts of examples/dataset: nobody in them exists, and what the tests find was planted here.

python tools/example_dataset.py
"""

from __future__ import annotations

import csv
import hashlib
import json
import random
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1] / "examples" / "dataset"
SEED = 20_260_101
DISTRICTS = ("north", "east", "south", "west")
WORDS = ("office", "letter", "benefit", "day", "answer", "appeal", "income", "household", "review", "reason", "payment", "form")


def person(draw: random.Random, number: int) -> dict[str, str]:
    """One applicant: women live in the north more often, lack an income more often, and are granted less; planted."""
    sex = "women" if draw.random() < 0.36 else "men"
    district = "north" if draw.random() < (0.6 if sex == "women" else 0.2) else draw.choice(DISTRICTS[1:])
    income = "" if draw.random() < (0.18 if sex == "women" else 0.06) else f"{draw.gauss(2100, 600):.0f}"
    note = f"write to applicant{number}@example.org" if draw.random() < 0.1 else "no note"
    granted = draw.random() < (0.45 if sex == "women" else 0.6)
    return {
        "number": str(number),
        "sex": sex,
        "born": str(draw.randint(1950, 2003)),
        "district": district,
        "income": income,
        "note": note,
        "granted": str(int(granted)),
    }


def write_rows(name: str, rows: list[dict[str, str]]) -> None:
    """A CSV with a header."""
    with (FOLDER / name).open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def sentences(draw: random.Random, count: int) -> list[str]:
    """Texts that no two draws share."""
    return [" ".join(draw.choice(WORDS) + str(draw.randint(10, 99)) for _ in range(60)) for _ in range(count)]


def main() -> None:
    """Write every file."""
    draw = random.Random(SEED)  # noqa: S311  made-up people, no secrets
    training = [person(draw, number) for number in range(1, 601)]
    training += [row | {"number": str(601 + place)} for place, row in enumerate(training[:12])]  # planted copies
    test = [person(draw, number) for number in range(1001, 1151)]
    test += [row | {"number": str(1151 + place)} for place, row in enumerate(training[100:140])]  # planted leakage
    write_rows("training.csv", training)
    write_rows("test.csv", test)
    # Planted: the model is surer of the people it learnt from.
    scores = [{"score": f"{draw.gauss(0.8, 0.5):.4f}", "was_in_training": "1"} for _ in range(300)]
    scores += [{"score": f"{draw.gauss(0.0, 0.5):.4f}", "was_in_training": "0"} for _ in range(300)]
    write_rows("scores.csv", scores)
    write_rows("census.csv", [{"sex": "women", "people": "51200"}, {"sex": "men", "people": "48800"}])
    corpus, control, fresh = sentences(draw, 40), sentences(draw, 40), sentences(draw, 25)
    outputs = [*fresh, *(f"as was written {text}" for text in corpus[:5])]  # planted: five outputs repeat the corpus
    for name, texts in (("corpus", corpus), ("control", control), ("outputs", outputs)):
        lines = "".join(json.dumps({"text": text}) + "\n" for text in texts)
        (FOLDER / f"{name}.jsonl").write_text(lines, encoding="utf-8", newline="\n")
    digest = hashlib.sha256((FOLDER / "training.csv").read_bytes()).hexdigest()
    (FOLDER / "SHA256SUMS").write_text(f"{digest}  training.csv\n{'0' * 64}  test.csv\n", encoding="utf-8", newline="\n")
    describe(digest)
    report()


def describe(digest: str) -> None:
    """A description of the training data, as Croissant 1.0."""
    context = {"@vocab": "https://schema.org/", "cr": "http://mlcommons.org/croissant/", "dct": "http://purl.org/dc/terms/"}
    file = {"@type": "cr:FileObject", "@id": "training.csv", "contentUrl": "training.csv", "encodingFormat": "text/csv"}
    file["sha256"] = digest
    description = {
        "@context": context | {"sc": "https://schema.org/", "rai": "http://mlcommons.org/croissant/RAI/"},
        "@type": "sc:Dataset",
        "dct:conformsTo": "http://mlcommons.org/croissant/1.0",
        "name": "made-applications",
        "license": "https://creativecommons.org/publicdomain/zero/1.0/",
        "version": "1.0.0",
        "rai:dataCollection": "Made by a program; nobody in it exists.",
        "rai:dataLimitations": "Fewer women than in the census, planted.",
        "distribution": [file],
    }
    (FOLDER / "croissant.json").write_text(json.dumps(description, indent=2) + "\n", encoding="utf-8", newline="\n")


def report() -> None:
    """A scan as garak writes it, in the few lines that count."""
    lines = (
        {"entry_type": "init", "garak_version": "0.14.0", "start_time": "2026-01-05T09:00:00"},
        {"entry_type": "start_run setup", "plugins.target_type": "made", "plugins.target_name": "assistant"},
        {"entry_type": "eval", "probe": "leakreplay.LiteratureCloze", "detector": "leakreplay.StartsWith", "passed": 97}
        | {"total_evaluated": 100, "fails": 3, "nones": 0},
        {"entry_type": "completion"},
    )
    (FOLDER / "scan.report.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
