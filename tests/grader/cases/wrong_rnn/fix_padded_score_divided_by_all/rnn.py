from typing import NamedTuple

import torch
from torch.nn import functional


class PaddedScore(NamedTuple):
    loss: torch.Tensor
    accuracy: float


def fix_padded_score(scores, targets, lengths):
    scores = scores.permute(1, 0, 2)  # (N, T, V), like the targets
    n, t, v = scores.shape
    valid = torch.arange(t, device=scores.device) < lengths.unsqueeze(1)
    loss = functional.cross_entropy(scores[valid], targets[valid])
    right = (scores.argmax(2) == targets) & valid
    return PaddedScore(loss, right.sum().item() / (n * t))
