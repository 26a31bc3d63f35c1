"""The state of a tensor that both sides hold: what changed, as a message."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from torch import Tensor

from grader.wire.frame import BadFrame
from grader.wire.tensor import StorageReader, StorageWriter, tensor_bytes

Snapshot = tuple[bytes, bytes | None]


def snapshot(tensor: Tensor) -> Snapshot:
    """Return the bytes of a tensor and of its gradient."""
    grad = grad_of(tensor)
    return tensor_bytes(tensor), None if grad is None else tensor_bytes(grad)


def grad_of(tensor: Tensor) -> Tensor | None:
    """Return the gradient of a leaf; an intermediate tensor has none, and torch warns when asked."""
    return tensor.grad if tensor.is_leaf else None


def changes(
    tensor: Tensor, before: Snapshot, after: Snapshot, writer: StorageWriter
) -> dict[str, Any] | None:
    """Return what of a tensor differs between two snapshots, as a message; None if nothing does."""
    if before == after:
        return None
    message: dict[str, Any] = {}
    if before[0] != after[0]:
        message["data"] = writer.tensor(tensor.detach().clone())
    if before[1] != after[1]:
        grad = grad_of(tensor)
        message["grad"] = None if grad is None else writer.tensor(grad.detach().clone())
    return message


def apply_changes(tensor: Tensor, message: dict[str, Any], reader: StorageReader) -> None:
    """Bring a tensor to the state that the other side reported."""
    if "data" in message:
        data = reader.tensor(message["data"])
        if data.shape != tensor.shape or data.is_complex() is not tensor.is_complex():
            raise BadFrame("a tensor of both sides whose shape or kind of number changed")
        tensor.data.copy_(data)
    if "grad" in message:
        tensor.grad = None if message["grad"] is None else reader.tensor(message["grad"]).clone()


def report_changes(
    tensors: Mapping[int, Tensor], snapshots: dict[int, Snapshot], writer: StorageWriter
) -> list[Any]:
    """Return what of the mirrored tensors changed since their snapshots, which are brought up to date."""
    rows = []
    for number, before in snapshots.items():
        after = snapshot(tensors[number])
        message = changes(tensors[number], before, after, writer)
        if message is not None:
            rows.append([number, message])
            snapshots[number] = after
    return rows
