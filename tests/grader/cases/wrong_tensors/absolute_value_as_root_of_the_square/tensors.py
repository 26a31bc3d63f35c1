from typing import NamedTuple

from torch import Tensor


class VectorNorms(NamedTuple):
    l1: Tensor
    l2: Tensor


def vector_norms(x: Tensor) -> VectorNorms:
    squares = x**2
    l1 = squares.sqrt().sum(dim=-1)
    l2 = squares.sum(dim=-1).sqrt()
    return VectorNorms(l1=l1, l2=l2)
