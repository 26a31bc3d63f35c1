from typing import NamedTuple

import torch
from torch.nn.utils.rnn import pad_sequence


class PaddedBatch(NamedTuple):
    x: torch.Tensor
    lengths: torch.Tensor
    y: torch.Tensor


def pad_collate(batch):
    x = pad_sequence([seq for seq, _ in batch], batch_first=True)
    lengths = torch.tensor([len(row) for row in x])
    y = torch.tensor([label for _, label in batch])
    return PaddedBatch(x, lengths, y)
