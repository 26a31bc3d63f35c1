import torch
from torch import Tensor, nn


def predict(model: nn.Module, x: Tensor, batch_size: int = 64) -> Tensor:
    if batch_size < 1:
        raise ValueError("batch_size must be 1 or more")
    device = next(model.parameters()).device
    was_training = model.training
    model.eval()
    try:
        with torch.no_grad():
            outputs = [model(batch.to(device)) for batch in x.split(batch_size)]
    finally:
        model.train(was_training)
    return torch.cat(outputs)
