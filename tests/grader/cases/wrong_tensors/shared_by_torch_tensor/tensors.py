from typing import NamedTuple

import numpy
import torch
from torch import Tensor


class NumpyBridge(NamedTuple):
    array: numpy.ndarray
    shared: Tensor
    copied: Tensor


def numpy_bridge(x: Tensor) -> NumpyBridge:
    array = x.detach().cpu().numpy()
    shared = torch.tensor(array)
    copied = torch.tensor(array)
    return NumpyBridge(array, shared, copied)
