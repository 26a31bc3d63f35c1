import torch


def causal_mask(length, device=None):
    mask = torch.full((length, length), float("-inf"), device=device)
    return torch.triu(mask, diagonal=1)
