"""A predictor in a process of its own, with limits, that answers one question after the other.

Whatever the model does (throw, hang, crash, print, eat memory) the caller gets scores or an `InputError`. When a batch
fails, it is halved until the row is found. The child keeps the user's rights and the network: this keeps accidents
away from us and bounds their cost, it is no wall against hostile code (see `plumbrule.base.sandbox`).
"""

from __future__ import annotations

import os
import queue
import subprocess
import tempfile
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from plumbrule.base.sandbox import Limited, end_limited, start_limited
from plumbrule.errors import InputError, LimitError
from plumbrule.lab.predictors.inputs import Inputs
from plumbrule.lab.predictors.wire import Column, Head, pack, pack_columns, receive

_CHILD = Path(__file__).with_name("child.py")
_STEP_SHARE = 0.25  # of the time limit, for the halves on the way to the row that hangs
_GOODBYE = 2.0
_ANSWER_ROOM = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a predictor may use.

    `seconds` for one batch of `batch` rows, `start_seconds` to load; `megabytes` of address space (POSIX; MiB), and
    `processor_seconds` in all (POSIX), so that a child whose parent was killed ends, too.
    """

    seconds: float = 30.0
    start_seconds: float = 60.0
    batch: int = 10_000
    megabytes: int = 4096
    processor_seconds: float = 3600.0


class Process:
    """The child and its pipes. It is started when first asked, and again after it had to be ended."""

    def __init__(self, request: Mapping[str, Any], name: str, limits: Limits) -> None:
        self.request, self.name, self.limits = request, name, limits
        self.facts: Head | None = None
        self._child: subprocess.Popen[bytes] | None = None
        self._errors: IO[bytes] | None = None

    def start(self) -> None:
        """Start the child if there is none, and wait until the model is loaded.

        Raises:
            InputError: the model cannot be loaded.
            LimitError: not in time.
        """
        if self._child is not None:
            return
        limits = Limited(seconds=self.limits.processor_seconds, megabytes=self.limits.megabytes, output_megabytes=256)
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the child
        pipe = subprocess.PIPE
        self._child = start_limited(_CHILD, (), limits, stdin=pipe, stdout=pipe, stderr=self._errors)
        head, _ = self._exchange(pack(self.request), self.limits.start_seconds)  # no argument: other users see arguments
        if "ready" not in head:
            self.end()
            raise _failure(head, f"{self.name} cannot be loaded", "a model that loads, with what it needs installed")
        if self.facts is not None and head["ready"] != self.facts:
            self.end()
            raise InputError(
                f"{self.name} changed while it was tested.", expected="one model from start to end", cure="Run again."
            )
        self.facts = head["ready"]

    def ask(self, columns: Mapping[str, Column], seconds: float) -> NDArray[np.float64]:
        """The model's numbers for these rows, shape (n,); any numbers.

        Raises:
            InputError: it threw, ended, or gave something else.
            LimitError: it gave nothing within `seconds`. The child is ended.
        """
        self.start()
        head, body = self._exchange(pack_columns(columns), seconds)
        if "shape" not in head:
            raise _failure(head, f"{self.name} gave no answer", "one number from 0 to 1 for every row")
        size = len(next(iter(columns.values())))
        if head["shape"] != [size] or len(body) != 8 * size:
            raise InputError(
                f"{self.name} answered with an array of shape {tuple(head['shape'])} for {size} rows.",
                expected=f"shape ({size},): one number for every row",
                cure="Return one score a row, for instance the probability of the favourable class.",
            )
        return np.frombuffer(body, "<f8").astype(float)

    def end(self) -> None:
        """Close the pipes and end the child, and what it started. Does nothing when there is none."""
        child, self._child = self._child, None
        if child is None:
            return
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()
        try:
            child.wait(timeout=_GOODBYE)
        except subprocess.TimeoutExpired:
            end_limited(child)
        if self._errors is not None:
            self._errors.close()

    def _exchange(self, message: bytes, seconds: float) -> tuple[Head, bytes]:
        """Send, and wait for the answer: in a thread, because a pipe cannot be asked to hurry on every system."""
        child = self._child
        if child is None or child.stdin is None or child.stdout is None:
            raise RuntimeError("the child was not started")
        answer: queue.SimpleQueue[tuple[Head, bytes] | Exception] = queue.SimpleQueue()
        thread = threading.Thread(target=_talk, args=(child.stdin, child.stdout, message, answer), daemon=True)
        thread.start()
        try:
            found = answer.get(timeout=seconds)
        except queue.Empty:
            self._break_off(child, thread)
            raise LimitError(
                f"{self.name} gave no answer in {seconds:g} seconds.",
                expected="an answer within the time limit",
                cure="Look for an endless loop, or give it more time or fewer rows at once.",
            ) from None
        except BaseException:
            self._break_off(child, thread)
            raise
        thread.join()
        if isinstance(found, Exception):
            raise self._ended(child) from found
        return found

    def _break_off(self, child: subprocess.Popen[bytes], thread: threading.Thread) -> None:
        end_limited(child)
        thread.join(timeout=_GOODBYE)
        self.end()

    def _ended(self, child: subprocess.Popen[bytes]) -> InputError:
        """The child ended, or talked nonsense: what is known about why. It may hold words of the model's own."""
        end_limited(child)
        last = ""
        if self._errors is not None:
            self._errors.seek(max(self._errors.seek(0, os.SEEK_END) - 4096, 0))
            last = next(iter(reversed(self._errors.read().decode("utf-8", "replace").split("\n"))), "").strip()[:200]
        code = child.returncode
        how = f"signal {-code}" if code is not None and code < 0 else f"exit code {code}"
        self.end()
        return InputError(
            f"{self.name} broke off: its process ended ({how}{': ' + last if last else ''}).",
            expected="a model that stays up",
            cure="Run the model by itself to see why; it may need more memory than the limit.",
        )


