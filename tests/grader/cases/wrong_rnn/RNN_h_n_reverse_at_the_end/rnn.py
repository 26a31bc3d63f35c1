import math
from typing import Any, NamedTuple
import torch
from torch import Tensor, nn


class RNNOutput(NamedTuple):
    output: Tensor
    h_n: Tensor


class RNN(nn.Module):
    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        batch_first: bool = False,
        bidirectional: bool = False,
    ) -> None:
        super().__init__()
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.num_layers = num_layers
        self.batch_first = batch_first
        self.directions = 2 if bidirectional else 1
        r = 1 / math.sqrt(hidden_size)
        for layer in range(num_layers):
            width = input_size if layer == 0 else self.directions * hidden_size
            for direction in range(self.directions):
                end = f"_l{layer}" + ("_reverse" if direction else "")
                for name, shape in [
                    ("weight_ih", (hidden_size, width)),
                    ("weight_hh", (hidden_size, hidden_size)),
                    ("bias_ih", (hidden_size,)),
                    ("bias_hh", (hidden_size,)),
                ]:
                    self.register_parameter(name + end, nn.Parameter(torch.empty(shape).uniform_(-r, r)))

    def forward(self, x: Tensor, h_0: Tensor | None = None) -> RNNOutput:
        if x.dim() != 3 or x.shape[2] != self.input_size:
            raise ValueError(f"x must have three axes, the last of {self.input_size}, not {tuple(x.shape)}")
        if self.batch_first:
            x = x.transpose(0, 1)
        steps, n = x.shape[:2]
        if steps == 0:
            raise ValueError("x has no steps")
        states = (self.num_layers * self.directions, n, self.hidden_size)
        if h_0 is None:
            h_0 = x.new_zeros(states)
        if h_0.shape != states:
            raise ValueError(f"h_0 must be {states}, not {tuple(h_0.shape)}")
        last = []
        for layer in range(self.num_layers):
            halves = []
            for direction in range(self.directions):
                end = f"_l{layer}" + ("_reverse" if direction else "")
                w_ih, w_hh = getattr(self, "weight_ih" + end), getattr(self, "weight_hh" + end)
                b_ih, b_hh = getattr(self, "bias_ih" + end), getattr(self, "bias_hh" + end)
                h = h_0[layer * self.directions + direction]
                outputs = []
                for t in reversed(range(steps)) if direction else range(steps):
                    h = torch.tanh(x[t] @ w_ih.T + b_ih + h @ w_hh.T + b_hh)
                    outputs.append(h)
                if direction:
                    outputs.reverse()
                last.append(outputs[-1])
                halves.append(torch.stack(outputs))
            x = torch.cat(halves, dim=2)
        output = x.transpose(0, 1) if self.batch_first else x
        return RNNOutput(output, torch.stack(last))
