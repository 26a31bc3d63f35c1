import torch
from torch import Tensor


def detached_product(x: Tensor) -> Tensor:
    u = x * x
    return u * x.detach()
