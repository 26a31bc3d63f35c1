"""The IDX parser, on files that these tests write."""

from __future__ import annotations

import contextlib
import struct
import tracemalloc

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from grader.data.mnist import MOST_DIMENSIONS, TYPES, IdxError, parse_idx

DTYPES = ["u1", "i1", "i2", "i4", "f4", "f8"]
made = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
shapes = st.lists(st.integers(0, 5), min_size=1, max_size=4).map(tuple)
any_array = st.sampled_from(DTYPES).flatmap(lambda dtype: arrays.arrays(dtype, shapes))


@made
@given(array=any_array)
def test_every_array_comes_back_with_its_shape_type_and_numbers(idx, array):
    found = parse_idx(idx(array))
    assert found.dtype == array.dtype and found.shape == array.shape
    assert found.dtype.isnative
    np.testing.assert_array_equal(found, array)


@pytest.mark.parametrize("dtype", DTYPES)
def test_numbers_are_read_with_the_largest_byte_first(dtype):
    code = {"u1": 8, "i1": 9, "i2": 11, "i4": 12, "f4": 13, "f8": 14}[dtype]
    form = {"u1": "B", "i1": "b", "i2": "h", "i4": "i", "f4": "f", "f8": "d"}[dtype]
    raw = bytes([0, 0, code, 2, 0, 0, 0, 1, 0, 0, 0, 3]) + struct.pack(f">3{form}", 1, 2, 100)
    assert parse_idx(raw).tolist() == [[1, 2, 100]]


def test_result_may_be_written_to(idx):
    found = parse_idx(idx(np.arange(6, dtype="u1")))
    found[0] = 9
    assert found[0] == 9


@made
@given(array=any_array, data=st.data())
def test_every_cut_is_refused(idx, array, data):
    raw = idx(array)
    with pytest.raises(IdxError):
        parse_idx(raw[: data.draw(st.integers(0, len(raw) - 1))])


@made
@given(array=any_array, more=st.binary(min_size=1, max_size=20))
def test_trailing_bytes_are_refused(idx, array, more):
    with pytest.raises(IdxError, match="trailing bytes"):
        parse_idx(idx(array) + more)


@made
@given(raw=st.binary(max_size=60))
def test_any_bytes_give_an_array_or_an_error_of_the_format(raw):
    with contextlib.suppress(IdxError):
        parse_idx(raw)


@made
@given(kind=st.sampled_from(sorted(TYPES)), sizes=st.lists(st.integers(0, 2**32 - 1), min_size=1, max_size=8))
def test_any_header_gives_an_array_or_an_error_of_the_format(kind, sizes):
    with contextlib.suppress(IdxError):
        parse_idx(struct.pack(f">2x2B{len(sizes)}I", kind, len(sizes), *sizes))


@pytest.mark.parametrize(
    "sizes", [(2**32 - 1,), (2**32 - 1,) * 8, (2**31, 2**31, 4), (0, 2**32 - 1, 2**32 - 1), (60000, 28, 28)]
)
def test_huge_declared_sizes_are_refused_before_anything_is_allocated(sizes):
    raw = struct.pack(f">2x2B{len(sizes)}I", 0x0E, len(sizes), *sizes)
    tracemalloc.start()
    try:
        with pytest.raises(IdxError):
            parse_idx(raw)
        assert tracemalloc.get_traced_memory()[1] < 100_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"", "less than a magic number"),
        (b"\0\0\x08", "less than a magic number"),
        (b"\x1f\x8b\x08\0abc", "is compressed"),
        (b"\0\x01\x08\x01\0\0\0\0", "magic number is 00 01 08 01"),
        (b"\0\0\x0a\x01\0\0\0\0", "magic number is 00 00 0a 01"),
        (b"\0\0\x08\0", "magic number is 00 00 08 00"),
        (bytes([0, 0, 8, MOST_DIMENSIONS + 1]) + bytes(40), "magic number is 00 00 08 09"),
        (b"\0\0\x08\x03\0\0\0\1", "ends within its header: 8 bytes, and 3 sizes need 16"),
        (b"\0\0\x08\x01\0\0\0\x05abc", r"is truncated: 11 bytes, and shape \(5,\) of uint8 needs 13"),
    ],
)
def test_an_error_says_what_was_found_and_what_was_expected(raw, words):
    with pytest.raises(IdxError, match=words):
        parse_idx(raw)
