"""Values survive the wire: every kind, nested, with their types."""

from __future__ import annotations

import math
from collections import OrderedDict
from typing import Any, NamedTuple

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from grader.wire.frame import MAX_DEPTH, MAX_INT_BITS, MAX_VALUES, BadFrame, TooLarge, pack, unpack
from grader.wire.value import Decoder, Encoder, Record

EXAMPLES = settings(max_examples=150, deadline=None, derandomize=True)


class Pair(NamedTuple):
    first: Any
    second: Any


def sent(value: Any) -> Any:
    """A value after a trip over the wire."""
    things: list[Any] = []

    def refer(thing: Any, _: Encoder) -> Any:
        things.append(thing)
        return {"handle": len(things) - 1}

    def resolve(kind: str, payload: Any, decoder: Decoder) -> Any:
        return decoder.reader.tensor(payload) if kind == "tensor" else things[payload]

    encoder = Encoder(refer, lambda tensor, enc: {"tensor": enc.writer.tensor(tensor)})
    parts = pack({"value": encoder.encode(value)}, encoder.buffers)
    data, place = b"".join(bytes(part) for part in parts), 0

    def read(count: int) -> bytearray:
        nonlocal place
        place += count
        return bytearray(data[place - count : place])

    header, buffers = unpack(read)
    assert place == len(data)
    return Decoder(buffers, resolve).decode(header["value"])


def decoded(data: Any, *buffers: bytes) -> Any:
    def refuse(kind: str, payload: Any, decoder: Decoder) -> Any:
        raise BadFrame(kind)

    return Decoder([bytearray(buffer) for buffer in buffers], refuse).decode(data)


def same(got: Any, want: Any) -> bool:
    if type(got) is not type(want):
        return False
    if isinstance(want, Tensor):
        return same_tensor(got, want)
    if isinstance(want, (list, tuple)):
        return len(got) == len(want) and all(map(same, got, want))
    if isinstance(want, dict):
        return len(got) == len(want) and all(map(same, got.items(), want.items()))
    if isinstance(want, float):
        return (math.isnan(got) and math.isnan(want)) or (got == want and str(got) == str(want))
    return str(got) == str(want) if isinstance(want, complex) else bool(got == want)


def same_tensor(got: Tensor, want: Tensor) -> bool:
    layout = got.shape == want.shape and got.stride() == want.stride() and got.dtype is want.dtype
    return layout and got.device == want.device and torch.equal(got, want)


hashable = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**100), 2**100)
    | st.floats(allow_nan=False)
    | st.text()
    | st.binary(),
    lambda parts: st.tuples(parts, parts),
    max_leaves=4,
)
dtypes = st.sampled_from([torch.float64, torch.float32, torch.float16, torch.bfloat16, torch.complex64, torch.int64,
                          torch.int8, torch.uint8, torch.bool])  # fmt: skip


@st.composite
def tensors(draw: st.DrawFn) -> Tensor:
    """Tensors with shapes, steps and offsets of all kinds, overlapping and expanded ones among them."""
    shape = draw(st.lists(st.integers(0, 4), max_size=4))
    stride = [draw(st.integers(0, 5)) for _ in shape]
    offset = draw(st.integers(0, 6))
    size = offset + 1 + sum(max(n - 1, 0) * step for n, step in zip(shape, stride, strict=True))
    return torch.arange(size).to(draw(dtypes)).as_strided(shape, stride, offset)


values = st.recursive(
    hashable
    | st.floats()
    | tensors()
    | dtypes
    | st.just(torch.device("cpu"))
    | st.just(...)
    | st.complex_numbers(),
    lambda parts: (
        st.lists(parts, max_size=4) | st.tuples(parts, parts) | st.dictionaries(hashable, parts, max_size=4)
    ),
    max_leaves=12,
)


@EXAMPLES
@given(values)
def test_nested_value_survives(value: Any) -> None:
    assert same(sent(value), value)


@EXAMPLES
@given(tensors())
def test_tensor_survives_with_its_layout(x: Tensor) -> None:
    got = sent(x)
    assert same_tensor(got, x)
    assert got.storage_offset() == x.storage_offset() or not x.numel()


@EXAMPLES
@given(st.sets(hashable, max_size=5))
def test_set_survives(value: set[Any]) -> None:
    assert sent(value) == value


@pytest.mark.parametrize(
    "value",
    [
        float("nan"),
        -0.0,
        float("inf"),
        -float("inf"),
        5e-324,
        2**200,
        "\ud7ff",
        "\x00",
        slice(1, None, 2),
        slice(None),
    ],
)
def test_odd_scalar_survives(value: Any) -> None:
    assert same(sent(value), value)


@pytest.mark.parametrize("device", ["cpu", "meta"])
def test_device_and_empty_shapes_survive(device: str) -> None:
    for shape in ((), (0,), (3, 0, 2), (2, 1)):
        got = sent(torch.empty(shape, device=device))
        assert got.shape == shape and got.device.type == device


