"""Wrong variants of losses.contrastive_loss."""

import torch

from grader.suite import mistake, reference


def _right(x1, x2, same, margin, reduction):
    return reference("losses").contrastive_loss(x1, x2, same, margin, reduction)


def _distance(x1, x2):
    """Return the distance of each pair, with a gradient of 0 where they are equal."""
    return (x1 - x2).norm(dim=1)


def _of_distance(x1, x2, same, reduction, alike, unlike):
    """Join two other formulas of the distance."""
    distance = _distance(x1, x2)
    return reference("losses")._reduce(torch.where(same, alike(distance), unlike(distance)), reduction)


@mistake("the two kinds are swapped: pairs of one kind are pulled together, the others pushed apart")
def kinds_swapped(x1, x2, same, margin=1.0, reduction="mean"):
    return _right(x1, x2, ~same, margin, reduction)


@mistake("the factor 1/2 is missing")
def no_half(x1, x2, same, margin=1.0, reduction="mean"):
    return 2 * _right(x1, x2, same, margin, reduction)


@mistake("the margin was compared with the squared distance: it is compared with the distance, then squared")
def margin_against_square(x1, x2, same, margin=1.0, reduction="mean"):
    return _of_distance(
        x1, x2, same, reduction, lambda d: d**2 / 2, lambda d: (margin - d**2).relu() / 2
    )


@mistake("the distances of pairs of one kind were not squared")
def alike_not_squared(x1, x2, same, margin=1.0, reduction="mean"):
    return _of_distance(
        x1, x2, same, reduction, lambda d: d / 2, lambda d: (margin - d).relu() ** 2 / 2
    )


@mistake("the shortfall of pairs of two kinds was not squared")
def shortfall_not_squared(x1, x2, same, margin=1.0, reduction="mean"):
    return _of_distance(x1, x2, same, reduction, lambda d: d**2 / 2, lambda d: (margin - d).relu() / 2)


@mistake("nothing cuts margin - d at 0 before the square, so that pairs far enough apart are pulled together")
def no_cut_at_zero(x1, x2, same, margin=1.0, reduction="mean"):
    return _of_distance(x1, x2, same, reduction, lambda d: d**2 / 2, lambda d: (margin - d) ** 2 / 2)


@mistake("the sign of the margin is turned: pairs closer than the margin pay, not those beyond it")
def margin_turned(x1, x2, same, margin=1.0, reduction="mean"):
    return _of_distance(
        x1, x2, same, reduction, lambda d: d**2 / 2, lambda d: (d - margin).relu() ** 2 / 2
    )


@mistake("margin is ignored: it is always 1")
def margin_ignored(x1, x2, same, margin=1.0, reduction="mean"):
    return _right(x1, x2, same, 1.0, reduction)


@mistake("the square root has no slope at 0, so equal vectors get the gradient nan")
def root_of_zero(x1, x2, same, margin=1.0, reduction="mean"):
    distance = ((x1 - x2) ** 2).sum(1).sqrt()
    losses = torch.where(same, distance, (margin - distance).relu()) ** 2 / 2
    return reference("losses")._reduce(losses, reduction)


@mistake("a small number was added under the root: it shifts every distance")
def epsilon_under_the_root(x1, x2, same, margin=1.0, reduction="mean"):
    distance = (((x1 - x2) ** 2).sum(1) + 1e-6).sqrt()
    losses = torch.where(same, distance, (margin - distance).relu()) ** 2 / 2
    return reference("losses")._reduce(losses, reduction)


@mistake("the absolute differences were summed: the distance is Euclidean")
def manhattan_distance(x1, x2, same, margin=1.0, reduction="mean"):
    distance = (x1 - x2).abs().sum(1)
    losses = torch.where(same, distance, (margin - distance).relu()) ** 2 / 2
    return reference("losses")._reduce(losses, reduction)


@mistake("the code asks for cuda, which is not everywhere: compute on the device of x1")
def asked_for_cuda(x1, x2, same, margin=1.0, reduction="mean"):
    return reference("losses").contrastive_loss(x1, x2, same, margin).cuda()
