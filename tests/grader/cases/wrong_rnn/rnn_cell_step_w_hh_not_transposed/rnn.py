import torch
from torch import Tensor, nn


def rnn_cell_step(x: Tensor, h: Tensor, w_ih: Tensor, w_hh: Tensor, b_ih: Tensor, b_hh: Tensor) -> Tensor:
    if x.dim() != 2 or x.shape[1] != w_ih.shape[1]:
        raise ValueError(f"x must be (N, {w_ih.shape[1]}), not {tuple(x.shape)}")
    if h.shape != (x.shape[0], w_hh.shape[0]):
        raise ValueError(f"h must be {(x.shape[0], w_hh.shape[0])}, not {tuple(h.shape)}")
    return torch.tanh(x @ w_ih.T + b_ih + h @ w_hh + b_hh)
