"""Wrong variants of losses.hinge_loss."""

import torch

from grader.suite import mistake, reference


def _violations(scores, labels, margin):
    """Return the violations (N, K), 0 at the true class."""
    column = labels.unsqueeze(1)
    return (margin + scores - scores.gather(1, column)).relu().scatter(1, column, 0.0)


@mistake("the true class was compared with itself: every sample pays margin too much")
def true_class_included(scores, labels, margin=1.0):
    return reference("losses").hinge_loss(scores, labels, margin) + margin


@mistake("divided by K as well: the sum over the classes is asked for, then the mean over samples")
def divided_by_classes(scores, labels, margin=1.0):
    return reference("losses").hinge_loss(scores, labels, margin) / scores.shape[1]


@mistake("the samples were summed: take their mean")
def sum_over_samples(scores, labels, margin=1.0):
    return reference("losses").hinge_loss(scores, labels, margin) * len(labels)


@mistake("only the worst class counts here: sum over all wrong classes")
def worst_class_only(scores, labels, margin=1.0):
    return _violations(scores, labels, margin).amax(1).mean()


@mistake("the violations were squared: this loss is straight")
def squared_violations(scores, labels, margin=1.0):
    return (_violations(scores, labels, margin) ** 2).sum(1).mean()


@mistake("margin is ignored: it is always 1")
def margin_ignored(scores, labels, margin=1.0):
    return reference("losses").hinge_loss(scores, labels, 1.0)


@mistake("the difference is turned round: the true class must stand above the others")
def turned_round(scores, labels, margin=1.0):
    return reference("losses").hinge_loss(-scores, labels, margin)


@mistake("the cut at 0 is missing: a class that keeps the margin costs nothing, and must not pay back")
def no_cut_at_zero(scores, labels, margin=1.0):
    column = labels.unsqueeze(1)
    return (margin + scores - scores.gather(1, column)).scatter(1, column, 0.0).sum() / len(labels)


@mistake("there is a Python loop over the samples: compare all rows at once")
def loop_over_samples(scores, labels, margin=1.0):
    rows = [_violations(scores[n : n + 1], labels[n : n + 1], margin).sum() for n in range(len(labels))]
    return torch.stack(rows).mean()


@mistake("the term of the true class was taken off as 1: it is margin")
def true_class_taken_off_as_one(scores, labels, margin=1.0):
    return reference("losses").hinge_loss(scores, labels, margin) + margin - 1


@mistake("the result was made on the CPU, or brought there: it belongs on the device of scores")
def result_on_the_cpu(scores, labels, margin=1.0):
    return reference("losses").hinge_loss(scores, labels, margin).cpu()


@mistake("the code asks for cuda, which is not everywhere: compute on the device of scores")
def asked_for_cuda(scores, labels, margin=1.0):
    return reference("losses").hinge_loss(scores, labels, margin).cuda()


@mistake("a tensor is made without device=: it lies on the CPU, and scores of an accelerator cannot meet it")
def made_without_device(scores, labels, margin=1.0):
    loss = reference("losses").hinge_loss(scores, labels, margin)
    torch.ones(scores.shape, dtype=scores.dtype).scatter_(1, labels.unsqueeze(1), 0)
    return loss
