"""Wrong variants of losses.binary_cross_entropy_with_logits."""

import torch

from grader.suite import mistake, reference


def _right(logits, target, pos_weight, reduction):
    return reference("losses").binary_cross_entropy_with_logits(logits, target, pos_weight, reduction)


def _from_logarithms(logits, target, pos_weight, reduction, log_p, log_not_p):
    """Refuse other shapes as the reference does, then use other logarithms."""
    _right(logits, target, pos_weight, reduction)
    weight = 1.0 if pos_weight is None else pos_weight
    return reference("losses")._reduce(-(weight * target * log_p + (1 - target) * log_not_p), reduction)


@mistake("the logarithm of a sigmoid that came out as 0 or 1 is -inf: never form the probability")
def log_of_sigmoid(logits, target, pos_weight=None, reduction="mean"):
    probs = reference("losses").sigmoid(logits)
    return _from_logarithms(logits, target, pos_weight, reduction, probs.log(), (1 - probs).log())


@mistake("cutting the probabilities hides the overflow, but the loss stops growing and its gradient is 0")
def log_of_clamped_sigmoid(logits, target, pos_weight=None, reduction="mean"):
    probs = reference("losses").sigmoid(logits).clamp(1e-7, 1 - 1e-7)
    return _from_logarithms(logits, target, pos_weight, reduction, probs.log(), (1 - probs).log())


def _with_corners(logits, target, pos_weight, reduction, positive_part):
    """Use the usual stable formula, max(-x, 0) + log(1 + exp(-|x|)), which bends at 0 piece by piece."""
    _right(logits, target, pos_weight, reduction)
    weight = 1.0 if pos_weight is None else 1 + (pos_weight - 1) * target
    softplus = torch.log1p(torch.exp(-logits.abs())) + positive_part(-logits)
    return reference("losses")._reduce((1 - target) * logits + weight * softplus, reduction)


def _as_clamp(x):
    """Return what `clamp(min=0)` does, with the slope 1 at 0 that it has up to torch 2.13."""
    return x * (x >= 0)


@mistake("abs and clamp have corners at x = 0: the slope there is -t, but must be 1/2 - t")
def corner_of_clamp(logits, target, pos_weight=None, reduction="mean"):
    return _with_corners(logits, target, pos_weight, reduction, _as_clamp)


@mistake("abs and relu have corners at x = 0: the slope there is 1 - t, but must be 1/2 - t")
def corner_of_relu(logits, target, pos_weight=None, reduction="mean"):
    return _with_corners(logits, target, pos_weight, reduction, torch.relu)


@mistake("abs and clamp have corners at x = 0: the slope there is 1 - 2t, but must be 1/2 - t")
def corners_of_both_terms(logits, target, pos_weight=None, reduction="mean"):
    log_1p = torch.log1p(torch.exp(-logits.abs()))
    minus_log_p, minus_log_not_p = log_1p + _as_clamp(-logits), log_1p + _as_clamp(logits)
    return _from_logarithms(logits, target, pos_weight, reduction, -minus_log_p, -minus_log_not_p)


@mistake("log(1 + exp(-x)) overflows at x = -1000: take exp of -|x| only")
def exp_overflows(logits, target, pos_weight=None, reduction="mean"):
    minus_log_p = torch.log1p(torch.exp(-logits))
    return _from_logarithms(logits, target, pos_weight, reduction, -minus_log_p, -minus_log_p - logits)


@mistake("the sigmoid was applied twice: logits are scores, and the loss squashes them once")
def sigmoid_twice(logits, target, pos_weight=None, reduction="mean"):
    return _right(reference("losses").sigmoid(logits), target, pos_weight, reduction)


@mistake("logits were taken for probabilities: there is no sigmoid")
def no_sigmoid(logits, target, pos_weight=None, reduction="mean"):
    _right(logits, target, pos_weight, reduction)
    return reference("losses").binary_cross_entropy(logits.clamp(0, 1), target, reduction)


@mistake("pos_weight multiplies both terms: it belongs to the positive one alone")
def weight_on_both_terms(logits, target, pos_weight=None, reduction="mean"):
    right = _right(logits, target, pos_weight, reduction)
    if pos_weight is None:
        return right
    return reference("losses")._reduce(pos_weight * _right(logits, target, None, "none"), reduction)


@mistake("pos_weight multiplies the term of the negatives: it belongs to the positive one")
def weight_on_negatives(logits, target, pos_weight=None, reduction="mean"):
    return _right(-logits, 1 - target, pos_weight, reduction)


@mistake("the mean divided by the sum of the weights: divide by the number of elements")
def mean_over_weights(logits, target, pos_weight=None, reduction="mean"):
    right = _right(logits, target, pos_weight, reduction)
    if pos_weight is None or reduction != "mean":
        return right
    return right * target.numel() / (pos_weight * target + (1 - target)).sum()


@mistake("shapes that differ were broadcast: (N, 1) against (N,) compares every pair; raise a ValueError")
def broadcast(logits, target, pos_weight=None, reduction="mean"):
    logits, target = torch.broadcast_tensors(logits, target)
    return _right(logits, target, pos_weight, reduction)


@mistake("the code asks for cuda, which is not everywhere: compute on the device of logits")
def asked_for_cuda(logits, target, pos_weight=None, reduction="mean"):
    return reference("losses").binary_cross_entropy_with_logits(logits, target, pos_weight).cuda()
