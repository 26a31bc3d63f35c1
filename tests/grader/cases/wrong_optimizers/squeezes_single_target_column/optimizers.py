import torch
from torch import Tensor


def normal_equation(x: Tensor, y: Tensor) -> Tensor:
    n, d = x.shape
    if n < d:
        raise ValueError(f"x has {n} rows, too few for {d} columns")
    if y.shape[0] != n:
        raise ValueError(f"y has {y.shape[0]} entries, x has {n} rows")
    if y.dim() == 1:
        y = y.unsqueeze(1)
    w = torch.linalg.solve(x.T @ x, x.T @ y)
    return w.squeeze(1)
