import torch
from torch import Tensor


def padding_mask(lengths: Tensor, length: int) -> Tensor:
    longest = int(lengths.max())
    return torch.arange(longest, device=lengths.device).unsqueeze(0) <= lengths.unsqueeze(1)
