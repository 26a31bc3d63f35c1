from typing import NamedTuple

import torch
from torch import Tensor


class VectorNorms(NamedTuple):
    l1: Tensor
    l2: Tensor


def vector_norms(x: Tensor) -> VectorNorms:
    manhattan = x.abs().sum(dim=-1)
    euclid = (x**2).sum(dim=-1)
    return VectorNorms(manhattan, euclid)
