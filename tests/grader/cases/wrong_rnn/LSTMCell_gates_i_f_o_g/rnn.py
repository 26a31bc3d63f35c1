import math
from typing import Any, NamedTuple
import torch
from torch import Tensor, nn


class LSTMState(NamedTuple):
    h: Tensor
    c: Tensor


class LSTMCell(nn.Module):
    def __init__(self, input_size: int, hidden_size: int) -> None:
        super().__init__()
        self.hidden_size = hidden_size
        r = 1 / math.sqrt(hidden_size)
        self.weight_ih = nn.Parameter(torch.empty(4 * hidden_size, input_size).uniform_(-r, r))
        self.weight_hh = nn.Parameter(torch.empty(4 * hidden_size, hidden_size).uniform_(-r, r))
        self.bias_ih = nn.Parameter(torch.empty(4 * hidden_size).uniform_(-r, r))
        self.bias_hh = nn.Parameter(torch.empty(4 * hidden_size).uniform_(-r, r))

    def forward(self, x: Tensor, state: tuple[Tensor, Tensor] | None = None) -> LSTMState:
        if x.dim() != 2 or x.shape[1] != self.weight_ih.shape[1]:
            raise ValueError(f"x must be (N, {self.weight_ih.shape[1]}), not {tuple(x.shape)}")
        shape = (x.shape[0], self.hidden_size)
        if state is None:
            state = (x.new_zeros(shape), x.new_zeros(shape))
        h, c = state
        if h.shape != shape or c.shape != shape:
            raise ValueError(f"state must be two of {shape}, not {tuple(h.shape)}, {tuple(c.shape)}")
        gates = x @ self.weight_ih.T + self.bias_ih + h @ self.weight_hh.T + self.bias_hh
        i, f, o, g = gates.chunk(4, dim=1)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        h = torch.sigmoid(o) * torch.tanh(c)
        return LSTMState(h, c)
