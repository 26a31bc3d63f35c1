"""Tensors as bytes: a storage is sent once, a tensor is a view over a storage."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from grader.wire.frame import MAX_BODY_BYTES, MAX_DIMENSIONS, MAX_ELEMENTS, BadFrame, Buffer, TooLarge


def places_of(value: Tensor) -> Tensor:
    """Return the places in its storage that a host tensor shows, counted in its elements, shape (numel,)."""
    places = torch.tensor([value.storage_offset()])
    for length, step in zip(value.shape, value.stride(), strict=True):
        places = (places.unsqueeze(-1) + step * torch.arange(length)).flatten()
    return places


def flat(storage: torch.UntypedStorage, dtype: torch.dtype) -> Tensor:
    """Return all of a host storage as a vector of `dtype`."""
    return torch.empty(0, dtype=dtype).set_(storage, 0, (storage.nbytes() // dtype.itemsize,), (1,))


def shows_everything(value: Tensor) -> bool:
    """Whether a tensor shows each element of its storage, in whichever order."""
    dense = 1
    for step, length in sorted(zip(value.stride(), value.shape, strict=True)):
        if length != 1 and step != dense:
            return False
        dense *= length
    return dense * value.element_size() == value.untyped_storage().nbytes()


def refuse_unsent(value: Tensor, sent: Sequence[Tensor]) -> Tensor:
    """Return a view of a storage of ours as it was asked for by the other side, which knows what `sent` shows of it.

    Raises:
        BadFrame: it shows an element that was never sent.
    """
    if not any(map(shows_everything, sent)):
        known = torch.zeros(value.untyped_storage().nbytes() // value.element_size(), dtype=torch.bool)
        for tensor in sent:
            if tensor.element_size() == value.element_size():
                known[places_of(tensor)] = True
        if not known[places_of(value)].all():
            raise BadFrame("a view of elements that were not sent")
    return value


def copy_shown(value: Tensor, target: torch.UntypedStorage) -> None:
    """Write the elements that `value` shows, and no others, to the same places of another storage."""
    places = places_of(value)
    flat(target, value.dtype)[places] = flat(value.untyped_storage(), value.dtype)[places]


DTYPES = {
    str(dtype).removeprefix("torch."): dtype
    for dtype in (
        torch.float64, torch.float32, torch.float16, torch.bfloat16, torch.complex64, torch.complex128,
        torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8, torch.bool,
    )
}  # fmt: skip
HOST, META = "cpu", "meta"
DEVICES = (HOST, META, "cuda", "mps", "xpu", "sim")  # sim is the simulated accelerator


def sendable(value: Tensor) -> bool:
    """Whether a tensor is of a kind that a message can carry."""
    return value.layout is torch.strided and value.dtype in DTYPES.values() and not value.is_nested


def storage_bytes(storage: torch.UntypedStorage) -> memoryview:
    """Return the bytes of a host storage, without a copy."""
    flat = torch.empty(0, dtype=torch.uint8).set_(storage, 0, (storage.nbytes(),), (1,))
    return memoryview(flat.numpy().data)


def storage_of(buffer: bytearray) -> torch.UntypedStorage:
    """Return a storage over the memory of `buffer`."""
    if not buffer:
        return torch.empty(0, dtype=torch.uint8).untyped_storage()
    return torch.frombuffer(buffer, dtype=torch.uint8).untyped_storage()


def with_memory(value: Tensor) -> Tensor:
    """Return a tensor whose bytes are its elements: not one that torch only notes as zero, conjugate or negative."""
    return (value.clone() if value._is_zerotensor() else value).resolve_conj().resolve_neg()


def tensor_bytes(value: Tensor) -> bytes:
    """Return the elements of a tensor as bytes in row order, for comparison."""
    flat = with_memory(value.detach()).cpu().contiguous()
    if not flat.numel():
        return b""
    start = flat.storage_offset() * flat.element_size()
    return bytes(storage_bytes(flat.untyped_storage())[start : start + flat.numel() * flat.element_size()])


def describe(value: Tensor) -> dict[str, Any]:
    """Return what a tensor is, apart from its bytes."""
    return {
        "dtype": str(value.dtype).removeprefix("torch."),
        "shape": list(value.shape),
        "stride": list(value.stride()),
        "offset": value.storage_offset(),
        "device": str(value.device),
        "requires_grad": value.requires_grad,
    }


def view_over(storage: torch.UntypedStorage | None, spec: dict[str, Any]) -> Tensor:
    """Return the tensor that `spec` describes over `storage` (None: without data, on the meta device).

    Raises:
        BadFrame: a field is missing or of a wrong kind, or the view reaches beyond the storage.
    """
    dtype = DTYPES.get(spec["dtype"]) if isinstance(spec.get("dtype"), str) else None
    shape, stride, offset = (
        _counts(spec.get("shape")),
        _counts(spec.get("stride")),
        _counts([spec.get("offset")])[0],
    )
    if dtype is None or len(shape) != len(stride):
        raise BadFrame("a tensor without a known dtype, shape and stride")
    if math.prod(shape) > MAX_ELEMENTS:
        raise BadFrame("a tensor with too many elements")
    if storage is None:
        return torch.empty_strided(shape, stride, dtype=dtype, device=META)
    elements = (
        1 + offset + sum((n - 1) * step for n, step in zip(shape, stride, strict=True))
        if 0 not in shape
        else 0
    )
    if elements * dtype.itemsize > storage.nbytes():
        raise BadFrame("a tensor that reaches beyond its bytes")
    if 0 in shape:
        return torch.empty_strided(shape, stride, dtype=dtype)
    return torch.empty(0, dtype=dtype).set_(storage, offset, shape, stride)


def _counts(numbers: object) -> tuple[int, ...]:
    if not isinstance(numbers, list) or len(numbers) > MAX_DIMENSIONS:
        raise BadFrame("a tensor's shape, stride or offset is not a short list")
    if any(type(number) is not int or not 0 <= number <= MAX_ELEMENTS for number in numbers):
        raise BadFrame("a tensor's shape, stride or offset is not a count")
    return tuple(numbers)


class StorageWriter:
    """The outgoing storages of one message, each sent once."""

    def __init__(self) -> None:
        """Start with nothing to send."""
        self.buffers: list[Buffer] = []
        self.storages: list[torch.UntypedStorage] = []  # also keeps them alive while the message is sent
        self._index: dict[int, int] = {}
        self._partial: dict[
            int, torch.UntypedStorage
        ] = {}  # by the address of the storage that it stands for
        self._size = 0

    def add_bytes(self, data: Buffer) -> int:
        """Send `data`; return its index."""
        self.buffers.append(data)
        return len(self.buffers) - 1

    def add(self, storage: torch.UntypedStorage) -> int:
        """Send a host storage once; return its index among the buffers."""
        pointer = storage.data_ptr()
        if pointer not in self._index or pointer == 0:
            self._index[pointer] = self.add_bytes(storage_bytes(storage))
            self.storages.append(storage)
        return self._index[pointer]

    def index_of(self, storage: torch.UntypedStorage) -> int | None:
        """Return the index under which a storage is sent, None if it is not."""
        return self._index.get(storage.data_ptr()) if storage.nbytes() else None

    def tensor(self, value: Tensor) -> dict[str, Any]:
        """Return the description of a tensor whose bytes this message carries. Raises TooLarge."""
        self._size += value.numel() * value.element_size()
        if self._size > MAX_BODY_BYTES:  # by shape: an expanded one is few bytes
            raise TooLarge(f"a tensor of shape {tuple(value.shape)}: that is too much for one result")
        plain = with_memory(value.detach())
        if plain.device.type == META:
            return {**describe(value), "stride": list(plain.stride()), "storage": None}
        host = plain if plain.device.type == HOST else to_host(plain)
        if host.untyped_storage().nbytes() > MAX_BODY_BYTES:
            host = host.clone()  # a small view of something huge
        spec = {**describe(host), "device": str(plain.device), "requires_grad": value.requires_grad}
        return {**spec, "storage": self._add_shown(host)}

    def _add_shown(self, value: Tensor) -> int:
        """Send of a storage what `value` shows; elements that nothing in this message shows are sent as zeros."""
        storage = value.untyped_storage()
        pointer = storage.data_ptr()
        if pointer not in self._partial:
            if pointer == 0 or pointer in self._index or shows_everything(value):
                return self.add(storage)
            self._partial[pointer] = torch.zeros(storage.nbytes(), dtype=torch.uint8).untyped_storage()
            self._index[pointer] = self.add_bytes(storage_bytes(self._partial[pointer]))
            self.storages.append(storage)
        copy_shown(value, self._partial[pointer])
        return self._index[pointer]


class StorageReader:
    """The incoming storages of one message."""

    def __init__(self, buffers: Sequence[bytearray]) -> None:
        """Read from the buffers of one frame."""
        self.buffers = buffers
        self.storages: dict[int, torch.UntypedStorage] = {}
        self._size = 0

    def bytes_at(self, index: object) -> bytearray:
        """Return buffer number `index`."""
        if type(index) is not int or not 0 <= index < len(self.buffers):
            raise BadFrame("a value speaks of bytes that the frame does not hold")
        return self.buffers[index]

    def storage(self, index: object) -> torch.UntypedStorage:
        """Return the storage over buffer number `index`, the same each time."""
        buffer = self.bytes_at(index)
        assert isinstance(index, int)
        if index not in self.storages:
            self.storages[index] = storage_of(buffer)
        return self.storages[index]

    def counted(self, value: Tensor) -> Tensor:
        """Return a tensor that this message speaks of. Raises BadFrame when all of them are too large."""
        self._size += value.numel() * value.element_size()
        if self._size > MAX_BODY_BYTES:  # by shape: an expanded one may be copied
            raise BadFrame("tensors with too many elements")
        return value

    def tensor(self, spec: object) -> Tensor:
        """Return the tensor that `spec` describes, on the device that it names."""
        if not isinstance(spec, dict):
            raise BadFrame("a tensor without a description")
        if spec.get("storage") is None:
            return view_over(None, spec)
        value = self.counted(view_over(self.storage(spec["storage"]), spec))
        return value if spec.get("device") == HOST else to_device(value, spec.get("device"))


def to_host(value: Tensor) -> Tensor:
    """Return a copy of a tensor in host memory."""
    return value.cpu()


def to_device(value: Tensor, device: object) -> Tensor:
    """Return a copy of a host tensor on the device called `device`.

    Raises:
        BadFrame: there is no such device here.
        OutOfMemoryError: it is full.
    """
    if not isinstance(device, str):
        return value
    try:
        return value.to(device_called(device))
    except torch.OutOfMemoryError:
        raise
    except (RuntimeError, AssertionError, ImportError, AttributeError) as problem:
        raise BadFrame(f"there is no device {device!r} here") from problem


def device_called(name: str) -> torch.device:
    """Return the device of this name. Raises BadFrame for one that no course uses: torch has dozens."""
    if name.partition(":")[0] not in DEVICES:
        raise BadFrame(f"there is no device {name!r} here")
    return torch.device(name)
