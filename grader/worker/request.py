"""One request: its arguments as they arrived, and its result as it leaves."""

from __future__ import annotations

import functools
import sys
from typing import Any

import torch
from torch import Tensor

from grader.wire.frame import BadFrame
from grader.wire.tensor import HOST, META, describe, tensor_bytes, with_memory
from grader.wire.value import Decoder, Encoder
from grader.worker.state import Calls, Objects, TensorTable, leaves_of


def references(tensors: dict[int, Tensor], number: int) -> int:
    """Return how many references a tensor of a table has, as this Python counts them: 3.14 borrows local names."""
    tensor = tensors[number]
    return sys.getrefcount(tensor)


UNUSED = references({0: torch.empty(0)}, 0)  # of a tensor that only a table holds


class Request:
    """Decodes what one request speaks of and encodes what it returns."""

    def __init__(
        self, buffers: list[bytearray], objects: Objects, tensors: TensorTable, calls: Calls
    ) -> None:
        """Read from `buffers`; the tables live as long as the worker."""
        self.decoder = Decoder(buffers, self._resolve)
        self.encoder = Encoder(self._refer, self._refer_tensor)
        self.outputs: list[Tensor] = []
        self.output_specs: list[Any] = []
        self.keep_tensors = False  # an attribute's tensor lives on in its object
        self._objects, self._tensors, self._calls = objects, tensors, calls
        self._arguments: dict[int, Tensor] = {}
        self._as_sent: dict[int, tuple[Any, ...]] = {}
        self._generators: list[tuple[int, torch.Generator]] = []
        self._snapshots: dict[int, bytes] = {}

    # Arguments

    def _resolve(self, kind: str, payload: Any, decoder: Decoder) -> Any:
        match kind:
            case "argument":
                return self._argument(payload, decoder)
            case "repeat":
                return self._arguments[payload]
            case "mirror":
                return self._tensors[payload]
            case "tensor":
                return decoder.reader.tensor(payload)
            case "handle":
                return self._objects[payload]
            case "torch":
                return functools.reduce(getattr, payload.split("."), torch)
            case "generator":
                return self._generator(payload, decoder)
        raise BadFrame(f"an argument of unknown kind {kind!r}")

    def _argument(self, payload: Any, decoder: Decoder) -> Tensor:
        number, spec = payload["number"], payload["tensor"]
        tensor = decoder.reader.tensor(spec)
        if payload.get("parameter"):
            tensor = torch.nn.Parameter(tensor, requires_grad=spec["requires_grad"])
        elif spec["requires_grad"]:
            tensor.requires_grad_()
        if payload.get("grad") is not None:
            tensor.grad = decoder.reader.tensor(payload["grad"])
        if spec["requires_grad"]:
            self._tensors.keep(number, tensor)
        self._arguments[number] = tensor
        self._as_sent[number] = _manner(tensor)
        return tensor

    def _generator(self, payload: Any, decoder: Decoder) -> torch.Generator:
        generator = torch.Generator()
        state = decoder.reader.bytes_at(payload["state"])
        generator.set_state(torch.frombuffer(bytearray(state), dtype=torch.uint8))
        self._generators.append((payload["number"], generator))
        return generator

    def take_snapshots(self) -> None:
        """Remember the arguments' bytes, to see afterwards whether they were changed."""
        self._snapshots = {
            index: bytes(self.decoder.reader.buffers[index]) for index in self.decoder.reader.storages
        }

    # Result

    def _refer(self, value: Any, encoder: Encoder) -> Any:
        kind = type(value)
        name = f"Tensor, {_trait(value)}" if kind is Tensor else _class_name(kind)
        return {"handle": [self._objects.number(value), name, callable(value)]}

    def _refer_tensor(self, value: Tensor, encoder: Encoder) -> Any:
        number = self._tensors.number_of(value)
        if number is None:
            number = next((n for n, argument in self._arguments.items() if argument is value), None)
        if number is not None and self._tensors.is_mirror(number):
            return {"mirror": number}
        if number in self._as_sent and _manner(value) == self._as_sent[number]:
            return {"argument": number}
        if value.is_leaf and (value.requires_grad or self.keep_tensors or type(value) is torch.nn.Parameter):
            return {"new_mirror": self.new_mirror(value)}
        if not value.requires_grad:
            return {"tensor": self.place(value)}
        self.outputs.append(value)
        self.output_specs.append(self.place(value))
        return {"output": len(self.outputs) - 1}

    def new_mirror(self, value: Tensor) -> dict[str, Any]:
        """Make a tensor of the worker one that both sides know."""
        grad = None if value.grad is None else self.encoder.writer.tensor(value.grad)
        is_parameter = type(value) is torch.nn.Parameter
        spec = self.encoder.writer.tensor(value)
        return {
            "number": self._tensors.mirror(value),
            "tensor": spec,
            "grad": grad,
            "parameter": is_parameter,
        }

    def place(self, value: Tensor) -> dict[str, Any]:
        """Describe a tensor by the memory it lies in: an argument's, a mirror's, or its own."""
        if value.device.type == "cpu" and value.numel() and with_memory(value) is value:
            pointer = value.untyped_storage().data_ptr()
            for index, storage in self.decoder.reader.storages.items():
                if storage.data_ptr() == pointer:
                    return {**describe(value), "argument_storage": index}
            mirror = self._tensors.mirror_storages().get(pointer)
            if mirror is not None and self._tensors[mirror].untyped_storage().data_ptr() == pointer:
                return {**describe(value), "mirror_storage": mirror}
        return self.encoder.writer.tensor(value)

    def register_call(self) -> dict[str, Any]:
        """Keep the call for its gradient; return its number and leaves, nothing if nothing is differentiable."""
        if not self.outputs:
            return {}
        leaves = leaves_of(self.outputs)
        rows: list[Any] = []
        for leaf in leaves:
            number = self._tensors.number_of(leaf)
            rows.append({"new_mirror": self.new_mirror(leaf)} if number is None else {"number": number})
        return {"call": self._calls.add(self.outputs, leaves), "outputs": self.output_specs, "leaves": rows}

    def effects(self) -> dict[str, Any]:
        """Return what the call did to its arguments: bytes, gradients, shapes, generators."""
        writer, found = self.encoder.writer, {}
        buffers = self.decoder.reader.buffers
        changed = [
            [i, writer.add_bytes(bytes(buffers[i]))]
            for i, old in self._snapshots.items()
            if buffers[i] != old
        ]
        bent = [n for n, tensor in self._arguments.items() if _manner(tensor) != self._as_sent[n]]
        grads = [[number, self._gradient(number), self._data(number)] for number in bent]
        states = [[n, writer.add_bytes(bytes(g.get_state().numpy()))] for n, g in self._generators]
        for name, rows in (("changed", changed), ("bent", grads), ("generators", states)):
            if rows:
                found[name] = rows
        return found

    def _data(self, number: int) -> Any:
        """Return the elements of an argument that does not lie in host memory."""
        argument = self._arguments[number]
        return None if argument.device.type in (HOST, META) else self.encoder.writer.tensor(argument)

    def _gradient(self, number: int) -> Any:
        gradient = self._arguments[number].grad
        return None if gradient is None else self.encoder.writer.tensor(gradient)

    def kept_arguments(self) -> list[int]:
        """Make mirrors of the arguments that the submission holds on to; return their numbers."""
        kept = [number for number in self._arguments if self._is_held(number)]
        for number in kept:
            self._tensors.keep(number, self._arguments[number])
            self._tensors.mirror(self._arguments[number])
        return kept

    def _is_held(self, number: int) -> bool:
        """Whether anything but our own tables holds an argument; a graph alone counts for nothing."""
        own = UNUSED + (self._tensors.number_of(self._arguments[number]) is not None)
        # When a graph holds it too, torch counts one reference more.
        own += bool(self._arguments[number]._use_count() > 1)  # type: ignore[attr-defined]
        return references(self._arguments, number) > own


def _manner(tensor: Tensor) -> tuple[Any, ...]:
    """Return what must stay as it was; the bytes too where they do not lie in the buffers that were sent."""
    grad = None if tensor.grad is None else tensor_bytes(tensor.grad)
    elsewhere = tensor_bytes(tensor) if tensor.device.type not in (HOST, META) else None
    return tensor.shape, tensor.stride(), tensor.dtype, tensor.requires_grad, tensor.is_leaf, grad, elsewhere


def _trait(value: Tensor) -> str:
    """Say what of a tensor no message can carry."""
    return str(value.dtype if value.layout is torch.strided else value.layout).removeprefix("torch.")


def _class_name(kind: type) -> str:
    name = kind.__name__
    return name[:80] if isinstance(name, str) and name[:80].isprintable() and name else "object"
