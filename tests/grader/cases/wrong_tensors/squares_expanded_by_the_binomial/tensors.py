import torch
from torch import Tensor


def pairwise_distances(x: Tensor, y: Tensor) -> Tensor:
    if x.shape[1] != y.shape[1]:
        raise ValueError("x and y need the same number of columns")
    xx = (x * x).sum(dim=1).unsqueeze(1)
    yy = (y * y).sum(dim=1).unsqueeze(0)
    sq = xx + yy - 2 * (x @ y.t())
    same = sq <= 0
    root = torch.sqrt(torch.where(same, torch.ones_like(sq), sq))
    return torch.where(same, torch.zeros_like(sq), root)
