from collections.abc import Sequence
from typing import Any, NamedTuple
import torch
from torch import Tensor, nn


class Padded(NamedTuple):
    padded: Tensor
    lengths: Tensor


def pad_sequences(sequences: Sequence[Tensor], padding_value: float = 0, batch_first: bool = True) -> Padded:
    if len(sequences) == 0:
        raise ValueError("sequences must not be empty")
    first = sequences[0]
    if any(s.shape[1:] != first.shape[1:] for s in sequences):
        raise ValueError("sequences must have the same further axes")
    lengths = torch.tensor([len(s) for s in sequences], device=first.device)
    longest = max(len(s) for s in sequences)
    padded = torch.full((len(sequences), longest, *first.shape[1:]), float(padding_value), device=first.device)
    for n, s in enumerate(sequences):
        padded[n, : len(s)] = s
    if not batch_first:
        padded = padded.transpose(0, 1)
    return Padded(padded, lengths)
