import torch
from torch import Tensor


def impute_mean(table: Tensor) -> Tensor:
    holes = torch.isnan(table)
    without_holes = table.masked_fill(holes, 0.0)
    column_means = without_holes.mean(dim=0, keepdim=True)
    return torch.where(holes, column_means, without_holes)
