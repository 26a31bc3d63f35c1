import torch
from torch import Tensor


def log_softmax(x: Tensor, dim: int) -> Tensor:
    # subtract the max so that nothing overflows
    z = x - x.max(dim=dim, keepdim=True).values.detach()
    e = torch.exp(z)
    probs = e / e.sum(dim=dim, keepdim=True)
    return torch.log(probs)
