"""Wrong variants of resnet.plain_vs_residual."""

import torch
from torch.nn import functional

from grader.suite import mistake, reference


def _comparison(plain, residual):
    return reference("resnet").Comparison(plain[0], residual[0], plain[1], residual[1])


def _layer(h, w, x):
    return torch.relu(h) @ w.t()


def _skip(h, branch, x):
    return h + branch


def _plain(h, branch, x):
    return branch


def _descend(
    weights, x, y, join, lr, steps, layer=_layer, norm=torch.linalg.vector_norm, loss=functional.cross_entropy
):
    """Train one net from weights, which change in place; return norms and losses."""
    weights, norms, losses = weights.requires_grad_(), [], []
    for step in range(steps):
        h = x
        for w in weights.unbind():
            h = join(h, layer(h, w, x), x)
        value = loss(h, y)
        (gradient,) = torch.autograd.grad(value, weights)
        norms += [norm(g).item() for g in gradient] if step == 0 else []
        losses.append(value.item())
        with torch.no_grad():
            weights -= lr * gradient
    return norms, losses


def _start(depth, x, generator, gain):
    d = x.shape[1]
    return (gain * torch.randn(depth, d, d, generator=generator, dtype=x.dtype) / d**0.5).to(x.device)


def _both(start, x, y, lr, steps, skip=_skip, plain=_plain, **options):
    nets = (_descend(start.clone(), x, y, join, lr, steps, **options) for join in (plain, skip))
    return _comparison(*nets)


@mistake("the shortcut is missing: the residual net adds h to what the layer gives")
def no_shortcut(depth, x, y, generator, gain=0.3, lr=0.1, steps=20):
    return _both(_start(depth, x, generator, gain), x, y, lr, steps, skip=_plain)


@mistake("both nets have the shortcut: the plain one replaces h")
def shortcut_in_both(depth, x, y, generator, gain=0.3, lr=0.1, steps=20):
    return _both(_start(depth, x, generator, gain), x, y, lr, steps, plain=_skip)


@mistake("plain and residual are swapped in what is returned")
def swapped(depth, x, y, generator, gain=0.3, lr=0.1, steps=20):
    return _both(_start(depth, x, generator, gain), x, y, lr, steps, skip=_plain, plain=_skip)


@mistake("every layer adds x: the shortcut carries h of the layer before")
def adds_the_input(depth, x, y, generator, gain=0.3, lr=0.1, steps=20):
    return _both(_start(depth, x, generator, gain), x, y, lr, steps, skip=lambda h, branch, x: x + branch)


@mistake("the shortcut is detached: gradients go through it")
def detached_shortcut(depth, x, y, generator, gain=0.3, lr=0.1, steps=20):
    return _both(
        _start(depth, x, generator, gain), x, y, lr, steps, skip=lambda h, branch, x: h.detach() + branch
    )


@mistake("the relu comes after the sum: it stands before the product, and the shortcut carries h as it is")
def relu_after_the_sum(depth, x, y, generator, gain=0.3, lr=0.1, steps=20):
    def joined(h, branch, x):
        return torch.relu(h + branch)

    return _both(_start(depth, x, generator, gain), x, y, lr, steps, skip=joined)


@mistake("the relu comes after the product: it stands before, on h")
def relu_after_the_product(depth, x, y, generator, gain=0.3, lr=0.1, steps=20):
    start = _start(depth, x, generator, gain)
    return _both(start, x, y, lr, steps, layer=lambda h, w, x: torch.relu(h @ w.t()))


@mistake("the relu is missing")
def no_relu(depth, x, y, generator, gain=0.3, lr=0.1, steps=20):
    return _both(_start(depth, x, generator, gain), x, y, lr, steps, layer=lambda h, w, x: h @ w.t())


@mistake("the weights are not transposed: h @ W.t()")
def not_transposed(depth, x, y, generator, gain=0.3, lr=0.1, steps=20):
    start = _start(depth, x, generator, gain)
    return _both(start, x, y, lr, steps, layer=lambda h, w, x: torch.relu(h) @ w)


@mistake("the residual net starts from the trained weights of the plain one: clone the weights for each net")
def trained_weights_shared(depth, x, y, generator, gain=0.3, lr=0.1, steps=20):
    start = _start(depth, x, generator, gain)
    nets = [_descend(start.detach(), x, y, join, lr, steps) for join in (_plain, _skip)]
    return _comparison(*nets)


@mistake("each net draws weights of its own: both start from the same")
def drawn_twice(depth, x, y, generator, gain=0.3, lr=0.1, steps=20):
    starts = [_start(depth, x, generator, gain) for _ in range(2)]
    pairs = zip(starts, (_plain, _skip), strict=True)
    return _comparison(*(_descend(start, x, y, join, lr, steps) for start, join in pairs))


@mistake("the generator is not used: pass it to torch.randn")
def without_the_generator(depth, x, y, generator, gain=0.3, lr=0.1, steps=20):
    return _both(_start(depth, x, None, gain), x, y, lr, steps)


