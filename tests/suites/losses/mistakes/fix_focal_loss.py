"""Wrong variants of losses.fix_focal_loss, as they are left by who found some of its mistakes, and others."""

import torch

from grader.suite import mistake, reference


def _loss(logits, labels, gamma, ignore_index, *left):
    """Compute the loss with these mistakes left in."""
    counts = labels != ignore_index
    picked = torch.where(counts, labels, 0).unsqueeze(1)
    p = torch.softmax(logits, dim=1)
    log_p = torch.log_softmax(p if "twice" in left else logits, dim=1).gather(1, picked).squeeze(1)
    factor = (1 - p.gather(1, picked).squeeze(1)) ** gamma
    losses = -(factor.detach() if "constant" in left else factor) * log_p
    total = torch.where(counts, losses, 0.0)
    return total.mean() if "mean" in left else total.sum() / counts.sum()


@mistake("the softmax was taken twice: log_softmax takes raw scores, not probabilities")
def softmax_twice(logits, labels, gamma=2.0, ignore_index=-100):
    return _loss(logits, labels, gamma, ignore_index, "twice")


@mistake("the mean is over all samples: divide by the number of those that count")
def ignored_samples_in_the_mean(logits, labels, gamma=2.0, ignore_index=-100):
    return _loss(logits, labels, gamma, ignore_index, "mean")


@mistake("the factor (1 - p)^gamma counts as a constant: its slope belongs to the gradient")
def factor_without_slope(logits, labels, gamma=2.0, ignore_index=-100):
    return _loss(logits, labels, gamma, ignore_index, "constant")


@mistake("the logarithm of a softmax is -inf where a probability comes out as 0: use log_softmax")
def log_of_softmax(logits, labels, gamma=2.0, ignore_index=-100):
    counts = labels != ignore_index
    picked = torch.where(counts, labels, 0).unsqueeze(1)
    p = torch.softmax(logits, dim=1).gather(1, picked).squeeze(1)
    return torch.where(counts, -((1 - p) ** gamma) * p.log(), 0.0).sum() / counts.sum()


@mistake("the softmax runs over the last axis: the classes are on axis 1")
def softmax_over_the_last_axis(logits, labels, gamma=2.0, ignore_index=-100):
    counts = labels != ignore_index
    picked = torch.where(counts, labels, 0).unsqueeze(1)
    log_p = torch.log_softmax(logits, dim=-1).gather(1, picked).squeeze(1)
    return torch.where(counts, -((1 - log_p.exp()) ** gamma) * log_p, 0.0).sum() / counts.sum()


@mistake("gamma is always 2: take the argument")
def gamma_always_two(logits, labels, gamma=2.0, ignore_index=-100):
    return reference("losses").fix_focal_loss(logits, labels, 2.0, ignore_index)


@mistake("the factor is p^gamma, which forgets what is not known: it is (1 - p)^gamma")
def factor_of_p(logits, labels, gamma=2.0, ignore_index=-100):
    counts = labels != ignore_index
    picked = torch.where(counts, labels, 0).unsqueeze(1)
    log_p = torch.log_softmax(logits, dim=1).gather(1, picked).squeeze(1)
    return torch.where(counts, -(log_p.exp() ** gamma) * log_p, 0.0).sum() / counts.sum()


@mistake("all negative labels are ignored, and no others: compare with ignore_index")
def negative_labels_ignored(logits, labels, gamma=2.0, ignore_index=-100):
    lost = torch.where(labels < 0, -100, labels.clamp(max=logits.shape[1] - 1))
    return reference("losses").fix_focal_loss(logits, lost, gamma, -100)


@mistake("the losses were added and not divided: the mean over the samples that count is asked for")
def sum_for_mean(logits, labels, gamma=2.0, ignore_index=-100):
    loss = reference("losses").fix_focal_loss(logits, labels, gamma, ignore_index)
    return loss * (labels != ignore_index).sum()


@mistake("the mean was divided by the sum of the factors: divide by the number of samples that count")
def mean_weighted_by_the_factors(logits, labels, gamma=2.0, ignore_index=-100):
    counts = labels != ignore_index
    picked = torch.where(counts, labels, 0).unsqueeze(1)
    log_p = torch.log_softmax(logits, dim=1).gather(1, picked).squeeze(1)
    factor = torch.where(counts, (1 - log_p.exp()) ** gamma, 0.0)
    return -(factor * log_p).sum() / factor.sum()
