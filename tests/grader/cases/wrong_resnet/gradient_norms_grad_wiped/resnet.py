import torch
from torch import Tensor, nn
from torch.nn import functional


def gradient_norms(model: nn.Module, x: Tensor, y: Tensor) -> dict[str, float]:
    buffers = {name: buffer.clone() for name, buffer in model.named_buffers()}
    named = [(name, p) for name, p in model.named_parameters() if p.requires_grad]
    with torch.enable_grad():
        loss = functional.cross_entropy(model(x), y)
        model.zero_grad()
        if loss.requires_grad:
            loss.backward()
        grads = [p.grad for _, p in named]
        model.zero_grad()
    with torch.no_grad():
        for name, buffer in model.named_buffers():
            buffer.copy_(buffers[name])
    norms = {}
    for (name, _), grad in zip(named, grads):
        norms[name] = 0.0 if grad is None else grad.norm().item()
    return norms
