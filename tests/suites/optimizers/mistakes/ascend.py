"""Wrong variants of optimizers.ascend."""

import torch

from grader.suite import mistake, reference


def _gradient(f, x):
    with torch.enable_grad():
        x = x.detach().requires_grad_()
        return torch.autograd.grad(f(x), x)[0]


def _climb(f, x0, lr, steps, move):
    path = [x0.detach().clone()]
    for _ in range(steps):
        path.append(move(path[-1], _gradient(f, path[-1]), lr))
    return torch.stack(path)


@mistake("the step goes downhill: to climb, the gradient is added")
def went_downhill(f, x0, lr, steps, weight_decay=0.0):
    return _climb(f, x0, lr, steps, lambda x, g, lr: x - lr * (g + weight_decay * x))


@mistake("the decay turned round with the gradient, and pushes away from 0: it is subtracted")
def decay_turned_round(f, x0, lr, steps, weight_decay=0.0):
    return _climb(f, x0, lr, steps, lambda x, g, lr: x + lr * (g + weight_decay * x))


@mistake("the decay is missing")
def without_decay(f, x0, lr, steps, weight_decay=0.0):
    return reference("optimizers").ascend(f, x0, lr, steps)


@mistake("the decay is not multiplied by lr")
def decay_without_rate(f, x0, lr, steps, weight_decay=0.0):
    return _climb(f, x0, lr, steps, lambda x, g, lr: x + lr * g - weight_decay * x)


@mistake("the decay acts after the step, on the new point")
def decay_behind_the_step(f, x0, lr, steps, weight_decay=0.0):
    def move(x, g, lr):
        x = x + lr * g
        return x - lr * weight_decay * x

    return _climb(f, x0, lr, steps, move)


@mistake("the gradient is the one at x0 in every step: take it anew at each point")
def gradient_of_the_start(f, x0, lr, steps, weight_decay=0.0):
    g = _gradient(f, x0)
    return _climb(f, x0, lr, steps, lambda x, _, lr: x + lr * (g - weight_decay * x))


@mistake("the gradients were added up from step to step: empty them")
def gradients_added_up(f, x0, lr, steps, weight_decay=0.0):
    total = torch.zeros_like(x0)

    def move(x, g, lr):
        total.add_(g)
        return x + lr * (total - weight_decay * x)

    return _climb(f, x0, lr, steps, move)


@mistake("x0 is missing in the points")
def without_the_start(f, x0, lr, steps, weight_decay=0.0):
    return reference("optimizers").ascend(f, x0, lr, steps + 1, weight_decay)[1:]


@mistake("only the last point came back: all of them are asked for")
def last_point_alone(f, x0, lr, steps, weight_decay=0.0):
    return reference("optimizers").ascend(f, x0, lr, steps, weight_decay)[-1]
