"""Wrong variants of losses.fit_temperature."""

import math

import torch
from torch.nn import functional

from grader.suite import mistake, reference


def right(logits, labels):
    """Return what is asked for."""
    return reference("losses").fit_temperature(logits, labels)


def descended(logits, labels, lr, steps, loss=functional.cross_entropy, start=1.0, scores=lambda x, t: x / t):
    """Go down in T itself."""
    t = torch.full((), start, dtype=logits.dtype, device=logits.device, requires_grad=True)
    for _ in range(steps):
        (slope,) = torch.autograd.grad(loss(scores(logits.detach(), t), labels), t)
        t = (t - lr * slope).detach().requires_grad_()
    return t.item()


@mistake("the factor 1 / T is returned: T itself is asked for")
def inverse(logits, labels):
    return 1 / right(logits, labels)


@mistake("the logarithm of T is returned, which was fitted: take exp of it")
def logarithm(logits, labels):
    return math.log(right(logits, labels))


@mistake("T is fitted to the power 2: take the root")
def squared(logits, labels):
    return right(logits, labels) ** 2


@mistake("the logits are multiplied by T: they are divided by it")
def multiplied(logits, labels):
    return descended(logits, labels, 0.5, 300, scores=lambda x, t: x * t)


@mistake("a few steps of descent do not arrive: go on until T is right to four digits")
def few_steps(logits, labels):
    return descended(logits, labels, 0.1, 20)


@mistake("many steps of one length arrive for logits of usual size alone: the steps have to fit any size")
def one_length_of_steps(logits, labels):
    return descended(logits, labels, 0.5, 1500)


@mistake("probabilities are divided by T: softmax comes after the division, and once")
def softmax_before(logits, labels):
    return descended(logits, labels, 0.5, 300, scores=lambda x, t: torch.softmax(x, 1) / t)


@mistake("the best of a coarse grid is taken: that is right to one digit or two")
def coarse_grid(logits, labels):
    grid = [0.05 * i for i in range(1, 101)]
    return min(grid, key=lambda t: functional.cross_entropy(logits / t, labels).item())


@mistake("T is looked for between 0.01 and 100 alone: begin with bounds that fit the size of the logits")
def fixed_bounds(logits, labels):
    return min(max(right(logits, labels), 0.01), 100.0)


@mistake("T is kept above 1: a net that is not sure enough has a T below 1")
def never_below_one(logits, labels):
    return max(right(logits, labels), 1.0)


@mistake("the squared distance to the one-hot label is made small: the cross-entropy is asked for")
def squared_error(logits, labels):
    def loss(scores, labels):
        return ((torch.softmax(scores, 1) - functional.one_hot(labels, scores.shape[1])) ** 2).sum(1).mean()

    return descended(logits, labels, 1.0, 400, loss=loss)


@mistake("mean confidence and accuracy are made equal: that is another number than that with the smallest loss")
def mean_confidence(logits, labels):
    accuracy, (low, high) = (logits.argmax(1) == labels).double().mean(), (-80.0, 80.0)
    for _ in range(200):
        middle = (low + high) / 2
        sure = torch.softmax(logits.double() / math.exp(middle), 1).amax(1).mean()
        low, high = (middle, high) if sure > accuracy else (low, middle)
    return math.exp(low)
