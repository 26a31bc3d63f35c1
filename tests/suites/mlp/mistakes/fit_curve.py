"""Wrong variants of mlp.fit_curve."""

import torch

from grader.suite import mistake, reference


def _made(x, y, start, parts, losses):
    """A named tuple, as the reference makes it."""
    offset, c, b, w = (part.detach() for part in parts)
    return reference("mlp").fit_curve(x, y, start, 0.0, 0)._replace(offset=offset, c=c, b=b, w=w, losses=losses)


def _curve(x, offset, c, b, w):
    return offset + (c * torch.sigmoid(b + w * x.unsqueeze(1))).sum(1)


def _mean_of_squares(got, y):
    return (got - y).square().mean()


def _fit(x, y, start, lr, steps, curve=_curve, loss_of=_mean_of_squares, move=lambda p, g, lr: p - lr * g, frozen=()):
    parts, losses = [part.detach().clone() for part in start], []
    for _ in range(steps):
        parts = [part.detach().requires_grad_() for part in parts]
        loss = loss_of(curve(x, *parts), y)
        gradients = torch.autograd.grad(loss, parts, allow_unused=True)
        losses.append(loss.item())
        parts = [
            p if i in frozen or g is None else move(p, g, lr)
            for i, (p, g) in enumerate(zip(parts, gradients, strict=True))
        ]
    return _made(x, y, start, parts, losses)


@mistake("the gradients of earlier steps were not emptied: they add up")
def gradients_added_up(x, y, start, lr, steps):
    parts, losses = [part.detach().clone().requires_grad_() for part in start], []
    optimizer = torch.optim.SGD(parts, lr=lr)
    for _ in range(steps):
        loss = _mean_of_squares(_curve(x, *parts), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return _made(x, y, start, parts, losses)


@mistake("the step goes up the slope: the gradient is subtracted")
def climbed(x, y, start, lr, steps):
    return _fit(x, y, start, lr, steps, move=lambda p, g, lr: p + lr * g)


@mistake("the squares were added up: their mean is asked for")
def summed_squares(x, y, start, lr, steps):
    return _fit(x, y, start, lr, steps, loss_of=lambda got, y: (got - y).square().sum())


@mistake("the loss has a factor 1/2")
def halved_loss(x, y, start, lr, steps):
    return _fit(x, y, start, lr, steps, loss_of=lambda got, y: (got - y).square().mean() / 2)


@mistake("the sizes of the errors were averaged: their squares are asked for")
def absolute_error(x, y, start, lr, steps):
    return _fit(x, y, start, lr, steps, loss_of=lambda got, y: (got - y).abs().mean())


@mistake("only c and the offset were moved: b and w are learned too")
def only_the_outside(x, y, start, lr, steps):
    return _fit(x, y, start, lr, steps, frozen=(2, 3))


@mistake("the offset stays where it was: all four move")
def offset_forgotten(x, y, start, lr, steps):
    return _fit(x, y, start, lr, steps, frozen=(0,))


@mistake("the four moved one after the other, each by a gradient at the new place of the others: all move at once")
def one_after_the_other(x, y, start, lr, steps):
    parts, losses = [part.detach().clone() for part in start], []
    for _ in range(steps):
        for i in range(4):
            parts = [part.detach().requires_grad_() for part in parts]
            loss = _mean_of_squares(_curve(x, *parts), y)
            if i == 0:
                losses.append(loss.item())
            parts[i] = parts[i] - lr * torch.autograd.grad(loss, parts[i])[0]
    return _made(x, y, start, parts, losses)


@mistake("there is a tanh where the docstring says sigmoid")
def tanh_for_sigmoid(x, y, start, lr, steps):
    return _fit(x, y, start, lr, steps, lambda x, o, c, b, w: o + (c * torch.tanh(b + w * x.unsqueeze(1))).sum(1))


@mistake("b stands inside of a product with w: b + w x is asked for, not w (x + b)")
def moved_before_stretched(x, y, start, lr, steps):
    return _fit(x, y, start, lr, steps, lambda x, o, c, b, w: o + (c * torch.sigmoid(w * (x.unsqueeze(1) + b))).sum(1))


@mistake("the sigmoids were averaged: they are added up")
def averaged_sigmoids(x, y, start, lr, steps):
    return _fit(x, y, start, lr, steps, lambda x, o, c, b, w: o + (c * torch.sigmoid(b + w * x.unsqueeze(1))).mean(1))


@mistake("the offset stands inside of the sum, once for each sigmoid: it is added once")
def offset_in_the_sum(x, y, start, lr, steps):
    return _fit(x, y, start, lr, steps, lambda x, o, c, b, w: (o + c * torch.sigmoid(b + w * x.unsqueeze(1))).sum(1))


@mistake("the loss after each step was told: the one before it is asked for")
def losses_behind(x, y, start, lr, steps):
    right = reference("mlp").fit_curve(x, y, start, lr, steps + 1)
    return reference("mlp").fit_curve(x, y, start, lr, steps)._replace(losses=right.losses[1:])


@mistake("there is one step less than asked for")
def one_step_less(x, y, start, lr, steps):
    right = reference("mlp").fit_curve(x, y, start, lr, steps)
    return reference("mlp").fit_curve(x, y, start, lr, max(steps - 1, 0))._replace(losses=right.losses)


@mistake("the losses are tensors: floats are asked for")
def losses_as_tensors(x, y, start, lr, steps):
    right = reference("mlp").fit_curve(x, y, start, lr, steps)
    return right._replace(losses=[x.new_tensor(loss) for loss in right.losses])


@mistake("Adam took the steps: plain gradient descent is asked for")
def adam(x, y, start, lr, steps):
    parts, losses = [part.detach().clone().requires_grad_() for part in start], []
    optimizer = torch.optim.Adam(parts, lr=lr)
    for _ in range(steps):
        loss = _mean_of_squares(_curve(x, *parts), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return _made(x, y, start, parts, losses)
