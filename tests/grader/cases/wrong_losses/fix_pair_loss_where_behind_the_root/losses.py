import torch


def fix_pair_loss(x, y, same):
    known = ~(x.isnan() | y.isnan()).any(dim=1)
    if not known.any():
        return (x.nan_to_num() * 0).sum() + (y.nan_to_num() * 0).sum()
    square = (x - y).square().sum(dim=1)
    distance = torch.where(square > 0, square.sqrt(), torch.zeros_like(square))
    different = -torch.log(-torch.expm1(-distance))
    losses = torch.where(same, distance, different.clamp(max=100.0))
    losses = torch.where(known, losses, torch.zeros_like(losses))
    return losses.sum() / known.sum()
