"""Arguments of one request as they leave, and what the call did to them as it comes back."""

from __future__ import annotations

import functools
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from grader.proxy.errors import ArgumentChanged
from grader.proxy.handle import Handle
from grader.wire.frame import BadFrame
from grader.wire.tensor import (
    HOST,
    StorageReader,
    describe,
    flat,
    places_of,
    refuse_unsent,
    storage_of,
    tensor_bytes,
    view_over,
)
from grader.wire.value import Encoder

if TYPE_CHECKING:
    from grader.proxy.session import Session


@functools.cache
def _torch_names() -> dict[int, str]:
    """Return the public functions of torch by id: what a suite may pass as a function."""
    names = {}
    for prefix, module in (("nn.functional.", torch.nn.functional), ("", torch)):
        for name, value in vars(module).items():
            if callable(value) and not name.startswith("_"):
                names[id(value)] = prefix + name
    return names


class Arguments:
    """Encodes arguments and remembers which tensor went under which number."""

    def __init__(self, session: Session) -> None:
        """Number tensors of `session`."""
        self.encoder = Encoder(self._refer, self._refer_tensor)
        self.tensors: dict[int, Tensor] = {}
        self._session = session
        self._generators: dict[int, torch.Generator] = {}
        self._names: dict[int, str] = {}
        self.mirrored: dict[int, str] = {}  # names of the arguments that both sides hold already
        self.has_handle = False
        self._current = ""

    def encode(self, value: Any, name: str) -> Any:
        """Encode one argument, called `name` in messages."""
        self._current = name
        return self.encoder.encode(value)

    def _refer(self, value: Any, encoder: Encoder) -> Any:
        if isinstance(value, Handle):
            self.has_handle = True
            return {"handle": vars(value)["_number"]}
        if type(value) is torch.Generator:
            number = self._session.number()
            self._generators[number] = value
            return {"generator": {"number": number, "state": encoder.writer.add_bytes(_state(value))}}
        if id(value) in _torch_names():
            return {"torch": _torch_names()[id(value)]}
        raise TypeError(f"a suite cannot pass {value!r}: ship it with submission.build")

    def _refer_tensor(self, value: Tensor, encoder: Encoder) -> Any:
        mirror = self._session.mirrors.number_of(value)
        if mirror is not None:
            self.mirrored[mirror] = self._current
            return {"mirror": mirror}
        for number, tensor in self.tensors.items():
            if tensor is value:
                return {"repeat": number}
        number = self._session.number()
        self.tensors[number], self._names[number] = value, self._current
        if value.requires_grad:
            self._session.leaves[number] = value
        grad = value.grad if value.is_leaf else None
        return {
            "argument": {
                "number": number,
                "tensor": encoder.writer.tensor(value),
                "grad": None if grad is None else encoder.writer.tensor(grad),
                "parameter": type(value) is torch.nn.Parameter,
            }
        }

    # What came back

    def storage(self, index: object) -> torch.UntypedStorage:
        """Return the judge's own storage that was sent as buffer `index`."""
        for tensor in self.tensors.values():
            storage = tensor.untyped_storage()
            if (
                type(index) is int
                and tensor.device.type == "cpu"
                and self.encoder.writer.index_of(storage) == index
            ):
                return storage
        raise BadFrame("a view of an argument that was not sent")

    def take_effects(self, answer: dict[str, Any], reader: StorageReader, may_change: frozenset[str]) -> None:
        """Take over declared changes.

        Raises:
            ArgumentChanged: something else changed; nothing of it is taken over.
        """
        for index, new in answer.get("changed", ()):
            self._take_change(index, reader.bytes_at(new), may_change)
        for number, grad, data in answer.get("bent", ()):
            self._take_bent(number, grad, data, reader, may_change)
        for number, new in answer.get("generators", ()):
            state = bytearray(reader.bytes_at(new))
            self._generators[number].set_state(torch.frombuffer(state, dtype=torch.uint8))

    def refuse_changed_mirrors(
        self, answer: dict[str, Any], may_change: frozenset[str], made_of: Collection[int]
    ) -> None:
        """Raise ArgumentChanged when a tensor of ours that the submission had held on to was changed.

        `made_of` numbers those that an object was made of, which may change them.
        """
        for number, _ in answer.get("mirrors", ()):
            name = self.mirrored.get(number, "from an earlier call")
            if number > 0 and name not in may_change and number not in made_of:
                raise ArgumentChanged(name, "its values or .grad were changed in place")

    def view(self, spec: dict[str, Any], reader: StorageReader) -> Tensor:
        """Return the view of an argument's memory that `spec` describes, only over elements that were sent."""
        storage = self.storage(spec["argument_storage"])
        value = reader.counted(view_over(storage, spec))
        return refuse_unsent(value, [tensor for _, tensor in self._over(storage)])

    def _take_change(self, index: object, new: bytearray, may_change: frozenset[str]) -> None:
        storage, changed = self.storage(index), storage_of(new)
        if changed.nbytes() != storage.nbytes():
            raise BadFrame("an argument that changed its size")
        over = self._over(storage)
        for number, tensor in over:
            after = view_over(changed, describe(tensor))
            if self._names[number] not in may_change and tensor_bytes(tensor) != tensor_bytes(after):
                raise ArgumentChanged(self._names[number], "its values were changed in place")
        for _, tensor in over:
            places = places_of(tensor)
            flat(storage, tensor.dtype)[places] = flat(changed, tensor.dtype)[places]

    def _over(self, storage: torch.UntypedStorage) -> list[tuple[int, Tensor]]:
        pointer = storage.data_ptr()
        host = [(number, tensor) for number, tensor in self.tensors.items() if tensor.device.type == HOST]
        return [(number, tensor) for number, tensor in host if tensor.untyped_storage().data_ptr() == pointer]

    def _take_bent(
        self, number: int, grad: Any, data: Any, reader: StorageReader, may_change: frozenset[str]
    ) -> None:
        tensor, name = self.tensors[number], self._names[number]
        if name not in may_change:
            what = (
                ".grad, shape or requires_grad" if data is None else "values, .grad, shape or requires_grad"
            )
            raise ArgumentChanged(name, f"its {what} was changed")
        if data is not None:  # it lies on a device: what was sent is a copy, not a view of its memory
            tensor.data.copy_(reader.tensor(data))
        tensor.grad = None if grad is None else reader.tensor(grad).clone()


def _state(generator: torch.Generator) -> bytes:
    return bytes(generator.get_state().numpy())
