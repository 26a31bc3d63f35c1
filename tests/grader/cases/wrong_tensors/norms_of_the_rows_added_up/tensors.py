import torch
from torch import Tensor


def frobenius_norm(a: Tensor) -> Tensor:
    if a.ndim < 2:
        raise ValueError("a matrix has two axes")
    row_lengths = a.pow(2).sum(dim=-1).sqrt()
    return row_lengths.sum(dim=-1)
