"""Real models through the seam: ONNX, skops, functions, a real HTTP server; and models that throw, hang, crash and lie."""

from __future__ import annotations

import io
import json
import os
import pickle
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from plumbrule.errors import InputError, LimitError, TableError
from plumbrule.lab import attributes, open_table
from plumbrule.lab.predictors.inputs import Inputs, missing, read_inputs
from plumbrule.lab.predictors.predictor import Limits, open_predictor, score
from plumbrule.lab.predictors.wire import pack, receive

Bank = Callable[[str], Path]
LAW = ("lsat", "ugpa", "fam_inc", "tier")
posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit; the clock holds there")


@pytest.fixture
def bank(tmp_path: Path) -> Bank:
    """Write a module `bank` with one function `approve(columns)` and give its folder."""

    def write(body: str) -> Path:
        lines = "\n".join(f"    {line}" for line in body.splitlines())
        (tmp_path / "bank.py").write_text(
            f"import os, sys, time\nimport numpy as np\ndef approve(columns):\n    x = columns['x']\n{lines}\n", encoding="utf-8"
        )
        return tmp_path

    return write


def ask(folder: Path, inputs: Inputs, **options: Any) -> np.ndarray[Any, Any]:
    """Scores of `bank:approve`."""
    with open_predictor("bank:approve", columns=list(inputs), folder=folder, **options) as predictor:
        return score(predictor, inputs)


def numbered(size: int) -> Inputs:
    """x = 0, 1, …: row n of the table holds n - 1."""
    return Inputs.of({"x": list(range(size))})


# ── functions, good and bad ──────────────────────────────────────────────────────────────────────────────────────────


def test_a_function_answers_and_may_print(bank: Bank) -> None:
    """What the model prints or reads disturbs nothing; batches come back in order; words and missing values arrive."""
    folder = bank("print('hello'); os.write(1, b'noise'); assert sys.stdin.read() == ''\nreturn np.nan_to_num(x) / 100")
    assert np.allclose(ask(folder, numbered(100), limits=Limits(batch=7)), np.arange(100) / 100)
    folder = bank("return np.array([1.0 if v is None else 0.0 for v in columns['job']]) * np.isnan(x)")
    assert ask(folder, Inputs.of({"x": [None, 2, None], "job": [None, None, "clerk"]})).tolist() == [1, 0, 0]


def test_a_function_sees_only_the_columns_declared(bank: Bank) -> None:
    """A column that was not declared, such as the protected attribute, is not sent."""
    folder = bank("return np.full(len(x), len(columns) / 10)")
    given = Inputs.of({"x": [1.0], "sex": ["women"]}, by={"sex": ["women"]})
    with open_predictor("bank:approve", columns=["x"], folder=folder) as predictor:
        assert score(predictor, given).tolist() == [0.1]


def test_one_who_throws_is_quoted_with_its_row(bank: Bank) -> None:
    """A model that throws on one row of 1,000 is named with that row, the error and its place; no traceback."""
    folder = bank("if (x == 616).any(): raise KeyError('no such job')\nreturn x * 0")
    with pytest.raises(InputError, match=r"^Row 617: bank:approve gave no answer: KeyError: 'no such job' \(bank.py, line 5\)"):
        ask(folder, numbered(1000))


def test_the_row_is_named_by_its_place_in_the_table(bank: Bank) -> None:
    """Rows taken from a larger table keep the number that people know them by."""
    folder = bank("if (x == 616).any(): raise KeyError('no such job')\nreturn x * 0")
    with pytest.raises(InputError, match=r"^Row 617: "):
        ask(folder, numbered(1000).take(np.array([5, 616, 900])))


def test_one_who_hangs_is_ended_and_the_row_named(bank: Bank) -> None:
    """An endless loop on one row of 8 ends in a LimitError that names the row."""
    folder = bank("while (x == 5).any(): time.sleep(1)\nreturn x * 0")
    with pytest.raises(LimitError, match=r"^Row 6: bank:approve gave no answer in 1.2 seconds"):
        ask(folder, numbered(8), limits=Limits(seconds=1.2))


