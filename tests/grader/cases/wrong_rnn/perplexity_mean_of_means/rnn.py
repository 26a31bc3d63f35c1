import torch
from torch import Tensor, nn
from torch.nn import functional


def perplexity(logits: Tensor, targets: Tensor, ignore_index: int = -100) -> Tensor:
    if (targets == ignore_index).all():
        raise ValueError("targets has no token that counts")
    nll = functional.cross_entropy(logits.transpose(1, 2), targets, ignore_index=ignore_index, reduction="none")
    counts = (targets != ignore_index).sum(1)
    loss = (nll.sum(1) / counts.clamp(min=1))[counts > 0].mean()
    return torch.exp(loss)
