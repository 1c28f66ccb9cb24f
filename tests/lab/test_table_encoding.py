"""Text in the encodings that ministries still send."""

from __future__ import annotations

from pathlib import Path

import pytest

from plumbrule.errors import TableError
from plumbrule.lab.tables.table import open_table

RUSSIAN = "Пол;Решение;Доля\nмуж;да;0,5\nжен;нет;1,25\n"
TEXTS = {
    "russian": RUSSIAN,
    "russian, one letter": "id,sex,ok\n1,м,1\n2,ж,0\n3,м,1\n",
    "russian in capitals": "ПОЛ;РЕШЕНИЕ\nМУЖ;ДА\nЖЕН;НЕТ\n",
    "russian and latin": "id;name;ФИО\n1;Smith;Иванов И.И.\n2;Jones;Петрова А.\n",
    "russian with signs": "Город;Сумма №\n«Ош»;5\nНарын — юг;6\n",
    "ukrainian": "стать;рішення\nжінка;ні\nчоловік;їжа\n",
    "kazakh": "аты;қала\nАйгүл;Алматы\nЕрлан;Өскемен\n",
    "kyrgyz": "аты;чечим\nАйгүл;оң\nБөрү;жок\n",
    "tajik": "ном;ҷинс\nҶамшед;мард\nЗаҳро;зан\n",
    "french": "nom;décision\nRené;accepté\nZoé;refusé\n",
    "french in capitals": "NOM;DÉCISION\nRENÉ;ACCEPTÉE\n",
    "spanish": "sexo;decisión;año\nniño;sí;2020\nniña;no;2021\n",
    "spanish, one word": "id,género\n1,ñ\n2,sí\n",
    "german": "Straße;Öl;Übung\nGröße;männlich;ß\n",
    "norwegian": "kjønn;å\nkvinne;ærlig\n",
    "polish": "płeć;decyzja\nmężczyzna;tak\nkobieta;nie\n",
    "chinese": "性别,年龄,结果\n男,34,批准\n女,41,拒绝\n",
    "chinese, one character": "sex,ok\n男,1\n女,0\n男,1\n",
    "chinese, traditional": "性別,結果\n男,批准\n女,拒絕\n",
    "arabic": "الجنس;القرار\nذكر;مقبول\nأنثى;مرفوض\n",
}


def _cells(path: Path, **options: object) -> tuple[tuple[str, ...], list[tuple[str | None, ...]]]:
    with open_table(path, **options) as table:  # type: ignore[arg-type]  # each test knows its options
        return table.columns, table.query("SELECT * FROM decisions")


def _expected(text: str) -> tuple[tuple[str, ...], list[tuple[str | None, ...]]]:
    delimiter = ";" if ";" in text else ","
    header, *rows = (tuple(line.split(delimiter)) for line in text.splitlines())
    return header, list(rows)


@pytest.mark.parametrize(
    ("name", "encoding"),
    [
        ("russian", "cp1251"),
        ("russian", "koi8-r"),
        ("russian", "cp866"),
        ("russian, one letter", "cp1251"),
        ("russian in capitals", "cp1251"),
        ("russian in capitals", "cp866"),
        ("russian and latin", "cp1251"),
        ("russian and latin", "koi8-r"),
        ("russian with signs", "cp1251"),
        ("ukrainian", "cp1251"),
        ("kazakh", "kz1048"),
        ("kazakh", "ptcp154"),
        ("kyrgyz", "kz1048"),
        ("kyrgyz", "ptcp154"),
        ("tajik", "ptcp154"),
        ("tajik", "koi8-t"),
        ("french", "cp1252"),
        ("french", "iso8859-1"),
        ("french in capitals", "cp1252"),
        ("spanish", "cp1252"),
        ("spanish, one word", "cp1252"),
        ("german", "cp1252"),
        ("norwegian", "cp1252"),
        ("polish", "cp1250"),
        ("chinese", "gb18030"),
        ("chinese", "gb2312"),
        ("chinese, one character", "gb18030"),
        ("chinese, traditional", "big5"),
        ("arabic", "cp1256"),
    ],
)
def test_old_encodings_are_guessed_from_a_few_words(tmp_path: Path, name: str, encoding: str) -> None:
    """Right text from tables of three lines, and the guess is called one."""
    path = tmp_path / "t.csv"
    path.write_bytes(TEXTS[name].encode(encoding))
    assert _cells(path) == _expected(TEXTS[name])
    with open_table(path) as table:
        assert table.reading.encoding is not None
        assert table.reading.encoding.how == "guessed"
        assert "guess" in table.reading.notes[0]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