def test_a_slow_batch_is_not_blamed_on_a_row(bank: Bank) -> None:
    """A model too slow for the whole batch, though not for any row of it, is told apart from one that hangs."""
    folder = bank("time.sleep(0.2 * len(x))\nreturn x * 0")
    with pytest.raises(LimitError, match="8 rows together and with no single row"):
        ask(folder, numbered(8), limits=Limits(seconds=0.8))


@pytest.mark.parametrize("death", ["os._exit(3)", "sys.exit('enough')", "os.abort()"])
def test_one_who_dies_is_named_and_the_row_too(bank: Bank, death: str) -> None:
    """A process that ends in the middle is started again to find the row."""
    folder = bank(f"if (x == 2).any(): {death}\nreturn x * 0")
    with pytest.raises(InputError, match=r"^Row 3: bank:approve broke off: its process ended"):
        ask(folder, numbered(4))


@posix
def test_one_who_eats_memory_is_stopped(bank: Bank) -> None:
    """Eight gigabytes do not fit into one."""
    folder = bank("big = bytearray(8 << 30)\nreturn x * 0")
    with pytest.raises(InputError, match="MemoryError"):
        ask(folder, numbered(1), limits=Limits(megabytes=1024))


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("return np.zeros((len(x), 2))", r"Row 1: .* shape \(1, 2\) for 1 rows"),
        ("return np.zeros(3)", r"shape \(3,\) for"),
        ("return None", r"shape \(\) for"),
        ("return ['yes'] * len(x)", "not numbers"),
        ("return np.where(x == 7, np.nan, 0)", "Row 8: the predictor answered nan"),
        ("return np.where(x == 7, -3.0, 0)", "Row 8: the predictor answered -3"),
        ("return np.where(x == 7, np.inf, 0)", "Row 8: the predictor answered inf"),
    ],
)
def test_wrong_answers_are_refused(bank: Bank, body: str, words: str) -> None:
    """The wrong shape, words, NaN, infinities and numbers outside 0 to 1 are no scores."""
    with pytest.raises(InputError, match=words):
        ask(bank(body), numbered(10))


def test_rounding_is_no_wrong_answer(bank: Bank) -> None:
    """A probability that sums of 32-bit floats bring just above 1 counts as 1."""
    assert ask(bank("return np.full(len(x), 1 + 1e-7)"), numbered(2)).tolist() == [1, 1]


def test_a_module_that_does_not_load(tmp_path: Path) -> None:
    """No module, no function, an error while importing: each said in a sentence."""
    (tmp_path / "broken.py").write_text("import no_such_thing_at_all\n", encoding="utf-8")
    (tmp_path / "empty.py").write_text("approve = 3\n", encoding="utf-8")
    for spec, words in (
        ("absent:approve", "ModuleNotFoundError"),
        ("broken:approve", "no_such_thing_at_all"),
        ("empty:approve", "no function approve"),
    ):
        with pytest.raises(InputError, match=words), open_predictor(spec, columns=["x"], folder=tmp_path):
            pass


def test_a_module_that_hangs_while_loading(tmp_path: Path) -> None:
    """Loading has a time limit of its own."""
    (tmp_path / "slow.py").write_text("import time\ntime.sleep(60)\n", encoding="utf-8")
    limits = Limits(start_seconds=1.0)
    with pytest.raises(LimitError), open_predictor("slow:f", columns=["x"], folder=tmp_path, limits=limits):
        pass


