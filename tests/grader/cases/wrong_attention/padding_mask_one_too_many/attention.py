import torch


def padding_mask(lengths, length):
    positions = torch.arange(length, device=lengths.device)
    return positions[None, :] <= lengths[:, None]
