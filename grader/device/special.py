"""The few operators of the simulated device that the general kernel cannot take, or not as fast."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import torch
from torch import Tensor

from grader.device import recurrent
from grader.device.kernels import HOST, run_on_host
from grader.device.memory import DEVICE, adopt, as_device, as_host, on_host_kernel
from grader.device.rules import check_index

aten = torch.ops.aten

ON_HOST = (
    aten.convolution.default,
    aten.convolution_backward.default,
    aten.native_layer_norm.default,
    aten.native_group_norm.default,
    aten.silu_backward.default,
    aten.mish_backward.default,
    aten.mse_loss.default,
    aten.smooth_l1_loss.default,
)
"""Operators with a composite of their own, which would win over the general kernel: ask the host."""

ON_HOST_KERNEL = (
    aten.set_.default,
    aten.set_.source_Storage,
    aten.set_.source_Storage_storage_offset,
    aten.set_.source_Tensor,
)
"""Operators that only change how a tensor looks at memory."""


def kernels() -> dict[str, Callable[..., Any]]:
    """Return the special kernels by the names of their operators."""
    own: dict[str, Callable[..., Any]] = {
        "empty.memory_format": empty,
        "empty_strided": empty_strided,
        "_efficientzerotensor": zeros,
        "resize_": resize,
        "_copy_from": copy_from,
        "_copy_from_and_resize": copy_from_and_resize,
        "_fused_sdp_choice": choose_plain_attention,
        "_thnn_fused_lstm_cell": recurrent.lstm_cell,
        "_thnn_fused_lstm_cell_backward_impl": recurrent.lstm_cell_backward,
        "_thnn_fused_gru_cell": recurrent.gru_cell,
        "_thnn_fused_gru_cell_backward": recurrent.gru_cell_backward,
    }
    general = {_name(operator): partial(run_on_host, operator) for operator in ON_HOST}
    looks = {_name(operator): partial(on_host_kernel, operator) for operator in ON_HOST_KERNEL}
    return {**general, **looks, **own}


def empty(
    size: Sequence[int],
    *,
    dtype: torch.dtype | None = None,
    layout: torch.layout | None = None,
    device: torch.device,
    pin_memory: bool | None = None,
    memory_format: torch.memory_format | None = None,
) -> Tensor:
    """Return memory of the device that holds anything."""
    check_index(device)
    return as_device(
        aten.empty.memory_format(size, dtype=dtype, layout=layout, device=HOST, memory_format=memory_format)
    )


def empty_strided(
    size: Sequence[int],
    stride: Sequence[int],
    *,
    dtype: torch.dtype | None = None,
    layout: torch.layout | None = None,
    device: torch.device,
    pin_memory: bool | None = None,
) -> Tensor:
    """Return memory of the device that holds anything, with these strides."""
    check_index(device)
    return as_device(aten.empty_strided.default(size, stride, dtype=dtype, layout=layout, device=HOST))


def zeros(size: Sequence[int], *, dtype: torch.dtype | None = None, device: torch.device, **_: Any) -> Tensor:
    """Return zeros in memory of their own, where torch would leave them without memory."""
    check_index(device)
    return as_device(aten.zeros.default(size, dtype=dtype, device=HOST))


def copy_from(source: Tensor, target: Tensor, non_blocking: bool = False) -> Tensor:
    """Copy between the host and the device, or on the device."""
    _host_side(target).copy_(_host_side(source))
    return target


def copy_from_and_resize(source: Tensor, target: Tensor) -> Tensor:
    """Copy after giving the target the source's shape."""
    target.resize_(source.shape)
    return copy_from(source, target)


def resize(value: Tensor, size: Sequence[int], *, memory_format: torch.memory_format | None = None) -> Tensor:
    """Give a tensor another shape, in new memory where the old is too small."""
    fresh = aten.empty.memory_format(size, dtype=value.dtype, device=HOST, memory_format=memory_format)
    held = value.untyped_storage().nbytes() - value.storage_offset() * value.element_size()
    if fresh.untyped_storage().nbytes() <= held:
        on_host_kernel(aten.resize_.default, value, size, memory_format=memory_format)
        return value
    if value.numel() and memory_format is None:
        flat = as_host(value).as_strided((value.numel(),), (1,))
        fresh.view(-1)[: value.numel()] = flat
    adopt(value, as_device(fresh))
    return value


def choose_plain_attention(*args: object, **kwargs: object) -> int:
    """Choose the attention that is made of plain operators."""
    return 0


def _host_side(value: Tensor) -> Tensor:
    return as_host(value) if value.device.type == DEVICE else value


def _name(operator: torch._ops.OpOverload) -> str:
    return str(operator._name).removeprefix("aten::")