def test_the_model_does_not_see_the_users_environment(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys in the shell are not handed on."""
    monkeypatch.setenv("BANK_SECRET", "s3cret")
    assert ask(bank("return np.full(len(x), float('BANK_SECRET' in os.environ))"), numbered(1)).tolist() == [0]


def children() -> set[int]:
    """The processes that this one started, by any of its threads."""
    found: set[int] = set()
    for task in Path("/proc/self/task").iterdir():
        with suppress(FileNotFoundError):  # a thread may end meanwhile
            found |= {int(pid) for pid in (task / "children").read_text(encoding="utf-8").split()}
    return found


def arguments(pid: int) -> bytes:
    """How a process was started; nothing when it has ended."""
    with suppress(FileNotFoundError):
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    return b""


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="only Linux shows the arguments of a process as a file")
def test_a_key_in_a_url_is_not_among_the_arguments_of_a_process() -> None:
    """Other users of the machine see the arguments of every process; the URL is not one of them."""
    with open_predictor("http://127.0.0.1:9/?key=abcsecret", columns=["x"]):
        seen = b"".join(map(arguments, children()))
    assert b"child.py" in seen
    assert b"abcsecret" not in seen


@posix
def test_no_child_is_left_behind(bank: Bank) -> None:
    """After the block the process is gone, also when the block ends in an error."""
    folder = bank("(open(os.path.join(os.path.dirname(__file__), 'pid'), 'w')).write(str(os.getpid()))\nreturn x * 0")
    with (
        pytest.raises(RuntimeError, match="ours"),
        open_predictor("bank:approve", columns=["x"], folder=folder) as predictor,
    ):
        score(predictor, numbered(1))
        raise RuntimeError("ours")
    with pytest.raises(ProcessLookupError):
        os.kill(int((folder / "pid").read_text(encoding="utf-8")), 0)


# ── specs ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ("model.pkl", "is a pickle"),
        ("deep/Model.JOBLIB", "is a pickle"),
        ("model.h5", "names no predictor"),
        ("model.onnx", "There is no file"),
        ("os.system", "names no predictor"),
        ("a:b:c", "names no predictor"),
        ("http://user:secret@127.0.0.1/score", "could not be used"),
        ("http:///nothing", "could not be used"),
        ("http://127.0.0.1:99999/", "could not be used"),
        ("", "names no predictor"),
    ],
)
def test_specs_that_are_refused(spec: str, words: str, tmp_path: Path) -> None:
    """What is no predictor is refused with what would be one, and a password is not repeated."""
    with pytest.raises(InputError, match=words) as caught, open_predictor(spec, columns=["x"], folder=tmp_path):
        pass
    assert "secret" not in str(caught.value)
    assert caught.value.cure


def test_the_columns_must_be_declared(tmp_path: Path) -> None:
    """No columns, or one twice, is refused: what the model is told is never left to chance."""
    for columns in ([], ["x", "x"]):
        with pytest.raises(InputError, match="columns"), open_predictor("a:b", columns=columns, folder=tmp_path):
            pass


# ── model files ──────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def law(shared: Path) -> Inputs:
    """Two thousand students of the law school table, by sex and race, with the label of the bar exam."""
    with open_table(shared / "data" / "audit" / "law_school_clean.csv") as table:
        return read_inputs(table, LAW, by=attributes(["male", "race"], []), label="pass_bar", most=2000, seed=3)


def matrix(inputs: Inputs) -> np.ndarray[Any, Any]:
    """The numeric columns side by side."""
    return np.column_stack([inputs[name] for name in inputs])


@pytest.fixture(scope="module")
def forest(law: Inputs) -> Any:
    """A small forest trained on the students."""
    from sklearn.ensemble import RandomForestClassifier

    return RandomForestClassifier(10, max_depth=5, random_state=0).fit(matrix(law), law.label)


@pytest.mark.parametrize("zipmap", [True, False])
def test_onnx_with_one_matrix(law: Inputs, forest: Any, tmp_path: Path, zipmap: bool) -> None:
    """Scores through the file are scikit-learn's, with probabilities as a matrix or as dictionaries; the digest is the file's."""
    from hashlib import sha256

    from skl2onnx import to_onnx

    model = to_onnx(forest, matrix(law).astype(np.float32), options={"zipmap": zipmap}).SerializeToString()
    (tmp_path / "model.onnx").write_bytes(model)
    for favourable, column in ((None, 1), ("0", 0)):
        with open_predictor("model.onnx", columns=LAW, folder=tmp_path, favourable=favourable) as predictor:
            found = score(predictor, law)
            assert predictor.sha256 == sha256(model).hexdigest()
        assert np.allclose(found, forest.predict_proba(matrix(law).astype(np.float32))[:, column], atol=1e-5)


def test_onnx_labels_are_decisions(law: Inputs, forest: Any, tmp_path: Path) -> None:
    """The output `label`, asked for by name, gives decisions 0 and 1."""
    from skl2onnx import to_onnx

    (tmp_path / "model.onnx").write_bytes(to_onnx(forest, matrix(law).astype(np.float32)).SerializeToString())
    with open_predictor("model.onnx", columns=LAW, folder=tmp_path, output="output_label") as predictor:
        assert (score(predictor, law) == forest.predict(matrix(law))).mean() > 0.999
    with pytest.raises(InputError, match="no output 'x'"), open_predictor("model.onnx", columns=LAW, folder=tmp_path, output="x"):
        pass


def people(shared: Path) -> Inputs:
    """Adult: words and numbers."""
    names = tuple("age workclass w education education_num marital job relation race sex gain loss hours country income".split())  # noqa: SIM905 - shorter to read
    with open_table(shared / "data" / "audit" / "adult" / "adult.data", columns=names, missing=("?",)) as table:
        chosen = ["age", "education_num", "hours", "workclass", "sex"]
        by = attributes(["sex"], [])
        return read_inputs(table, chosen, by=by, label="income", favourable=">50K", most=1500, seed=1)


def pipeline() -> Any:
    """Words to indicators, missing words to a word, and a logistic regression."""
    from sklearn.compose import make_column_transformer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    return make_pipeline(
        make_column_transformer(
            (StandardScaler(), ["age", "education_num", "hours"]),
            (OneHotEncoder(handle_unknown="ignore"), ["workclass", "sex"]),
        ),
        LogisticRegression(),
    )


def test_onnx_and_skops_with_words(shared: Path, tmp_path: Path) -> None:
    """A pipeline over a frame of words and numbers answers the same from ONNX (inputs by name), skops (names) and itself."""
    import pandas as pd
    import skops.io
    from skl2onnx import to_onnx
    from skl2onnx.common.data_types import FloatTensorType, StringTensorType

    inputs = people(shared)
    held = np.flatnonzero(~missing(inputs["workclass"]))
    inputs = inputs.take(held)
    frame = pd.DataFrame(dict(inputs))
    model = pipeline().fit(frame, inputs.label)
    kinds = [
        (name, StringTensorType([None, 1]) if name in {"workclass", "sex"} else FloatTensorType([None, 1])) for name in inputs
    ]
    (tmp_path / "model.onnx").write_bytes(to_onnx(model, initial_types=kinds).SerializeToString())
    skops.io.dump(model, tmp_path / "model.skops")
    own = model.predict_proba(frame)[:, 1]
    for file in ("model.onnx", "model.skops"):
        with open_predictor(file, columns=list(reversed(list(inputs))), folder=tmp_path) as predictor:
            assert np.allclose(score(predictor, inputs), own, atol=1e-5)
    with (
        open_predictor("model.onnx", columns=list(inputs), folder=tmp_path) as predictor,
        pytest.raises(InputError, match="'sex' holds numbers"),
    ):
        predictor.predict(inputs.replaced({"sex": inputs["age"]}))


def test_onnx_that_does_not_fit(law: Inputs, forest: Any, tmp_path: Path) -> None:
    """Too few columns, and bytes that are no model: refused with what the model wants."""
    from skl2onnx import to_onnx

    model = to_onnx(forest, matrix(law).astype(np.float32)).SerializeToString()
    (tmp_path / "model.onnx").write_bytes(model)
    (tmp_path / "cut.onnx").write_bytes(model[: len(model) // 2])
    (tmp_path / "pickled.onnx").write_bytes(pickle.dumps({"a": 1}))
    for file, columns, words in (
        ("model.onnx", LAW[:3], "of 4 columns"),
        ("cut.onnx", LAW, "cannot be loaded"),
        ("pickled.onnx", LAW, "cannot be loaded"),
    ):
        with pytest.raises(InputError, match=words), open_predictor(file, columns=columns, folder=tmp_path):
            pass


def test_skops_asks_who_vouches(law: Inputs, forest: Any, tmp_path: Path) -> None:
    """Types that skops does not trust are listed; named one by one they are let in."""
    import skops.io

    skops.io.dump(forest, tmp_path / "model.skops")
    tree = "sklearn.tree._tree.Tree"
    with pytest.raises(InputError, match=tree), open_predictor("model.skops", columns=LAW, folder=tmp_path):
        pass
    with open_predictor("model.skops", columns=LAW, folder=tmp_path, trusted=[tree]) as predictor:
        assert np.array_equal(score(predictor, law), forest.predict_proba(matrix(law))[:, 1])


class _Bomb:
    """An object that runs a command when it is unpickled."""

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, ("pwned",)


def test_no_pickle_is_ever_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A pickle under another name, and an array of pickles, are refused and never run."""
    monkeypatch.chdir(tmp_path)
    bomb = pickle.dumps(_Bomb())
    array = io.BytesIO()
    np.save(array, np.array([_Bomb()], object), allow_pickle=True)
    for data in (bomb, array.getvalue()):
        for name in ("model.skops", "model.onnx"):
            (tmp_path / name).write_bytes(data)
            with pytest.raises(InputError), open_predictor(name, columns=["x"], folder=tmp_path):
                pass
    assert not (tmp_path / "pwned").exists()


def test_a_missing_extra_says_what_to_install(tmp_path: Path) -> None:
    """Without onnxruntime or skops the answer is the command that installs them."""
    from plumbrule.lab.predictors import onnx as predictor_onnx
    from plumbrule.lab.predictors import skops as predictor_skops

    with zipfile.ZipFile(tmp_path / "m", "w") as archive:
        archive.writestr("schema.json", "{}")
    code = (
        "import sys\nsys.modules['onnxruntime'] = sys.modules['skops.io'] = None\n"
        f"from {predictor_onnx.__name__} import load as a\nfrom {predictor_skops.__name__} import load as b\n"
        "from plumbrule.errors import InputError\n"
        f"for load in (a, b):\n    try: load({{'target': {str(tmp_path / 'm')!r}}})\n    except InputError as e: print(e.cure)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.splitlines() == ["pip install 'plumbrule[onnx]'", "pip install 'plumbrule[skops]'"]


# ── HTTP ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


@contextmanager
def service(answer: Callable[[BaseHTTPRequestHandler, Any], None]) -> Iterator[str]:
    """A real server on 127.0.0.1; `answer` gets the handler and the JSON that was sent."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            answer(self, json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

        def log_message(self, *ignored: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/score?key=abc"
        finally:
            server.shutdown()
            thread.join()


def say(handler: BaseHTTPRequestHandler, body: Any, status: int = 200, headers: dict[str, str] | None = None) -> None:
    """Send JSON, or bytes as they are."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    handler.send_response(status)
    for name, value in {"Content-Length": str(len(data)), **(headers or {})}.items():
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(data)


def test_http_records_in_numbers_out() -> None:
    """Records arrive as JSON with null for missing, at the path and query named; the numbers come back."""
    seen: list[Any] = []

    def answer(handler: BaseHTTPRequestHandler, records: Any) -> None:
        seen.append((handler.path, records))
        say(handler, [0.25 if one["job"] is None else 1 for one in records])

    inputs = Inputs.of({"x": [1.5, None, 3], "job": ["clerk", None, "工人"]})
    with service(answer) as url, open_predictor(url, columns=["x", "job"], limits=Limits(batch=2)) as predictor:
        assert score(predictor, inputs).tolist() == [1, 0.25, 1]
        assert predictor.sha256 is None
        assert "abc" not in predictor.name
    assert seen == [
        ("/score?key=abc", [{"x": 1.5, "job": "clerk"}, {"x": None, "job": None}]),
        ("/score?key=abc", [{"x": 3, "job": "工人"}]),
    ]


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        ([0.5] * 9, 500, "status 500"),
        ([0.5], 302, "status 302"),
        (b"<html>", 200, "something else than numbers"),
        ({"scores": [0.5]}, 200, "something else than numbers"),
        (b"[NaN]", 200, "Row 1: the predictor answered nan"),
        ([0.1, 0.2], 200, "shape"),
        (b"[" + b"0.5," * 100_000 + b"0.5]", 200, "something else than numbers"),
    ],
)
def test_http_wrong_answers(body: Any, status: int, words: str) -> None:
    """Errors, redirects (never followed), pages, too many numbers and endless answers are refused; the key is not shown."""
    paths: list[str] = []

    def answer(handler: BaseHTTPRequestHandler, records: Any) -> None:
        paths.append(handler.path)
        say(handler, body, status, {"Location": "/other"} if status == 302 else {})

    with (
        service(answer) as url,
        pytest.raises(InputError, match=words) as caught,
        open_predictor(url, columns=["x"]) as predictor,
    ):
        score(predictor, numbered(1))
    assert "abc" not in str(caught.value)
    assert set(paths) == {"/score?key=abc"}


