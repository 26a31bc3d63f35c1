import torch
from torch import Tensor, nn


def predict(model: nn.Module, x: Tensor, batch_size: int = 64) -> Tensor:
    if batch_size < 1:
        raise ValueError("batch_size has to be 1 or more")
    dev = next(model.parameters()).device
    was_training = model.training
    model.eval()
    try:
        with torch.no_grad():
            outs = [model(b.to(dev)) for b in torch.split(x, batch_size)]
    finally:
        model.train(was_training)
    return torch.cat(outs, dim=0)
