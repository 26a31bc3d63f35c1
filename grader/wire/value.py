"""Plain values as JSON and back; what is not plain is left to the side that knows it.

A scalar stands for itself; everything else is an object with one key, its kind.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from grader.wire.frame import MAX_DEPTH, MAX_INT_BITS, MAX_VALUES, BadFrame, Buffer, TooLarge
from grader.wire.tensor import DTYPES, StorageReader, StorageWriter, device_called, sendable


class Record:
    """Named values in order; the class that the other side used is only a name here."""

    __slots__ = ("_fields", "_name", "_values")

    def __init__(self, name: str, fields: tuple[str, ...], values: tuple[Any, ...]) -> None:
        """Keep `values[i]` under `fields[i]`."""
        self._name, self._fields, self._values = name, fields, values

    def __getattr__(self, field: str) -> Any:
        """Return the value called `field`."""
        if field.startswith("__") or field not in self._fields:
            raise AttributeError(f"{self._name} has the fields {', '.join(self._fields)}, not {field}")
        return self._values[self._fields.index(field)]

    def __getitem__(self, index: int) -> Any:
        """Return the value at `index`."""
        return self._values[index]

    def __iter__(self) -> Iterator[Any]:
        """Iterate over the values."""
        return iter(self._values)

    def __len__(self) -> int:
        """Return the number of values."""
        return len(self._values)

    def __repr__(self) -> str:
        """Name the class and its fields, not the values."""
        return f"{self._name}({', '.join(self._fields)})"


Json = Any
Refer = Callable[[Any, "Encoder"], Json]
Resolve = Callable[[str, Json, "Decoder"], Any]

SEQUENCES: dict[type, str] = {list: "list", tuple: "tuple", set: "set", frozenset: "set", torch.Size: "tuple"}
SCALARS = (type(None), bool, int, float, str)
MALFORMED = (
    TypeError,
    ValueError,
    KeyError,
    IndexError,
    AttributeError,
    RuntimeError,
    OverflowError,
    MemoryError,
)


class Encoder:
    """Outgoing values of one message."""

    def __init__(self, refer: Refer, refer_tensor: Refer) -> None:
        """`refer` names objects that are not plain, `refer_tensor` describes tensors."""
        self.writer = StorageWriter()
        self._refer, self._refer_tensor = refer, refer_tensor
        self._count = 0

    @property
    def buffers(self) -> list[Buffer]:
        """The bytes that go with what was encoded."""
        return self.writer.buffers

    def encode(self, value: Any, depth: int = 0) -> Json:
        """Return `value` as JSON. Raises TooLarge when it is too deep or has too many parts."""
        self._count += 1
        if depth > MAX_DEPTH or self._count > MAX_VALUES:
            raise TooLarge(f"a value nested deeper than {MAX_DEPTH} or with more than {MAX_VALUES} parts")
        kind = type(value)
        if kind is int and value.bit_length() > MAX_INT_BITS:
            raise TooLarge(f"an integer of {value.bit_length()} bits, allowed are {MAX_INT_BITS}")
        if kind in SCALARS:
            return value
        if kind in SEQUENCES:
            return {SEQUENCES[kind]: [self.encode(part, depth + 1) for part in value]}
        if kind is dict or kind is OrderedDict:
            pairs = value.items()
            return {
                "dict": [[self.encode(key, depth + 1), self.encode(part, depth + 1)] for key, part in pairs]
            }
        if issubclass(kind, tuple) and hasattr(kind, "_fields"):
            parts = [self.encode(part, depth + 1) for part in value]
            return {"record": [kind.__name__, [str(field) for field in kind._fields], parts]}
        if kind in (Tensor, torch.nn.Parameter) and sendable(value):
            return self._refer_tensor(value, self)
        return self._rare(value, depth)

    def _rare(self, value: Any, depth: int) -> Json:
        kind = type(value)
        if kind in (bytes, bytearray):
            return {"bytes": self.writer.add_bytes(bytes(value))}
        if kind is np.ndarray and _numeric(value):
            return {"array": self.writer.tensor(torch.from_numpy(np.array(value, order="C")))}
        if kind is np.float64:  # which inherits from float: the mean of a list of floats is one
            return float(value)
        if issubclass(kind, np.generic) and kind.__module__ == "numpy" and _numeric(value):
            return {"number": self.writer.tensor(torch.from_numpy(np.array(value)))}
        if kind is torch.dtype and value in DTYPES.values():
            return {"dtype": str(value).removeprefix("torch.")}
        if kind is torch.device:
            return {"device": str(value)}
        if kind is complex:
            return {"complex": [value.real, value.imag]}
        if kind is slice:
            return {"slice": [self.encode(part, depth + 1) for part in (value.start, value.stop, value.step)]}
        if value is Ellipsis:
            return {"ellipsis": None}
        return self._refer(value, self)


def _numeric(value: Any) -> bool:
    name = str(value.dtype)
    return name in DTYPES


class Decoder:
    """Incoming values of one message."""

    def __init__(self, buffers: Sequence[bytearray], resolve: Resolve) -> None:
        """`resolve(kind, payload, decoder)` returns what is not plain."""
        self.reader = StorageReader(buffers)
        self._resolve = resolve
        self._count = 0

    def decode(self, data: Json, depth: int = 0) -> Any:
        """Return the value. Raises BadFrame when `data` is not what an encoder writes."""
        self._count += 1
        if depth > MAX_DEPTH or self._count > MAX_VALUES:
            raise BadFrame("a value that is too deep or has too many parts")
        if type(data) in SCALARS:
            return data
        if type(data) is not dict or len(data) != 1:
            raise BadFrame("a value without a kind")
        ((kind, payload),) = data.items()
        try:
            return self._decode(kind, payload, depth + 1)
        except torch.OutOfMemoryError:
            raise
        except MALFORMED as problem:
            raise BadFrame(f"a value of kind {kind!r} that is malformed") from problem

    def _parts(self, payload: Json, depth: int) -> list[Any]:
        if type(payload) is not list:
            raise BadFrame("a container without a list of parts")
        return [self.decode(part, depth) for part in payload]

    def _decode(self, kind: str, payload: Json, depth: int) -> Any:
        match kind:
            case "list":
                return self._parts(payload, depth)
            case "tuple":
                return tuple(self._parts(payload, depth))
            case "set":
                return set(self._parts(payload, depth))
            case "dict":
                return {self.decode(key, depth): self.decode(part, depth) for key, part in payload}
            case "record":
                name, fields, parts = payload
                values = tuple(self._parts(parts, depth))
                if len(fields) != len(values):
                    raise BadFrame("a record whose fields and values differ in number")
                return Record(_word(name), tuple(_word(field) for field in fields), values)
            case "bytes":
                return bytes(self.reader.bytes_at(payload))
            case "array":
                return self.reader.tensor(payload).numpy()
            case "number":
                return self.reader.tensor(payload).numpy()[()]
            case "dtype":
                return DTYPES[payload]
            case "device":
                return device_called(_word(payload))
            case "complex":
                return complex(*payload)
            case "slice":
                return slice(*self._parts(payload, depth))
            case "ellipsis":
                return Ellipsis
            case _:
                return self._resolve(kind, payload, self)


def _word(text: object) -> str:
    if not isinstance(text, str) or not 0 < len(text) <= 100 or not text.isprintable():
        raise BadFrame("a name that is none")
    return text
