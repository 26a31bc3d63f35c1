import torch
from torch import Tensor


def hinge_loss(scores: Tensor, labels: Tensor, margin: float = 1.0) -> Tensor:
    N, K = scores.shape
    if margin < 0:
        raise ValueError(f"margin is negative: {margin}")
    if labels.dtype != torch.int64 or labels.shape != (N,):
        raise ValueError("labels must be an int64 vector with one entry for each row of scores")
    if torch.any(labels < 0) or torch.any(labels >= K):
        raise ValueError("labels must be between 0 and K - 1")
    true_scores = scores.gather(1, labels.view(-1, 1))
    hinges = torch.clamp(margin + scores - true_scores, min=0)
    # the true class always adds max(0, margin + 0)
    per_sample = hinges.sum(dim=1) - 1.0
    return per_sample.mean()