def test_http_that_drips_is_stopped_by_the_clock() -> None:
    """A server that sends one byte now and then, for ever, meets the same time limit."""

    def answer(handler: BaseHTTPRequestHandler, records: Any) -> None:
        try:
            for _ in range(100):
                handler.wfile.write(b"H")
                time.sleep(0.05)
        except OSError:
            return

    with (
        service(answer) as url,
        pytest.raises(LimitError, match="no answer in"),
        open_predictor(url, columns=["x"], limits=Limits(seconds=0.5)) as predictor,
    ):
        score(predictor, numbered(1))


def test_http_nobody_there() -> None:
    """A closed port is said in a sentence, without a proxy being asked."""
    with service(lambda handler, records: None) as url:
        pass
    with pytest.raises(InputError, match="could not be asked"), open_predictor(url, columns=["x"]) as predictor:
        score(predictor, numbered(1))


# ── inputs and wire ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_reading_inputs(tmp_path: Path) -> None:
    """Numbers with a decimal comma, words, codes kept as words, missing values, cuts, labels in words."""
    path = tmp_path / "people.csv"
    path.write_text("age;income;code;job;paid\n30;1,5;01;clerk;yes\n;2,5;02;;no\n50;;03;cook;\n", encoding="utf-8")
    with open_table(path) as table:
        by = attributes(["age", "job"], ["age:40"])
        found = read_inputs(table, ["age", "income", "code", "job"], by=by, label="paid", favourable="yes", words=["code"])
        assert found["income"].tolist()[:2] == [1.5, 2.5]
        assert missing(found["income"]).tolist() == [False, False, True]
        assert (found["code"].tolist(), found["job"].tolist()) == (["01", "02", "03"], ["clerk", None, "cook"])
        assert found.by["age"].tolist() == ["< 40", None, "≥ 40"]
        assert found.label is not None
        assert found.label.tolist() == [1, 0, -1]
        with pytest.raises(TableError, match="no column 'agee'"):
            read_inputs(table, ["agee"])


