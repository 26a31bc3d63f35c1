import torch
from torch import Tensor


def last_valid_state(output: Tensor, lengths: Tensor) -> Tensor:
    n, t, h = output.shape
    if lengths.shape != (n,):
        raise ValueError("lengths must be one number for each sequence")
    if n and (int(lengths.min()) < 1 or int(lengths.max()) > t):
        raise ValueError("lengths must lie between 1 and T")
    index = lengths.clamp(max=t - 1)
    index = index.view(n, 1, 1).expand(n, 1, h)
    return output.data.gather(1, index).squeeze(1)
