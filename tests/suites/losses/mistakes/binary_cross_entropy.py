"""Wrong variants of losses.binary_cross_entropy."""

import torch

from grader.suite import mistake, reference


def _with_logarithm(probs, target, reduction, logarithm):
    """Refuse probs outside 0 to 1 as the reference does, then take another logarithm."""
    reference("losses").binary_cross_entropy(probs, target, reduction)
    losses = -(target * logarithm(probs) + (1 - target) * logarithm(1 - probs))
    return reference("losses")._reduce(losses, reduction)


@mistake("log 0 is -inf, and 0 * -inf is nan: a logarithm below -100 counts as -100")
def logarithm_of_zero(probs, target, reduction="mean"):
    return _with_logarithm(probs, target, reduction, torch.log)


@mistake("cut after the logarithm the value is right, but the gradient at p = 0 or 1 is 0/0 = nan")
def cut_after_the_logarithm(probs, target, reduction="mean"):
    return _with_logarithm(probs, target, reduction, lambda p: torch.log(p).clamp(min=-100))


@mistake("probs were clamped to 1e-7, so a certain error costs 16 instead of 100")
def probabilities_clamped(probs, target, reduction="mean"):
    return _with_logarithm(probs, target, reduction, lambda p: torch.log(p.clamp(min=1e-7)))


@mistake("a small number added inside the logarithm bends every value")
def epsilon_in_the_logarithm(probs, target, reduction="mean"):
    return _with_logarithm(probs, target, reduction, lambda p: torch.log(p + 1e-8))


@mistake("a sigmoid was applied: probs are probabilities already")
def sigmoid_applied(probs, target, reduction="mean"):
    reference("losses").binary_cross_entropy(probs, target, reduction)
    return reference("losses").binary_cross_entropy_with_logits(probs, target, None, reduction)


@mistake("the term of the other class is missing: a target of 0 costs -log(1 - p)")
def one_term_only(probs, target, reduction="mean"):
    reference("losses").binary_cross_entropy(probs, target, reduction)
    losses = -(target * reference("losses")._log_cut_at_zero(probs))
    return reference("losses")._reduce(losses, reduction)


@mistake("the targets are swapped: 1 belongs to p, 0 to 1 - p")
def classes_swapped(probs, target, reduction="mean"):
    return reference("losses").binary_cross_entropy(probs, 1 - target, reduction)


@mistake("numbers outside 0 to 1 were accepted as probabilities: raise a ValueError")
def range_not_checked(probs, target, reduction="mean"):
    inside = probs.nan_to_num().clamp(0, 1)
    return reference("losses").binary_cross_entropy(inside, target, reduction)


@mistake("the code asks for cuda, which is not everywhere: compute on the device of probs")
def asked_for_cuda(probs, target, reduction="mean"):
    return reference("losses").binary_cross_entropy(probs, target).cuda()
