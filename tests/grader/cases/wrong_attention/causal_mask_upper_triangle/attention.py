import torch


def causal_mask(length, device=None):
    return torch.triu(torch.ones(length, length, device=device), diagonal=1).bool()
