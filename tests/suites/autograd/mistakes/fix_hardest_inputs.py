"""Wrong variants of autograd.fix_hardest_inputs, as they are left by who found some of its mistakes, and others."""

import torch
from torch.nn import functional

from grader.suite import mistake, reference


def _moved(model, x, labels, radius, lr, steps, *left):
    """Move inputs with these mistakes left in."""
    moved = x.detach().clone().requires_grad_()
    start = moved.detach() if "memory" in left else x.detach()
    for _ in range(steps):
        loss = functional.cross_entropy(model(moved), labels)
        if "model" in left:
            loss.backward()
        else:
            loss.backward(inputs=[moved])
        with torch.no_grad():
            moved += lr * moved.grad.sign()
            moved.copy_(start + (moved - start).clamp(-radius, radius))
        if "old" not in left:
            moved.grad = None
    return moved if "graph" in left else moved.detach()


@mistake("detach() shares memory: the start moves along, and nothing is bounded; clone it")
def start_moves_along(model, x, labels, radius, lr, steps):
    return _moved(model, x, labels, radius, lr, steps, "memory")


@mistake("the gradient of earlier steps was kept: backward adds to it, so empty it in each step")
def old_gradients_kept(model, x, labels, radius, lr, steps):
    return _moved(model, x, labels, radius, lr, steps, "old")


@mistake("backward() fills the grad of the model's parameters too: ask for the slope of the input alone")
def model_collects_gradients(model, x, labels, radius, lr, steps):
    return _moved(model, x, labels, radius, lr, steps, "model")


@mistake("the result still requires a gradient: detach it")
def result_requires_a_gradient(model, x, labels, radius, lr, steps):
    return _moved(model, x, labels, radius, lr, steps, "graph")


@mistake("model.zero_grad() at the end also wipes the gradients that stood there before")
def gradients_of_the_model_wiped(model, x, labels, radius, lr, steps):
    moved = reference("autograd").fix_hardest_inputs(model, x, labels, radius, lr, steps)
    model.zero_grad()
    return moved


@mistake("the steps go down the slope: the loss is to grow, so add lr * sign")
def steps_downhill(model, x, labels, radius, lr, steps):
    return reference("autograd").fix_hardest_inputs(model, x, labels, radius, -lr, steps)


@mistake("the sign was forgotten: every entry moves by lr, however steep the loss is")
def sign_forgotten(model, x, labels, radius, lr, steps):
    start, moved = x.detach(), x.detach().clone()
    for _ in range(steps):
        moved = moved.detach().requires_grad_()
        (slope,) = torch.autograd.grad(functional.cross_entropy(model(moved), labels), moved)
        moved = start + (moved.detach() + lr * slope - start).clamp(-radius, radius)
    return moved


@mistake("each step is bounded by itself: what counts is the distance from x")
def each_step_bounded(model, x, labels, radius, lr, steps):
    return reference("autograd").fix_hardest_inputs(model, x, labels, 1e9, min(lr, radius), steps)


@mistake("the entries are bounded around 0: bound their distance from x")
def bounded_around_zero(model, x, labels, radius, lr, steps):
    moved = reference("autograd").fix_hardest_inputs(model, x, labels, 1e9, lr, steps)
    return moved.clamp(-radius, radius)


@mistake("the bound is applied once, after the last step: it holds in every step")
def bounded_at_the_end(model, x, labels, radius, lr, steps):
    moved = reference("autograd").fix_hardest_inputs(model, x, labels, 1e9, lr, steps)
    return x.detach() + (moved - x.detach()).clamp(-radius, radius)


@mistake("all steps follow the slope at x: each needs the slope at its own place")
def slope_at_the_start(model, x, labels, radius, lr, steps):
    start = x.detach().clone().requires_grad_()
    (slope,) = torch.autograd.grad(functional.cross_entropy(model(start), labels), start)
    moved = start.detach()
    for _ in range(steps):
        moved = start.detach() + (moved + lr * slope.sign() - start.detach()).clamp(-radius, radius)
    return moved
