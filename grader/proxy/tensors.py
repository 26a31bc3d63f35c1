"""Tensors that both processes know: calls as nodes of the judge's graph, and mirrors of what the worker keeps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from grader.wire.frame import MAX_MIRROR_BYTES, MAX_MIRRORS, BadFrame
from grader.wire.mirror import Snapshot, apply_changes, report_changes, snapshot
from grader.wire.tensor import StorageReader, StorageWriter, refuse_unsent, view_over

if TYPE_CHECKING:
    from grader.proxy.session import Session


class RemoteCall(torch.autograd.Function):
    """Outputs that the worker computed from leaves that the judge knows.

    The leaves are inputs of this node, so gradients accumulate here by torch's own rules.
    """

    @staticmethod
    def forward(ctx: Any, session: Session, call: int, outputs: Sequence[Tensor], *leaves: Tensor) -> Any:
        """Hand out what the worker computed."""
        ctx.session, ctx.call, ctx.leaves = session, call, leaves
        ctx.set_materialize_grads(False)
        return tuple(outputs)

    @staticmethod
    def backward(ctx: Any, *upstream: Tensor | None) -> Any:
        """Ask the worker for the vector-Jacobian product, itself a call when a graph of it is wanted."""
        gradients = ctx.session.vjp(ctx.call, upstream, ctx.leaves, torch.is_grad_enabled())
        return None, None, None, *gradients


def attach(
    session: Session, call: int, outputs: Sequence[Tensor], leaves: Sequence[Tensor]
) -> tuple[Tensor, ...]:
    """Return the outputs as results of a call on `leaves`."""
    with torch.enable_grad():
        attached: tuple[Tensor, ...] = RemoteCall.apply(session, call, list(outputs), *leaves)
    return attached


class Mirrors:
    """Tensors by the number that both sides use, with the state that was last the same."""

    def __init__(self) -> None:
        """Start with no mirrors."""
        self._tensors: dict[int, Tensor] = {}
        self._snapshots: dict[int, Snapshot] = {}
        self._born, self._bytes = 0, 0

    def __getitem__(self, number: int) -> Tensor:
        """Return the tensor with this number. Raises BadFrame for a number never given."""
        if type(number) is not int or number not in self._tensors:
            raise BadFrame("a mirror that was never given")
        return self._tensors[number]

    def view(self, spec: dict[str, Any], reader: StorageReader) -> Tensor:
        """Return the view of a mirror's memory that `spec` describes, only over elements that mirrors show."""
        storage = self[spec["mirror_storage"]].untyped_storage()
        held = [mirror for mirror in self._tensors.values() if _lies_in(mirror, storage)]
        return refuse_unsent(reader.counted(view_over(storage, spec)), held)

    def number_of(self, tensor: Tensor) -> int | None:
        """Return the number of a mirror, None for another tensor."""
        return next((number for number, mirror in self._tensors.items() if mirror is tensor), None)

    def add(self, number: int, tensor: Tensor) -> None:
        """Keep a tensor equal on both sides from now on."""
        self._tensors[number] = tensor
        self._snapshots[number] = snapshot(tensor)

    def create(self, message: dict[str, Any], reader: StorageReader) -> Tensor:
        """Make the judge's copy of a tensor that was born in the worker."""
        sent, number = reader.tensor(message["tensor"]), message["number"]
        if type(number) is not int or number >= 0 or number in self._tensors:
            raise BadFrame("a new mirror whose number is not new")
        self._count(sent)
        value = sent.clone()
        requires_grad = bool(message["tensor"]["requires_grad"])
        tensor = (
            torch.nn.Parameter(value, requires_grad)
            if message["parameter"]
            else value.requires_grad_(requires_grad)
        )
        if message["grad"] is not None:
            tensor.grad = reader.tensor(message["grad"]).clone()
        self.add(number, tensor)
        return tensor

    def _count(self, tensor: Tensor) -> None:
        """Refuse what each answer by itself may hold, and all of them together would fill the judge with."""
        self._born += 1
        self._bytes += tensor.numel() * tensor.element_size()
        if self._born > MAX_MIRRORS or self._bytes > MAX_MIRROR_BYTES:
            raise BadFrame(f"more than {MAX_MIRRORS} tensors to keep, or {MAX_MIRROR_BYTES} bytes of them")

    def report(self, writer: StorageWriter) -> list[Any]:
        """Return what the judge changed since the last request."""
        return report_changes(self._tensors, self._snapshots, writer)

    def receive(self, messages: Any, reader: StorageReader) -> None:
        """Take over what the worker changed."""
        for number, message in messages:
            tensor = self[number]
            apply_changes(tensor, message, reader)
            self._snapshots[number] = snapshot(tensor)


def _lies_in(tensor: Tensor, storage: torch.UntypedStorage) -> bool:
    return tensor.untyped_storage().data_ptr() == storage.data_ptr()
