import torch
from torch import nn


def check_residual(residual):
    conv = nn.Conv2d(3, 3, 3, padding=1, bias=False)
    nn.init.zeros_(conv.weight)
    x = torch.randn(2, 3, 6, 6)
    y = residual(conv)(x)
    # nothing is added: only the shortcut and the last relu are left
    assert torch.equal(y, torch.relu(x))
