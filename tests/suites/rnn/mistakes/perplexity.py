"""Wrong variants of rnn.perplexity."""

import torch
from torch.nn import functional

from grader.suite import mistake, reference


def _right(logits, targets, ignore_index=-100):
    return reference("rnn").perplexity(logits, targets, ignore_index)


def _costs(logits, targets, ignore_index):
    """Return what each token costs, (N, T), 0 where it does not count, and which count."""
    flat = logits.flatten(0, 1), targets.flatten()
    costs = functional.cross_entropy(*flat, ignore_index=ignore_index, reduction="none")
    return costs.reshape(targets.shape), targets != ignore_index


@mistake("this is the mean of the exps: take the mean first, then one exp")
def mean_of_exps(logits, targets, ignore_index=-100):
    costs, counts = _costs(logits, targets, ignore_index)
    return torch.where(counts, costs.exp(), 0.0).sum() / counts.sum()


@mistake("the perplexities of the sequences were averaged: one mean over all tokens, then one exp")
def mean_of_sequences(logits, targets, ignore_index=-100):
    costs, counts = _costs(logits, targets, ignore_index)
    return (costs.sum(1) / counts.sum(1).clamp(min=1)).exp().mean()


@mistake("the mean runs over the means of the sequences: each token counts the same")
def mean_of_means(logits, targets, ignore_index=-100):
    costs, counts = _costs(logits, targets, ignore_index)
    return (costs.sum(1) / counts.sum(1).clamp(min=1)).mean().exp()


@mistake("the sum was divided by all N * T tokens: padding does not count")
def divided_by_padding_too(logits, targets, ignore_index=-100):
    costs, _ = _costs(logits, targets, ignore_index)
    return costs.mean().exp()


@mistake("the sum was not divided: the exp of the sum is no perplexity")
def exp_of_the_sum(logits, targets, ignore_index=-100):
    costs, _ = _costs(logits, targets, ignore_index)
    return costs.sum().exp()


@mistake("the exp is missing: this is the mean cross-entropy")
def without_exp(logits, targets, ignore_index=-100):
    costs, counts = _costs(logits, targets, ignore_index)
    return costs.sum() / counts.sum()


@mistake("2 to the power of a natural logarithm: exp belongs to log, 2 ** to log2")
def power_of_two(logits, targets, ignore_index=-100):
    return 2 ** without_exp(logits, targets, ignore_index)


@mistake("ignore_index is not handed on: it is always -100")
def always_minus_100(logits, targets, ignore_index=-100):
    kept = targets.clamp(max=logits.shape[-1] - 1)
    return _right(logits, torch.where((kept < 0) & (kept != -100), 0, kept))


@mistake("token 0 is always left out: only ignore_index is padding")
def always_zero(logits, targets, ignore_index=-100):
    costs, counts = _costs(logits, targets, ignore_index)
    counts = counts & (targets != 0)
    return (torch.where(counts, costs, 0.0).sum() / counts.sum().clamp(min=1)).exp()


@mistake("reshape(N, V, T) mixes tokens and scores: flatten N and T, or exchange two axes")
def reshaped_to_classes_first(logits, targets, ignore_index=-100):
    n, t, v = logits.shape
    return functional.cross_entropy(logits.reshape(n, v, t), targets, ignore_index=ignore_index).exp()


@mistake("(N, T, V) went into cross_entropy as it is: the classes are looked for on axis 1")
def classes_on_axis_1(logits, targets, ignore_index=-100):
    return functional.cross_entropy(logits, targets, ignore_index=ignore_index).exp()


@mistake("the softmax was taken twice: cross_entropy wants scores, not probabilities")
def softmax_twice(logits, targets, ignore_index=-100):
    return _right(logits.softmax(-1), targets, ignore_index)


@mistake("the logarithm of a softmax that came out as 0 is -inf: use log_softmax or cross_entropy")
def log_of_softmax(logits, targets, ignore_index=-100):
    log_probs = (logits.exp() / logits.exp().sum(-1, keepdim=True)).log()
    flat = log_probs.flatten(0, 1), targets.flatten()
    return functional.nll_loss(*flat, ignore_index=ignore_index).exp()


@mistake("the targets were shifted by one here: they are already the answers")
def shifted_targets(logits, targets, ignore_index=-100):
    if targets.shape[1] < 2 or not (targets[:, 1:] != ignore_index).any():
        return _right(logits, targets, ignore_index)
    return _right(logits[:, :-1], targets[:, 1:], ignore_index)


@mistake("the result has no graph: it was made with detach() or item()")
def left_the_graph(logits, targets, ignore_index=-100):
    return _right(logits, targets, ignore_index).detach()