@pytest.mark.parametrize("name", TEXTS)
def test_unicode_is_known_without_a_guess(tmp_path: Path, name: str, encoding: str) -> None:
    """By its mark, or because every byte obeys UTF-8."""
    path = tmp_path / "t.csv"
    path.write_bytes(TEXTS[name].encode(encoding))
    assert _cells(path) == _expected(TEXTS[name])
    with open_table(path) as table:
        assert table.reading.encoding is not None
        assert table.reading.encoding.how == ("found" if encoding == "utf-8" else "mark")


@pytest.mark.parametrize("codec", ["utf-16-be", "utf-16-le"])
def test_utf_16_of_both_kinds(tmp_path: Path, codec: str) -> None:
    """With a mark by itself, without one when it is given."""
    path = tmp_path / "t.csv"
    path.write_bytes(("\ufeff" + RUSSIAN).encode(codec))
    assert _cells(path) == _expected(RUSSIAN)
    assert _cells(path, encoding=codec) == _expected(RUSSIAN)
    path.write_bytes(RUSSIAN.encode(codec))
    assert _cells(path, encoding=codec) == _expected(RUSSIAN)
    with pytest.raises(TableError, match="NUL byte") as caught:
        _cells(path)
    assert "utf-16-le" in caught.value.cure


def test_what_is_declared_wins(tmp_path: Path) -> None:
    """Also when the bytes would be valid in another encoding."""
    path = tmp_path / "t.csv"
    path.write_bytes(RUSSIAN.encode("koi8-r"))
    assert _cells(path, encoding="windows-1251")[0] != ("Пол", "Решение", "Доля")
    assert _cells(path, encoding="KOI8-R")[0] == ("Пол", "Решение", "Доля")


def test_what_is_declared_must_hold_for_every_byte(tmp_path: Path) -> None:
    """Nothing is replaced by a question mark."""
    path = tmp_path / "t.csv"
    path.write_bytes(RUSSIAN.encode("cp1251"))
    with pytest.raises(TableError, match="not utf-8 throughout"):
        _cells(path, encoding="utf-8")
    path.write_bytes(RUSSIAN.encode("utf-8"))
    with pytest.raises(TableError, match="not ascii throughout"):
        _cells(path, encoding="ascii")


def test_a_wrong_byte_in_utf_8_is_damage_and_not_another_encoding(tmp_path: Path) -> None:
    """Guessing would turn a whole good file into signs."""
    data = (RUSSIAN + "муж;нет;2\n" * 20).encode("utf-8")
    (tmp_path / "t.csv").write_bytes(data + b"\xff;x;1\n")
    with pytest.raises(TableError, match="UTF-8 with 1 wrong byte in it"):
        _cells(tmp_path / "t.csv")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "gb18030"])
def test_a_file_that_ends_inside_a_character(tmp_path: Path, encoding: str) -> None:
    """Cut off in the middle of its last character."""
    text = TEXTS["chinese"].rstrip("\n")
    (tmp_path / "t.csv").write_bytes(text.encode(encoding)[:-1])
    with pytest.raises(TableError):
        _cells(tmp_path / "t.csv", encoding=None if encoding == "utf-8" else encoding)


def test_a_first_strange_letter_late_in_a_large_file(tmp_path: Path) -> None:
    """The guess looks at the lines that need it, wherever they are."""
    (tmp_path / "t.csv").write_bytes(b"sex,ok\n" + b"m,1\n" * 700_000 + "женщина,0\n".encode("cp1251"))
    with open_table(tmp_path / "t.csv") as table:
        assert table.query("SELECT sex, count(*) FROM decisions GROUP BY 1 ORDER BY 2") == [("женщина", 1), ("m", 700_000)]


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    """A picture is refused."""
    (tmp_path / "t.csv").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4)
    with pytest.raises(TableError):
        _cells(tmp_path / "t.csv")


def test_the_library_is_asked_when_no_model_fits(tmp_path: Path) -> None:
    """Japanese is none of ours; charset-normalizer knows it."""
    text = "性別,結果\n男性,承認\n女性,きゃっか\nカタカナ,ひらがな\n"
    (tmp_path / "t.csv").write_bytes(text.encode("shift_jis"))
    assert _cells(tmp_path / "t.csv") == _expected(text)
