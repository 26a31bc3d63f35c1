import torch


def bucketize(x, boundaries):
    return (x.unsqueeze(-1) >= boundaries).sum(dim=-1)