def test_a_sample_is_drawn_by_the_seed_and_keeps_its_numbers(tmp_path: Path) -> None:
    """Row n of the table holds n; any sample does, too, without repeats, and the same seed draws the same rows."""
    path = tmp_path / "rows.csv"
    path.write_text("n\n" + "\n".join(map(str, range(1, 5001))) + "\n", encoding="utf-8")
    with open_table(path) as table:
        one, two, other = (read_inputs(table, ["n"], most=300, seed=seed) for seed in (1, 1, 2))
    assert one["n"].tolist() == one.numbers.tolist() == two["n"].tolist()
    assert len(set(one.numbers.tolist())) == 300
    assert one.numbers.tolist() != other.numbers.tolist()


def test_inputs_must_be_of_one_length() -> None:
    """Columns of different length, and no columns, are refused."""
    for columns in ({}, {"x": [1, 2], "y": [1]}, {"x": []}):
        with pytest.raises(TableError, match="rows"):
            Inputs.of(columns)


def test_a_message_that_claims_to_be_huge_is_not_read() -> None:
    """The length is looked at before memory is asked for; a message cut off is an end."""
    message = pack({"shape": [1]}, b"12345678")
    with pytest.raises(ValueError, match="bytes"):
        receive(io.BytesIO(message), most=10)
    with pytest.raises(EOFError):
        receive(io.BytesIO(message[:-1]), most=1000)