@mistake("gain is ignored: it scales the weights")
def gain_ignored(depth, x, y, generator, gain=0.3, lr=0.1, steps=20):
    return _both(_start(depth, x, generator, 0.3), x, y, lr, steps)


@mistake("the weights are divided by D: divide by its root")
def divided_by_d(depth, x, y, generator, gain=0.3, lr=0.1, steps=20):
    return _both(_start(depth, x, generator, gain) / x.shape[1] ** 0.5, x, y, lr, steps)


@mistake("the learning rate is ignored")
def lr_ignored(depth, x, y, generator, gain=0.3, lr=0.1, steps=20):
    return _both(_start(depth, x, generator, gain), x, y, 0.1, steps)


@mistake("the weights never change: each step takes lr * gradient off them, in place")
def never_stepped(depth, x, y, generator, gain=0.3, lr=0.1, steps=20):
    return _both(_start(depth, x, generator, gain), x, y, 0.0, steps)


@mistake("the step goes uphill: take lr * gradient off the weights")
def uphill(depth, x, y, generator, gain=0.3, lr=0.1, steps=20):
    return _both(_start(depth, x, generator, gain), x, y, -lr, steps)


@mistake("the gradients of earlier steps are added up: each step has its own")
def gradients_add_up(depth, x, y, generator, gain=0.3, lr=0.1, steps=20):
    start, nets = _start(depth, x, generator, gain), []
    for join in (_plain, _skip):
        weights, norms, losses = start.clone().requires_grad_(), [], []
        for step in range(steps):
            h = x
            for w in weights.unbind():
                h = join(h, torch.relu(h) @ w.t(), x)
            loss = functional.cross_entropy(h, y)
            loss.backward()
            norms += [g.norm().item() for g in weights.grad] if step == 0 else []
            losses.append(loss.item())
            with torch.no_grad():
                weights -= lr * weights.grad
        nets.append((norms, losses))
    return _comparison(*nets)


@mistake("the norms are those after training: before the first step they are asked for")
def norms_after_training(depth, x, y, generator, gain=0.3, lr=0.1, steps=20):
    start, nets = _start(depth, x, generator, gain), []
    for join in (_plain, _skip):
        weights = start.clone()
        _, losses = _descend(weights, x, y, join, lr, steps)
        norms, _ = _descend(weights.detach(), x, y, join, lr, 1)
        nets.append((norms, losses))
    return _comparison(*nets)


@mistake("the losses are those after each step: before it they are asked for")
def losses_after_the_steps(depth, x, y, generator, gain=0.3, lr=0.1, steps=20):
    got = _both(_start(depth, x, generator, gain), x, y, lr, steps + 1)
    return got._replace(plain_losses=got.plain_losses[1:], residual_losses=got.residual_losses[1:])


@mistake("there is one loss too many: one before each step, none after the last")
def one_loss_too_many(depth, x, y, generator, gain=0.3, lr=0.1, steps=20):
    return _both(_start(depth, x, generator, gain), x, y, lr, steps + 1)


@mistake("tensors came back: the norms are lists of floats")
def tensors(depth, x, y, generator, gain=0.3, lr=0.1, steps=20):
    got = _both(_start(depth, x, generator, gain), x, y, lr, steps)
    return got._replace(
        plain_norms=torch.tensor(got.plain_norms), residual_norms=torch.tensor(got.residual_norms)
    )


@mistake("the last layer is missing: there are `depth` of them")
def one_layer_short(depth, x, y, generator, gain=0.3, lr=0.1, steps=20):
    start = _start(depth, x, generator, gain)
    if depth == 1:
        return _both(start, x, y, lr, steps)
    return _both(start[:-1], x, y, lr, steps)


@mistake("the weights stay on the CPU: move them to the device of x")
def weights_on_the_cpu(depth, x, y, generator, gain=0.3, lr=0.1, steps=20):
    return _both(_start(depth, x, generator, gain).cpu(), x, y, lr, steps)


@mistake("the weights are drawn in float32: draw them in the dtype of x")
def drawn_in_single_precision(depth, x, y, generator, gain=0.3, lr=0.1, steps=20):
    return _both(_start(depth, x.float(), generator, gain).to(x.dtype), x, y, lr, steps)


@mistake(
    "the weights are drawn on the device of x: the generator is one of the CPU, draw there and move them"
)
def drawn_on_the_device(depth, x, y, generator, gain=0.3, lr=0.1, steps=20):
    d = x.shape[1]
    start = torch.randn(depth, d, d, generator=generator, dtype=x.dtype, device=x.device)
    return _both(gain * start / d**0.5, x, y, lr, steps)


@mistake("a plain tuple comes back: a named tuple has names for its parts")
def plain_tuple(*args, **options):
    return tuple(reference("resnet").plain_vs_residual(*args, **options))
