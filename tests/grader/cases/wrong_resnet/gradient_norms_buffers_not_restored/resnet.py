import torch
from torch import Tensor, nn
from torch.nn import functional


def gradient_norms(model: nn.Module, x: Tensor, y: Tensor) -> dict[str, float]:
    named = [(name, p) for name, p in model.named_parameters() if p.requires_grad]
    with torch.enable_grad():
        loss = functional.cross_entropy(model(x), y)
        if named and loss.requires_grad:
            grads = torch.autograd.grad(loss, [p for _, p in named], allow_unused=True)
        else:
            grads = [None] * len(named)
    norms = {}
    for (name, _), grad in zip(named, grads):
        norms[name] = 0.0 if grad is None else grad.norm().item()
    return norms
