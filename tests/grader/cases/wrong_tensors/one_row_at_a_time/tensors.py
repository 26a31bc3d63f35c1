import torch
from torch import Tensor


def pairwise_distances(x: Tensor, y: Tensor) -> Tensor:
    if x.shape[1] != y.shape[1]:
        raise ValueError("x and y need the same number of columns")
    dist = torch.zeros(x.shape[0], y.shape[0], dtype=x.dtype, device=x.device)
    for i in range(x.shape[0]):
        d2 = ((x[i] - y) ** 2).sum(dim=1)  # (M,)
        same = d2 == 0
        d2 = torch.where(same, torch.ones_like(d2), d2)
        dist[i] = torch.where(same, torch.zeros_like(d2), d2.sqrt())
    return dist
