import torch


def concat_branches(branches):
    if len(branches) == 0:
        raise ValueError("branches is empty")
    for branch in branches:
        if branch.ndim != 4:
            raise ValueError("branches must have four axes")
    first = branches[0]
    for branch in branches:
        if branch.shape[0] != first.shape[0] or branch.shape[2:] != first.shape[2:]:
            raise ValueError("branches must agree on N, H and W")
    y = branches[0]
    for branch in branches[1:]:
        y = torch.cat([y, branch], dim=1)
    return y
