import torch
from torch import nn


def load_checkpoint(
    path: str,
    model: nn.Module,
    optimizer: torch.optim.Optimizer | None = None,
    map_location: str | torch.device = "cpu",
) -> int:
    saved = torch.load(path, map_location=map_location, weights_only=True)
    model.load_state_dict(saved["model"], strict=False)
    if optimizer is not None:
        optimizer.state_dict().update(saved["optimizer"])
    return saved["epoch"]
