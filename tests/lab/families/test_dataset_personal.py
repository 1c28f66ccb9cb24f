"""Direct identifiers: published examples, check digits computed once more, noise that must not look like people."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plumbrule.base.observation import Known
from plumbrule.errors import InputError, TableError
from plumbrule.lab import open_table
from plumbrule.lab.families.dataset.identifiers import Identifiers, column_kinds, load_identifiers, valid
from plumbrule.lab.families.dataset.personal import FoundForm, PersonalData, observe_personal_data, personal_data

KNOWN = load_identifiers()
FORMS = {form.id: form for form in KNOWN.forms}


def passes(form: str, *texts: str) -> list[bool]:
    return [bool(one) for one in valid(FORMS[form], texts, KNOWN.iban_lengths)]


def look(**columns: list[str] | np.ndarray) -> PersonalData:
    with open_table(pd.DataFrame(columns)) as table:
        return personal_data(table)


def one(found: PersonalData, column: str, form: str) -> FoundForm:
    return next(part for part in found.found if (part.column, part.form) == (column, form))


def share(found: PersonalData, column: str, form: str) -> Known:
    estimate = one(found, column, form).share
    assert isinstance(estimate, Known)
    return estimate


# ── check digits ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("form", "right"),
    [
        ("iban", "GB82 WEST 1234 5698 7654 32"),
        ("iban", "DE89370400440532013000"),
        ("iban", "KZ86 125K ZT50 0410 0100"),
        ("card", "4111 1111 1111 1111"),
        ("card", "378282246310005"),
        ("national:CN-RIN", "11010519491231002X"),
        ("national:NL-BSN", "111222333"),
        ("national:RU-SNILS", "112-233-445 95"),
        ("national:FR-NIR", "2 55 08 14 168 025 38"),
    ],
)
def test_published_examples_pass_and_a_changed_digit_does_not(form: str, right: str) -> None:
    """Specimens that the issuers (or their standards) print; every single changed digit is caught."""
    assert passes(form, right) == [True]
    places = [place for place, sign in enumerate(right) if sign.isdigit()]
    changed = [right[:place] + str((int(right[place]) + 1) % 10) + right[place + 1 :] for place in places]
    caught = [not held for held in passes(form, *changed)]
    assert sum(caught) >= len(caught) - 1  # a check of two signs out of 101 lets one change of a check sign through


@settings(deadline=None, max_examples=100)
@given(st.text("0123456789", min_size=12, max_size=18))
def test_luhn_agrees_with_the_rule_sign_by_sign(digits: str) -> None:
    """From the right, every second digit doubled, nines cast out, the sum a multiple of ten."""
    total = sum(sum(map(int, str(int(digit) * (1 + place % 2)))) for place, digit in enumerate(reversed(digits)))
    assert passes("card", digits) == [total % 10 == 0]


@settings(deadline=None, max_examples=100)
@given(st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=18, max_size=18))
def test_iban_agrees_with_whole_numbers(rest: str) -> None:
    """The country moved to the end, letters as two digits, one modulo 97, by Python's own whole numbers."""
    text = "DE00" + rest
    digits = "".join(str(int(sign, 36)) for sign in text[4:] + text[:4])
    made = text[:2] + f"{98 - int(digits) % 97:02}" + rest
    assert passes("iban", made, text) == [True, int(digits) % 97 == 1]


@settings(deadline=None, max_examples=100)
@given(st.text("0123456789", min_size=11, max_size=11))
def test_iin_agrees_with_the_rule_in_words(body: str) -> None:
    """Weights 1 to 11 modulo 11; where that gives 10, weights 3 to 11, 1, 2; where that gives 10 too, no such number."""
    first = sum((place + 1) * int(digit) for place, digit in enumerate(body)) % 11
    second = sum(((place + 2) % 11 + 1) * int(digit) for place, digit in enumerate(body)) % 11
    check = first if first < 10 else second
    right = [str(last) == str(check) for last in range(10)]
    assert passes("national:KZ-IIN", *(body + str(last) for last in range(10))) == right


