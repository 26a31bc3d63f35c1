"""A described tensor lies within the bytes that came with it, or is refused before anything is allocated."""

from __future__ import annotations

import tracemalloc
from typing import Any

import pytest
import torch

from grader.wire.frame import MAX_BODY_BYTES, MAX_DIMENSIONS, BadFrame, TooLarge
from grader.wire.mirror import apply_changes, changes, snapshot
from grader.wire.tensor import StorageReader, StorageWriter, storage_of, tensor_bytes, view_over

SPEC = {"dtype": "float32", "shape": [2, 2], "stride": [2, 1], "offset": 0, "device": "cpu", "storage": 0}
FOUR = bytes(16)


def read(spec: Any, *buffers: bytes) -> torch.Tensor:
    return StorageReader([bytearray(buffer) for buffer in buffers]).tensor(spec)


BAD: dict[str, Any] = {
    "no description": None,
    "another kind": [1],
    "no dtype": {**SPEC, "dtype": None},
    "unknown dtype": {**SPEC, "dtype": "qint8"},
    "attribute for a dtype": {**SPEC, "dtype": "nn"},
    "missing shape": {key: part for key, part in SPEC.items() if key != "shape"},
    "text for a shape": {**SPEC, "shape": "22"},
    "negative shape": {**SPEC, "shape": [-2, 2]},
    "fractional shape": {**SPEC, "shape": [2.0, 2]},
    "truth for a shape": {**SPEC, "shape": [True, 2]},
    "strides of another length": {**SPEC, "stride": [1]},
    "negative stride": {**SPEC, "stride": [-2, 1]},
    "too many dimensions": {
        **SPEC,
        "shape": [1] * (MAX_DIMENSIONS + 1),
        "stride": [1] * (MAX_DIMENSIONS + 1),
    },
    "negative offset": {**SPEC, "offset": -1},
    "beyond the bytes by offset": {**SPEC, "offset": 1},
    "beyond the bytes by shape": {**SPEC, "shape": [3, 2]},
    "beyond the bytes by stride": {**SPEC, "stride": [3, 1]},
    "beyond the bytes by dtype": {**SPEC, "dtype": "float64"},
    "too many elements": {**SPEC, "shape": [2**14, 2**14], "stride": [0, 0]},
    "huge": {**SPEC, "shape": [2**63, 2**63]},
    "no such buffer": {**SPEC, "storage": 1},
    "negative buffer": {**SPEC, "storage": -1},
    "truth for a buffer": {**SPEC, "storage": False},
    "no such device": {**SPEC, "device": "cuda:99"},
    "device without a module": {**SPEC, "device": "hpu"},
    "device that is none": {**SPEC, "device": "nowhere"},
    "huge without data": {**SPEC, "storage": None, "shape": [2**20, 2**20]},
}


@pytest.mark.parametrize("what", BAD)
def test_description_that_does_not_fit_is_refused(what: str) -> None:
    with pytest.raises((BadFrame, RuntimeError)) as refusal:
        read(BAD[what], FOUR)
    assert refusal.type is BadFrame


def test_refusal_allocates_nothing() -> None:
    tracemalloc.start()
    for what in ("too many elements", "huge", "huge without data"):
        with pytest.raises(BadFrame):
            read(BAD[what], FOUR)
    assert tracemalloc.get_traced_memory()[1] < 2**20
    tracemalloc.stop()


def test_tensors_count_together_as_if_none_were_expanded() -> None:
    half = {**SPEC, "shape": [MAX_BODY_BYTES // 8], "stride": [0]}
    reader = StorageReader([bytearray(FOUR)])
    reader.tensor(half), reader.tensor(half)
    with pytest.raises(BadFrame, match="too many"):
        reader.tensor(SPEC)
    writer = StorageWriter()
    writer.tensor(torch.ones(1).expand(MAX_BODY_BYTES // 4))
    with pytest.raises(TooLarge):
        writer.tensor(torch.ones(1))


def test_same_buffer_is_the_same_memory() -> None:
    reader = StorageReader([bytearray(FOUR)])
    a, b = reader.tensor(SPEC), reader.tensor({**SPEC, "shape": [4], "stride": [1]})
    a[0, 0] = 5
    assert b[0].item() == 5


def test_view_over_a_storage_stays_within_it() -> None:
    storage = storage_of(bytearray(FOUR))
    assert view_over(storage, {**SPEC, "shape": [4], "stride": [1]}).numel() == 4
    with pytest.raises(BadFrame):
        view_over(storage, {**SPEC, "shape": [5], "stride": [1]})


def test_bytes_of_a_tensor_are_those_of_its_elements() -> None:
    base = torch.arange(6.0)
    for x in (base[2:4], base.view(2, 3).t(), base[::2], base[:1].expand(3), base[:0], torch.tensor(1.0)):
        assert tensor_bytes(x) == x.clone(memory_format=torch.contiguous_format).numpy().tobytes()
    assert tensor_bytes(torch.tensor([1j]).conj()) == tensor_bytes(torch.tensor([complex(0, -1)]))


def test_snapshot_sees_values_and_gradients() -> None:
    x = torch.ones(2, requires_grad=True)
    states = [snapshot(x)]
    x.data.add_(1)
    states.append(snapshot(x))
    x.grad = torch.ones(2)
    states.append(snapshot(x))
    x.grad.mul_(2)
    states.append(snapshot(x))
    assert len(set(states)) == 4 and snapshot(x) == states[-1]


@pytest.mark.parametrize("grad", [None, torch.tensor([1.0, 2.0])])
def test_changes_bring_the_other_side_to_the_same_state(grad: torch.Tensor | None) -> None:
    ours, theirs = torch.zeros(2, requires_grad=True), torch.zeros(2, requires_grad=True)
    theirs.grad = torch.zeros(2)
    before = snapshot(theirs)
    ours.data.add_(3)
    ours.grad = grad
    writer = StorageWriter()
    message = changes(ours, before, snapshot(ours), writer)
    apply_changes(theirs, message, StorageReader([bytearray(buffer) for buffer in writer.buffers]))
    assert snapshot(theirs) == snapshot(ours)
    assert changes(ours, snapshot(theirs), snapshot(ours), writer) is None


@pytest.mark.parametrize("data", [torch.ones(()), torch.ones(3), torch.ones(2, dtype=torch.complex64)])
def test_change_of_another_shape_or_kind_is_refused(data: torch.Tensor) -> None:
    writer, x = StorageWriter(), torch.zeros(2)
    message = {"data": writer.tensor(data)}
    with pytest.raises(BadFrame):
        apply_changes(x, message, StorageReader([bytearray(buffer) for buffer in writer.buffers]))
    assert x.tolist() == [0.0, 0.0]