def test_storage_is_sent_once() -> None:
    base = torch.arange(4.0)
    a, b, c = sent([base[:3], base[1:], base.clone()])
    assert a.untyped_storage().data_ptr() == b.untyped_storage().data_ptr()
    assert c.untyped_storage().data_ptr() != a.untyped_storage().data_ptr()
    a[1] = 9
    assert b[0].item() == 9


def test_tensor_with_a_gradient_is_sent_without_its_graph() -> None:
    assert not sent(torch.ones(2, requires_grad=True) * 2).requires_grad


def test_lazily_conjugate_and_negative_tensors_are_sent_as_they_look() -> None:
    x = torch.tensor([1 + 2j])
    assert sent(x.conj()).tolist() == [1 - 2j] and sent(x.conj().imag).tolist() == [-2.0]
    assert sent(torch._efficientzerotensor((2,))).tolist() == [0.0, 0.0]


def test_named_tuple_becomes_a_record() -> None:
    got = sent(Pair(1, torch.ones(2)))
    assert type(got) is Record and got.first == 1 and got[1].tolist() == [1.0, 1.0]
    assert len(got) == 2 and repr(got) == "Pair(first, second)"
    with pytest.raises(AttributeError, match="fields first, second"):
        _ = got.third


def test_numpy_double_becomes_the_float_that_it_is() -> None:
    got = sent([np.float64(0.1), np.mean([1.0, 2.0]), np.float64("nan")])
    assert [type(value) for value in got] == [float] * 3
    assert got[:2] == [0.1, 1.5] and math.isnan(got[2])


def test_numpy_array_and_number_survive() -> None:
    got = sent([np.arange(6).reshape(2, 3).T, np.float32(1.5), np.array(3)])
    assert got[0].tolist() == [[0, 3], [1, 4], [2, 5]] and got[0].dtype == np.int64
    assert type(got[1]) is np.float32 and got[1] == 1.5
    assert type(got[2]) is np.ndarray and got[2].shape == ()


@pytest.mark.parametrize("value", [OrderedDict(a=1), torch.Size((1, 2)), frozenset({1}), bytearray(b"1")])
def test_close_relative_becomes_the_plain_kind(value: Any) -> None:
    plain = {OrderedDict: dict, torch.Size: tuple, frozenset: set, bytearray: bytes}[type(value)]
    assert type(sent(value)) is plain and sent(value) == plain(value)


class OwnInt(int):
    pass


@pytest.mark.parametrize(
    "thing",
    [
        OwnInt(1),
        np.array(["text"]),
        np.array([None]),
        torch.eye(2).to_sparse(),
        object(),
        len,
        type("L", (list,), {})(),
    ],
    ids=lambda thing: type(thing).__name__,
)
def test_anything_else_is_left_to_its_side(thing: Any) -> None:
    assert sent([thing])[0] is thing


# Limits


def nested(depth: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(depth):
        value = [value]
    return value


def test_depth_is_limited_on_both_sides() -> None:
    assert sent(nested(MAX_DEPTH - 10))
    with pytest.raises(TooLarge, match="deeper"):
        sent(nested(MAX_DEPTH + 1))
    data: Any = {"list": []}
    for _ in range(MAX_DEPTH + 1):
        data = {"list": [data]}
    with pytest.raises(BadFrame, match="deep"):
        decoded(data)


def test_cycle_is_too_deep() -> None:
    cycle: list[Any] = []
    cycle.append(cycle)
    with pytest.raises(TooLarge):
        sent(cycle)


def test_count_is_limited_on_both_sides() -> None:
    with pytest.raises(TooLarge):
        sent([0] * MAX_VALUES)
    with pytest.raises(BadFrame):
        decoded({"list": [0] * MAX_VALUES})


def test_integers_are_limited() -> None:
    assert sent(2**MAX_INT_BITS - 1) == 2**MAX_INT_BITS - 1
    with pytest.raises(TooLarge, match="integer"):
        sent(2**MAX_INT_BITS)


BAD = [
    [], {}, {"list": [], "tuple": []}, {"nonsense": 1}, {"list": 1}, {"dict": [1]}, {"dict": [[{"list": []}, 1]]},
    {"set": [{"list": []}]}, {"bytes": 0}, {"bytes": -1}, {"bytes": True}, {"dtype": "float"}, {"dtype": []},
    {"device": ""}, {"device": "nowhere"}, {"device": 1}, {"complex": [1, 2, 3]}, {"complex": "1j"}, {"slice": []},
    {"record": []}, {"record": ["R", ["a"], []]}, {"record": ["", [], []]}, {"record": ["R", ["\n"], [1]]},
    {"record": ["R" * 101, [], []]}, {"array": {}}, {"array": None}, {"number": 1},
]  # fmt: skip


@pytest.mark.parametrize("data", BAD, ids=repr)
def test_malformed_value_is_a_bad_frame(data: Any) -> None:
    with pytest.raises(BadFrame):
        decoded(data)
