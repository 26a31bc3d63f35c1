"""The few operators of the simulated device that the general kernel cannot take, or not as fast.

torch calls them with the gates before their activations; what forward keeps for backward is ours to choose.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import torch
from torch import Tensor

from grader.device.kernels import HOST, run_on_host
from grader.device.memory import DEVICE, adopt, as_device, as_host, on_host_kernel
from grader.device.rules import check_index

Gradients = tuple[Tensor | None, ...]


def lstm_cell(
    input_gates: Tensor,
    hidden_gates: Tensor,
    cx: Tensor,
    input_bias: Tensor | None = None,
    hidden_bias: Tensor | None = None,
) -> tuple[Tensor, Tensor, Tensor]:
    """Return the next hidden state, the next cell state, and the gates after their activations."""
    gates = _biased(input_gates, input_bias) + _biased(hidden_gates, hidden_bias)
    i, f, g, o = gates.chunk(4, 1)
    i, f, g, o = i.sigmoid(), f.sigmoid(), g.tanh(), o.sigmoid()
    cy = f * as_host(cx) + i * g
    hy = o * cy.tanh()
    return as_device(hy), as_device(cy), as_device(torch.cat((i, f, g, o), 1))


def lstm_cell_backward(
    grad_hy: Tensor | None, grad_cy: Tensor | None, cx: Tensor, cy: Tensor, workspace: Tensor, has_bias: bool
) -> Gradients:
    """Return the gradients of the gates, of the cell state before, and of the bias."""
    i, f, g, o = as_host(workspace).chunk(4, 1)
    tanh_cy = as_host(cy).tanh()
    grad_h = torch.zeros_like(tanh_cy) if grad_hy is None else as_host(grad_hy)
    grad_c = grad_h * o * (1 - tanh_cy * tanh_cy)
    if grad_cy is not None:
        grad_c = grad_c + as_host(grad_cy)
    of_gates = torch.cat(
        (
            grad_c * g * i * (1 - i),
            grad_c * as_host(cx) * f * (1 - f),
            grad_c * i * (1 - g * g),
            grad_h * tanh_cy * o * (1 - o),
        ),
        1,
    )
    of_bias = as_device(of_gates.sum(0)) if has_bias else None
    return as_device(of_gates), as_device(grad_c * f), of_bias


def gru_cell(
    input_gates: Tensor,
    hidden_gates: Tensor,
    hx: Tensor,
    input_bias: Tensor | None = None,
    hidden_bias: Tensor | None = None,
) -> tuple[Tensor, Tensor]:
    """Return the next hidden state, and what backward needs."""
    ir, iz, n_in = _biased(input_gates, input_bias).chunk(3, 1)
    hr, hz, hn = _biased(hidden_gates, hidden_bias).chunk(3, 1)
    r, z = (ir + hr).sigmoid(), (iz + hz).sigmoid()
    n = (n_in + r * hn).tanh()
    before = as_host(hx)
    return as_device((before - n) * z + n), as_device(torch.cat((r, z, n, hn, before), 1))


def gru_cell_backward(grad_hy: Tensor, workspace: Tensor, has_bias: bool) -> Gradients:
    """Return the gradients of both gates, of the hidden state before, and of both biases."""
    r, z, n, hn, before = as_host(workspace).chunk(5, 1)
    grad = as_host(grad_hy)
    of_n = grad * (1 - z) * (1 - n * n)
    of_z = grad * (before - n) * z * (1 - z)
    of_r = of_n * hn * r * (1 - r)
    of_input, of_hidden = torch.cat((of_r, of_z, of_n), 1), torch.cat((of_r, of_z, of_n * r), 1)
    biases = [as_device(part.sum(0)) if has_bias else None for part in (of_input, of_hidden)]
    return as_device(of_input), as_device(of_hidden), as_device(grad * z), *biases


def _biased(gates: Tensor, bias: Tensor | None) -> Tensor:
    return as_host(gates) if bias is None else as_host(gates) + as_host(bias)


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
        "_thnn_fused_lstm_cell": lstm_cell,
        "_thnn_fused_lstm_cell_backward_impl": lstm_cell_backward,
        "_thnn_fused_gru_cell": gru_cell,
        "_thnn_fused_gru_cell_backward": gru_cell_backward,
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
