import torch


def padding_mask(lengths, length):
    mask = torch.zeros(len(lengths), length, dtype=torch.bool)
    for n, l in enumerate(lengths):
        mask[n, :l] = True
    return mask
