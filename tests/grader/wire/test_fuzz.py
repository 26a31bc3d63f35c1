"""Whatever a worker sends, only the exceptions that are meant come out; `fuzz.py` throws a million frames."""

from __future__ import annotations

import contextlib
import importlib.util
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.wire.frame import PREFIX, BadFrame, unpack
from grader.wire.value import Decoder

spec = importlib.util.spec_from_file_location("fuzz", Path(__file__).with_name("fuzz.py"))
assert spec is not None and spec.loader is not None
fuzz = importlib.util.module_from_spec(spec)
spec.loader.exec_module(fuzz)

EXAMPLES = settings(max_examples=200, deadline=None, derandomize=True)

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(fuzz.WORDS),
    lambda parts: (
        st.lists(parts, max_size=4)
        | st.dictionaries(st.sampled_from(fuzz.WORDS + fuzz.KEYS), parts, max_size=3)
    ),
    max_leaves=12,
)


@pytest.mark.parametrize("seed", range(3))
def test_broken_frames_raise_what_is_meant(seed: int) -> None:
    tally = fuzz.fuzz_wire(3000, random.Random(seed))
    assert not tally.faults, tally.faults[0]
    assert tally.outcomes["BadFrame"] > 1000 and tally.slowest < fuzz.SLOW_SECONDS


@pytest.mark.parametrize("seed", range(3))
def test_lying_answers_raise_what_is_meant(seed: int) -> None:
    before = fuzz.resident_mebibytes()
    tally = fuzz.fuzz_session(2000, random.Random(seed))
    assert not tally.faults, tally.faults[0]
    assert tally.outcomes["WorkerLied"] > 500 and tally.slowest < fuzz.SLOW_SECONDS
    assert fuzz.resident_mebibytes() - before < 2048


@EXAMPLES
@given(json_values)
def test_any_json_is_a_value_or_a_bad_frame(data: Any) -> None:
    def resolve(kind: str, payload: Any, decoder: Decoder) -> Any:
        return decoder.reader.tensor(payload)

    with contextlib.suppress(BadFrame):
        Decoder([bytearray(16)], resolve).decode(data)


@EXAMPLES
@given(st.binary(max_size=200))
def test_any_bytes_are_refused(data: bytes) -> None:
    with pytest.raises((BadFrame, fuzz.Ended)):
        fuzz.read_frame(data)


@EXAMPLES
@given(st.integers(0, 2**32 - 1), st.integers(0, 2**64 - 1))
def test_no_announcement_makes_the_judge_ask_for_more_than_allowed(header: int, body: int) -> None:
    asked: list[int] = []

    def read(count: int) -> bytearray:
        asked.append(count)
        return bytearray(PREFIX.pack(b"TGR1", header, body)) if len(asked) == 1 else bytearray(min(count, 99))

    with pytest.raises(BadFrame):
        unpack(read)
    assert max(asked) <= 4 * 2**20
