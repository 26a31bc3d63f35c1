"""Wrong variants of optimizers.select_features."""

import torch

from grader.suite import mistake, reference


def soft(z, amount):
    """Pull towards 0."""
    return z.sign() * (z.abs() - amount).relu()


def select(x, y, strengths, lr, steps, step, kept=lambda w: w != 0, anew=True):
    """Take steps with each strength; `step` says how w changes, given the gradient of the squares."""
    rows, w = [], x.new_zeros(x.shape[1])
    for strength in strengths:
        w = x.new_zeros(x.shape[1]) if anew else w
        for _ in range(steps):
            w = step(w, lambda w: (x @ w - y) @ x / len(x), lr, strength)
        rows.append(w)
    weights = torch.stack(rows).detach()
    return reference("optimizers").Selection(weights, kept(weights))


def right(w, slope, lr, strength):
    """Take the step that is asked for."""
    return soft(w - lr * slope(w), lr * strength)


@mistake("a plain step with sign(w) hops over 0 and back: pull towards 0 after the step, and stop there")
def sign_of_w(x, y, strengths, lr, steps):
    return select(x, y, strengths, lr, steps, lambda w, g, lr, s: w - lr * (g(w) + s * w.sign()))


@mistake("the pull is the strength itself: a step has to be lr times as long")
def pull_without_lr(x, y, strengths, lr, steps):
    return select(x, y, strengths, lr, steps, lambda w, g, lr, s: soft(w - lr * g(w), s))


@mistake("negative numbers become 0: pull by the absolute value and give the sign back")
def negative_weights_lost(x, y, strengths, lr, steps):
    return select(x, y, strengths, lr, steps, lambda w, g, lr, s: (w - lr * g(w) - lr * s).relu())


@mistake("the pull is not stopped at 0: what lies nearer than the pull is long changes its sign")
def pulled_past_zero(x, y, strengths, lr, steps):
    def step(w, g, lr, s):
        z = w - lr * g(w)
        return z - lr * s * z.sign()

    return select(x, y, strengths, lr, steps, step)


@mistake("the pull comes before the step on the squares: take it of z, after that step")
def pull_first(x, y, strengths, lr, steps):
    return select(x, y, strengths, lr, steps, lambda w, g, lr, s: soft(w, lr * s) - lr * g(w))


@mistake("the weights are shrunk by a factor, as for a squared penalty: none becomes exactly 0")
def squared_penalty(x, y, strengths, lr, steps):
    return select(x, y, strengths, lr, steps, lambda w, g, lr, s: w - lr * (g(w) + s * w))


@mistake("the steps are twice as long: the loss has 1 / 2N before the squares, so that no 2 is left in the gradient")
def twice_the_gradient(x, y, strengths, lr, steps):
    return select(x, y, strengths, lr, steps, lambda w, g, lr, s: soft(w - 2 * lr * g(w), lr * s))


@mistake("the gradient is summed over the samples: divide by N")
def gradient_summed(x, y, strengths, lr, steps):
    return select(x, y, strengths, lr, steps, lambda w, g, lr, s: soft(w - lr * len(x) * g(w), lr * s))


@mistake("each strength goes on with the weights of the one before: begin with w = 0")
def goes_on(x, y, strengths, lr, steps):
    return select(x, y, strengths, lr, steps, right, anew=False)


@mistake("kept tells which weights are 0: True is for those that are not")
def kept_turned_round(x, y, strengths, lr, steps):
    return select(x, y, strengths, lr, steps, right, kept=lambda w: w == 0)


@mistake("kept calls small weights 0: only those that are exactly 0 are left out")
def kept_by_a_tolerance(x, y, strengths, lr, steps):
    return select(x, y, strengths, lr, steps, right, kept=lambda w: w.abs() > 1e-6)
