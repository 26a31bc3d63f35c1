import math
from typing import NamedTuple

import torch
from torch import Tensor, nn


class LSTMState(NamedTuple):
    h: Tensor
    c: Tensor


class LSTMCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.hidden_size = hidden_size
        bound = 1 / math.sqrt(hidden_size)
        for name, shape in [
            ("weight_ih", (4 * hidden_size, input_size)),
            ("weight_hh", (4 * hidden_size, hidden_size)),
            ("bias_ih", (4 * hidden_size,)),
            ("bias_hh", (4 * hidden_size,)),
        ]:
            setattr(self, name, nn.Parameter(torch.rand(shape) * 2 * bound - bound))

    def forward(self, x, state=None):
        if state is None:
            h = x.new_zeros(x.shape[0], self.hidden_size)
            c = x.new_ones(x.shape[0], self.hidden_size)
        else:
            h, c = state
        a = torch.addmm(self.bias_ih, x, self.weight_ih.t()) + torch.addmm(self.bias_hh, h, self.weight_hh.t())
        i, f, o, g = torch.split(a, self.hidden_size, dim=1)
        i, f, o, g = i.sigmoid(), f.sigmoid(), o.sigmoid(), g.tanh()
        c = f * c + i * g
        h = o * c.tanh()
        return LSTMState(h, c)
