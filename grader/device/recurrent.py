"""The cells of recurrent layers that torch fuses on devices and the host does not know as one operator.

torch calls them with the gates before their activations; what forward keeps for backward is ours to choose.
"""

from __future__ import annotations

import torch
from torch import Tensor

from grader.device.memory import as_device, as_host

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