def test_chance_is_what_chance_does() -> None:
    """Of random numbers each check lets through about the share that it says."""
    random = np.random.default_rng(1)
    for form, size in (("card", 16), ("national:NL-BSN", 9), ("national:KZ-IIN", 12)):
        texts = ["".join(map(str, row)) for row in random.integers(0, 10, (20_000, size))]
        assert np.mean(passes(form, *texts)) == pytest.approx(FORMS[form].chance(), abs=0.012)


# ── tables ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_planted_identifiers_are_counted() -> None:
    """E-mail addresses, phones, addresses of machines, accounts: shares of the rows that hold them."""
    found = look(
        text=["write to ann@example.org"] * 30 + ["call +996 312 54 63 28"] * 20 + ["nothing"] * 50,
        machine=["10.0.0.17"] * 40 + ["2001:db8::ff00:42:8329"] * 10 + ["1.2.3"] * 50,
        account=["KZ86125KZT5004100100"] * 60 + ["unknown"] * 40,
        social=["219-09-9999"] * 5 + ["000-12-3456"] * 95,
    )
    assert share(found, "text", "email").value == 0.3
    assert share(found, "text", "phone").value == 0.2
    assert share(found, "machine", "ipv4").value == 0.4
    assert share(found, "machine", "ipv6").value == 0.1
    assert share(found, "social", "national:US-SSN").value == 0.05
    account = share(found, "account", "iban")
    assert account.value == pytest.approx(0.6)
    assert 0.5 < account.low <= account.high <= 0.6 + 1e-12


def test_random_numbers_are_nobodys_number() -> None:
    """Sixteen random digits with an issuer's first digit: a tenth passes Luhn, and nothing is found beyond chance."""
    alarms = 0
    for seed in range(20):
        random = np.random.default_rng(seed)
        texts = ["4" + "".join(map(str, row)) for row in random.integers(0, 10, (300, 15))]
        found = look(number=texts)
        assert one(found, "number", "card").candidates == 300
        alarms += share(found, "number", "card").low > 0
    assert alarms <= 2


def test_real_numbers_among_random_ones_are_found_beyond_chance() -> None:
    """Half real, half random: the share is a half, though six in ten pass."""
    random = np.random.default_rng(2)
    texts = ["4" + "".join(map(str, row)) for row in random.integers(0, 10, (2_000, 15))]
    real = [text[:-1] + str(last(text[:-1])) for text in texts[:1_000]]
    found = share(look(number=real + texts[1_000:]), "number", "card")
    assert found.low < 0.5 < found.high
    assert found.low > 0.42


def last(body: str) -> int:
    """The digit that Luhn's check wants."""
    return next(digit for digit in range(10) if passes("card", body + str(digit)) == [True])


@pytest.mark.shared
def test_adult_and_compas_hold_no_identifier_and_the_names_of_columns_are_read(shared: Path) -> None:
    """Two tables of people without direct identifiers: no form beyond chance in any column."""
    for file in ("adult/adult.data", "compas_for_aequitas.csv"):
        columns = tuple("abcdefghijklmno") if file.startswith("adult") else None
        with open_table(shared / "data/audit" / file, columns=columns) as table:
            found = personal_data(table)
        observations = observe_personal_data(found, inputs=("x",))
        counts = {part.id: part.estimate for part in observations if part.metric == "personal_data_columns"}
        assert len(counts) == len(KNOWN.forms)
        assert all(isinstance(part, Known) and part.value == 0 for part in counts.values())


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("Email", ("e-mail",)),
        ("customer_phone_no", ("phone",)),
        ("firstName", ("name",)),
        ("name", ("name",)),
        ("country_name", ()),
        ("filename", ()),
        ("ИИН", ("national number",)),
        ("дата рождения", ("date of birth",)),
        ("身份证号", ("national number",)),
        ("PASSPORT-NUMBER", ("national number",)),
        ("street", ("address",)),
        ("ip", ("device",)),
        ("trip", ()),
        ("age", ()),
    ],
)
def test_names_of_columns(name: str, kinds: tuple[str, ...]) -> None:
    """Words in several languages and spellings; a word inside another word is not one."""
    assert column_kinds(name, KNOWN.words) == kinds


