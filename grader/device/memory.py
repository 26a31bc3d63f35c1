"""One piece of memory seen from two sides: as a tensor of the host, and as a tensor of the simulated device.

A tensor of the simulated device is a plain `torch.Tensor` whose storage says "sim" and whose bytes lie in
the host's memory. Nothing in torch's Python interface makes such a storage, but DLPack does: a capsule
describes memory by address, shape, strides and kind of device, and torch reads the kind "extension" as the
registered backend. Changing that one number hands the same memory from one side to the other, in about a
microsecond and without a copy.
"""

from __future__ import annotations

import ctypes
from typing import Any

import torch
from torch import Tensor

from grader.device.internals import part

DEVICE = "sim"

HOST_KIND = 1
EXTENSION_KIND = 12
KIND_OFFSET = ctypes.sizeof(ctypes.c_void_p)
"""Where the kind stands in DLPack's DLTensor: after the address."""

_address_of = ctypes.pythonapi.PyCapsule_GetPointer
_address_of.restype = ctypes.c_void_p
_address_of.argtypes = [ctypes.py_object, ctypes.c_char_p]
_number_at = ctypes.c_int32.from_address

_to_dlpack, _from_dlpack = part("torch._C:_to_dlpack"), part("torch._C:_from_dlpack")
_key, _keys = part("torch._C:DispatchKey"), part("torch._C:DispatchKeySet")
_AS_ON_HOST: Any = _keys(_key.CPU) if _key and _keys else None
_as_strided = torch.ops.aten.as_strided.default
_set = torch.ops.aten.set_.source_Tensor


def as_device(value: Tensor) -> Tensor:
    """Return the memory of a host tensor as a tensor of the device, without a copy or a history.

    What returns keeps `value` alive, but not its memory if `value` is given other memory later: hand over a
    tensor that nobody else changes so, or `value.detach()`.
    """
    return _seen_as(value, EXTENSION_KIND)


def as_host(value: Tensor) -> Tensor:
    """Return the memory of a device tensor as a tensor of the host; as above."""
    return _seen_as(value, HOST_KIND)


def adopt(value: Tensor, source: Tensor) -> None:
    """Make the device tensor `value` use the memory of the device tensor `source`."""
    _set.redispatch(_AS_ON_HOST, value, source)


def on_host_kernel(operator: torch._ops.OpOverload, *args: object, **kwargs: object) -> object:
    """Run the host's kernel on device tensors as they are: right for kernels that never read memory."""
    return operator.redispatch(_AS_ON_HOST, *args, **kwargs)


def _seen_as(value: Tensor, kind: int) -> Tensor:
    if value.is_conj():
        return _seen_as(value._conj(), kind)._conj()
    if value.is_neg():
        return _seen_as(value._neg_view(), kind)._neg_view()
    capsule = _to_dlpack(value)
    _number_at(_address_of(capsule, b"dltensor") + KIND_OFFSET).value = kind
    seen: Tensor = _from_dlpack(capsule)
    return seen if seen.stride() == value.stride() else _restrided(seen, value)


def _restrided(seen: Tensor, value: Tensor) -> Tensor:
    """Undo what DLPack does to the strides of dimensions of one element."""
    restrided: Tensor = _as_strided.redispatch(_AS_ON_HOST, seen, value.shape, value.stride(), 0)
    return restrided
