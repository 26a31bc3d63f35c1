import torch


def compress(x, mask):
    order = torch.argsort(mask.to(torch.int64), dim=1, descending=True, stable=True)
    return torch.gather(x, 1, order)
