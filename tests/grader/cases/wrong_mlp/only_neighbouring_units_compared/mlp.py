import torch
from torch import nn


def breaks_symmetry(model: nn.Module) -> bool:
    linears = [m for m in model.modules() if isinstance(m, nn.Linear)]
    for cur, nxt in zip(linears, linears[1:]):
        parts = [cur.weight.detach(), nxt.weight.detach().t()]
        if cur.bias is not None:
            parts.append(cur.bias.detach().unsqueeze(1))
        units = torch.cat(parts, dim=1)
        # any unit the same as the one after it?
        same = (units[1:] == units[:-1]).all(dim=1)
        if same.any():
            return False
    return True