def _talk(given: IO[bytes], taken: IO[bytes], message: bytes, answer: queue.SimpleQueue[Any]) -> None:
    try:
        given.write(message)
        given.flush()
        answer.put(receive(taken, most=len(message) + _ANSWER_ROOM))
    except (OSError, EOFError, ValueError) as error:
        answer.put(error)


def _failure(head: Head, what: str, expected: str) -> InputError:
    if "refused" in head:
        said = head["refused"]
        return InputError(said["got"], expected=said["expected"], cure=said["cure"])
    return InputError(
        f"{what}: {head.get('failed', 'it spoke another language')}.", expected=expected, cure="Mend the predictor."
    )


class ProcessPredictor:
    """The predictor of `open_predictor`: sends the declared columns, batch by batch, and finds the row that fails."""

    def __init__(self, process: Process, columns: tuple[str, ...]) -> None:
        self._process, self.columns = process, columns

    @property
    def name(self) -> str:
        """What the user named, without secrets."""
        return self._process.name

    @property
    def sha256(self) -> str | None:
        """The digest of the model's file as it was loaded; None for a function and for a URL."""
        return None if self._process.facts is None else self._process.facts.get("sha256")

    def predict(self, columns: Mapping[str, Column]) -> NDArray[np.float64]:
        """One number for each row, shape (n,).

        Raises:
            InputError: it fails on a row; the message names it by its number in the table.
            LimitError: it hangs on a row.
        """
        if lacking := [name for name in self.columns if name not in columns]:
            raise InputError(
                f"{self.name} needs the columns {', '.join(lacking)}.", expected="all columns declared", cure="Hand them over."
            )
        sent = {name: columns[name] for name in self.columns}
        size = len(next(iter(sent.values())))
        numbers = columns.numbers if isinstance(columns, Inputs) else np.arange(1, size + 1)
        step = self._process.limits.batch
        parts = [self._batch(_cut(sent, at, min(at + step, size)), numbers[at : at + step]) for at in range(0, size, step)]
        return np.concatenate(parts) if parts else np.zeros(0)

    def _batch(self, sent: dict[str, Column], numbers: NDArray[np.int64]) -> NDArray[np.float64]:
        try:
            return self._process.ask(sent, self._process.limits.seconds)
        except InputError as error:
            raise self._located(sent, numbers, error) from error

    def _located(self, sent: dict[str, Column], numbers: NDArray[np.int64], failure: InputError) -> InputError:
        """The failure with the number of its row: halve, look at the first half, go on with the one that fails.

        At most log2(n) looks at a quarter of the time limit, and one at the row itself with the whole.
        """
        low, high = 0, len(numbers)
        while high - low > 1:
            middle = (low + high) // 2
            fails = self._fails(_cut(sent, low, middle), self._process.limits.seconds * _STEP_SHARE)
            low, high = (low, middle) if fails else (middle, high)
        alone = self._fails(_cut(sent, low, high), self._process.limits.seconds)
        if alone is None:
            return type(failure)(
                f"{failure.got} It happens with {len(numbers)} rows together and with no single row of them.",
                expected=failure.expected,
                cure="Give the predictor fewer rows at once, or more time.",
            )
        return type(alone)(f"Row {numbers[low]}: {alone.got}", expected=alone.expected, cure=alone.cure)

    def _fails(self, sent: dict[str, Column], seconds: float) -> InputError | None:
        try:
            self._process.ask(sent, seconds)
        except InputError as error:
            return error
        return None


def _cut(columns: Mapping[str, Column], start: int, end: int) -> dict[str, Column]:
    return {name: column[start:end] for name, column in columns.items()}
