import torch
from torch import nn


def breaks_symmetry(model: nn.Module) -> bool:
    layers = [m for m in model.modules() if isinstance(m, nn.Linear)]
    with torch.no_grad():
        for layer, following in zip(layers, layers[1:]):
            parts = [layer.weight, following.weight.t()]
            if layer.bias is not None:
                parts.append(layer.bias.unsqueeze(1))
            units = torch.cat(parts, dim=1)
            n = units.shape[0]
            twins = False
            for i in range(n):
                for j in range(i):
                    if torch.equal(units[i], units[j]):
                        twins = True
            return not twins
    return True
