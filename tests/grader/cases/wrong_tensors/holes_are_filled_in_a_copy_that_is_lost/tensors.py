from torch import Tensor


def impute_mean(table: Tensor) -> Tensor:
    missing = table.isnan()
    total = table.masked_fill(missing, 0).sum(dim=0)
    mean = total / (~missing).sum(dim=0).clamp(min=1)
    filled = table.clone()
    filled[missing].copy_(mean.expand_as(table)[missing])
    return filled