def test_a_long_table_is_sampled_and_says_so() -> None:
    """Of 5,000 rows about 1,000 are looked at; the share has an interval that holds the truth."""
    with open_table(pd.DataFrame({"m": ["a@b.org", "x", "y", "z"] * 1_250})) as table:
        found = personal_data(table, most_rows=1_000)
    assert found.sampled
    assert 850 < found.rows < 1_150
    estimate = share(found, "m", "email")
    assert estimate.low < 0.25 < estimate.high
    assert estimate.method == "clopper-pearson, sample of rows"


def test_no_value_leaves_the_lab() -> None:
    """Results and observations hold names of columns, forms, counts and shares only."""
    found = look(mail=["ann.smith@example.org", "bo"], card=["4111111111111111", ""])
    told = repr(found) + repr(observe_personal_data(found, inputs=("x",)))
    assert "smith" not in told
    assert "4111" not in told
    ids = {part.id for part in observe_personal_data(found, inputs=("x",))}
    assert {"personal_data_share:mail~email", "identifier_columns:by name", "personal_data_columns:phone"} <= ids


def test_odd_columns() -> None:
    """Empty columns, quotes in names, values of every length: nothing breaks."""
    found = look(**{'we"ird': ["", ""], "long": ["x" * 100_000, "1" * 5_000], "it's": ["+" * 50, "@@@@@@@@"]})
    assert all(part.column != 'we"ird' for part in found.found)
    with open_table(pd.DataFrame({"a": ["1"]})) as table, pytest.raises(TableError):
        personal_data(table, columns=["b"])


# ── the list is data ─────────────────────────────────────────────────────────────────────────────────────────────────


def written(tmp_path: Path, **form: object) -> Path:
    """A list with one form of somebody's own."""
    path = tmp_path / "own.json"
    whole = {"id": "own", "pattern": "X[0-9]{3}", "check": "none"} | form
    path.write_text(json.dumps({"schema": "plumbrule-identifiers/1", "forms": [whole]}), encoding="utf-8")
    return path


def test_a_form_of_ones_own_is_looked_for(tmp_path: Path) -> None:
    """A number of a ministry, with a check of its own: 7 times the first digit, plus 3 times the second, modulo 10."""
    own = load_identifiers(
        written(tmp_path, pattern="X[0-9]{3}", check="weighted", modulus=10, weights=[[0, 7, 3]], alphabet="0-9")
    )
    assert isinstance(own, Identifiers)
    texts = [f"X{a}{b}{(7 * a + 3 * b) % 10}" for a in range(10) for b in range(10)]
    assert valid(own.forms[0], texts, {}).all()
    assert own.reviewed_by == ""


@pytest.mark.parametrize(
    "form",
    [
        {"check": "magic"},
        {"check": "weighted"},
        {"check": "weighted", "modulus": 11, "weights": [[1, 2], [1]], "alphabet": ["0"]},
        {"pattern": "(?=x)"},
        {"pattern": 3},
        {"id": None},
    ],
)
def test_a_list_that_is_none_is_refused(tmp_path: Path, form: dict[str, object]) -> None:
    """Unknown checks, weights that do not fit, patterns that RE2 does not know: got, expected, cure."""
    with pytest.raises(InputError) as caught:
        load_identifiers(written(tmp_path, **form))
    assert caught.value.expected
    assert caught.value.cure


def test_our_list_says_that_nobody_reviewed_it() -> None:
    """No form claims a reviewer; every form names its source."""
    assert KNOWN.reviewed_by == ""
    assert all(form.source for form in KNOWN.forms)
