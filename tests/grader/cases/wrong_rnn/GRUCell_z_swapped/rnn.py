import math
import torch
from torch import Tensor, nn


class GRUCell(nn.Module):
    def __init__(self, input_size: int, hidden_size: int) -> None:
        super().__init__()
        self.hidden_size = hidden_size
        r = 1 / math.sqrt(hidden_size)
        self.weight_ih = nn.Parameter(torch.empty(3 * hidden_size, input_size).uniform_(-r, r))
        self.weight_hh = nn.Parameter(torch.empty(3 * hidden_size, hidden_size).uniform_(-r, r))
        self.bias_ih = nn.Parameter(torch.empty(3 * hidden_size).uniform_(-r, r))
        self.bias_hh = nn.Parameter(torch.empty(3 * hidden_size).uniform_(-r, r))

    def forward(self, x: Tensor, h: Tensor | None = None) -> Tensor:
        if x.dim() != 2 or x.shape[1] != self.weight_ih.shape[1]:
            raise ValueError(f"x must be (N, {self.weight_ih.shape[1]}), not {tuple(x.shape)}")
        if h is None:
            h = x.new_zeros(x.shape[0], self.hidden_size)
        if h.shape != (x.shape[0], self.hidden_size):
            raise ValueError(f"h must be {(x.shape[0], self.hidden_size)}, not {tuple(h.shape)}")
        a_r, a_z, a_n = (x @ self.weight_ih.T + self.bias_ih).chunk(3, dim=1)
        s_r, s_z, s_n = (h @ self.weight_hh.T + self.bias_hh).chunk(3, dim=1)
        r = torch.sigmoid(a_r + s_r)
        z = torch.sigmoid(a_z + s_z)
        n = torch.tanh(a_n + r * s_n)
        return z * n + (1 - z) * h
