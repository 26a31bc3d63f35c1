"""Wrong variants of losses.fix_pair_loss, as they are left by who found some of its mistakes, and others."""

import torch

from grader.suite import mistake


def _loss(x, y, same, *left):
    """Compute the loss with these mistakes left in."""
    known = ~(x.isnan() | y.isnan()).any(dim=1)
    difference = x - y if "product" in left else torch.where(known.unsqueeze(1), x - y, 0.0)
    squared = difference.square().sum(dim=1)
    apart = squared > 0
    distance = squared.sqrt() if "root" in left else torch.where(apart, torch.where(apart, squared, 1.0).sqrt(), 0.0)
    if "branch" in left:
        different = (-torch.log(1 - torch.exp(-distance))).clamp(max=100.0)
    else:
        different = torch.where(apart, -torch.log(-torch.expm1(-torch.where(apart, distance, 1.0))), 100.0)
    losses = torch.where(same, distance, different)
    losses = losses * known if "product" in left else torch.where(known, losses, 0.0)
    return losses.sum() / (known.sum() if "empty" in left else known.sum().clamp(min=1))


@mistake("nan times 0 is nan: take missing pairs out with where, before anything is computed from them")
def nan_times_zero(x, y, same):
    return _loss(x, y, same, "product")


@mistake("without known pairs it is 0 / 0: divide by 1 at least")
def zero_by_zero(x, y, same):
    return _loss(x, y, same, "empty")


@mistake("the root has an infinite slope at 0, and 0 times infinity is nan: give it 1 where rows are equal")
def root_of_zero(x, y, same):
    return _loss(x, y, same, "root")


@mistake("the log of the branch that is not picked has an infinite slope: where must stand inside it too")
def log_of_the_other_branch(x, y, same):
    return _loss(x, y, same, "branch")


@mistake("the root of 0, and the log of the branch that is not picked")
def root_and_branch(x, y, same):
    return _loss(x, y, same, "root", "branch")


@mistake("nan times 0, and 0 / 0 without known pairs")
def product_and_empty(x, y, same):
    return _loss(x, y, same, "product", "empty")


@mistake("missing pairs are taken out of the sum, not of the distances: backward makes nan of 0 times nan")
def missing_taken_out_too_late(x, y, same):
    known = ~(x.isnan() | y.isnan()).any(dim=1)
    squared = (x - y).square().sum(dim=1)
    apart = squared != 0
    distance = torch.where(apart, torch.where(apart, squared, 1.0).sqrt(), 0.0)
    different = torch.where(apart, -torch.log(-torch.expm1(-torch.where(apart, distance, 1.0))), 100.0)
    return torch.where(known, torch.where(same, distance, different), 0.0).sum() / known.sum().clamp(min=1)


@mistake("where comes after the root and after nan: backward still goes through both, so take them out before")
def where_behind_the_root(x, y, same):
    known = ~(x.isnan() | y.isnan()).any(dim=1)
    distance = (x - y).square().sum(dim=1).sqrt()
    distance = torch.where(distance > 0, distance, 0.0)
    losses = torch.where(same, distance, (-torch.log(-torch.expm1(-distance))).clamp(max=100.0))
    return torch.where(known, losses, 0.0).sum() / known.sum().clamp(min=1)


@mistake("a small number was added under the root: equal rows then have a distance that is not 0")
def eps_under_the_root(x, y, same):
    known = ~(x.isnan() | y.isnan()).any(dim=1)
    distance = (torch.where(known.unsqueeze(1), x - y, 0.0).square().sum(dim=1) + 1e-8).sqrt()
    different = -torch.log(-torch.expm1(-distance))
    return torch.where(known, torch.where(same, distance, different), 0.0).sum() / known.sum().clamp(min=1)


@mistake("missing entries were made 0: a pair with nan then counts as a pair like any other")
def nan_made_zero(x, y, same):
    return _loss(x.nan_to_num(), y.nan_to_num(), same)


@mistake("a missing entry is left out, and the rest of its pair still counts: the whole pair is missing")
def entries_left_out(x, y, same):
    missing = x.isnan() | y.isnan()
    return _loss(x.masked_fill(missing, 0.0), y.masked_fill(missing, 0.0), same)


@mistake("missing pairs count in the mean: divide by the number of known ones")
def missing_in_the_mean(x, y, same):
    known = ~(x.isnan() | y.isnan()).any(dim=1)
    return _loss(x, y, same) * known.sum() / max(1, len(x))


@mistake("nan_to_num on the result hides a nan and leaves the gradient nan: keep it from coming up")
def nan_hidden_in_the_result(x, y, same):
    return _loss(x, y, same, "product", "root", "branch", "empty").nan_to_num()


@mistake("the two branches are exchanged: pairs that are the same are pulled together")
def branches_exchanged(x, y, same):
    return _loss(x, y, ~same)
