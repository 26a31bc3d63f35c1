"""Wrong variants of autograd.fix_fit_decay, as they are left by who found some of its mistakes, and others."""

import torch

from grader.suite import mistake, reference


def _fit(x, y, strength, lr, epochs, *left):
    """Fit with these mistakes left in."""
    a, k = (x.new_ones(()).requires_grad_() for _ in range(2))
    best, losses = (a, k), []
    for _ in range(epochs):
        error = ((a * torch.exp(-k * x) - y) ** 2).mean()
        loss = error + strength * (k.item() if "number" in left else k) ** 2
        loss.backward()
        if all(loss < earlier for earlier in losses):
            best = a.detach(), k.detach()
            if "memory" not in left:
                best = best[0].clone(), best[1].clone()
        losses.append(loss if "graph" in left else loss.detach())
        with torch.no_grad():
            for p in (a, k):
                p -= lr * p.grad
                if "old" not in left:
                    p.grad = None
    return reference("autograd").DecayFit(*best, torch.stack(losses))


@mistake("the penalty was made of k.item(), a plain number: it counts in the loss and has no slope")
def penalty_without_slope(x, y, strength, lr, epochs):
    return _fit(x, y, strength, lr, epochs, "number")


@mistake("the gradients were never emptied: backward adds to those of earlier epochs")
def old_gradients_kept(x, y, strength, lr, epochs):
    return _fit(x, y, strength, lr, epochs, "old")


@mistake("a and k are those after the last update: detach() shares the memory that updates change; clone them")
def best_shares_memory(x, y, strength, lr, epochs):
    return _fit(x, y, strength, lr, epochs, "memory")


@mistake("the losses were kept with their graphs: keep loss.detach() or loss.item()")
def losses_with_graphs(x, y, strength, lr, epochs):
    return _fit(x, y, strength, lr, epochs, "graph")


@mistake("the best a and k were kept after their update: the loss belongs to those before it")
def best_kept_after_the_update(x, y, strength, lr, epochs):
    right = reference("autograd").fix_fit_decay(x, y, strength, lr, epochs)
    a, k = (p.clone().requires_grad_() for p in (right.a, right.k))
    loss = ((a * torch.exp(-k * x) - y) ** 2).mean() + strength * k**2
    slopes = torch.autograd.grad(loss, (a, k))
    return right._replace(a=(a - lr * slopes[0]).detach(), k=(k - lr * slopes[1]).detach())


@mistake("k was updated with the slope at the new a: compute both slopes before either moves")
def one_after_the_other(x, y, strength, lr, epochs):
    a, k = x.new_ones(()), x.new_ones(())
    best, losses = (a, k), []
    for _ in range(epochs):
        curve = torch.exp(-k * x)
        loss = ((a * curve - y) ** 2).mean() + strength * k**2
        if all(loss < earlier for earlier in losses):
            best = a, k
        losses.append(loss)
        a = a - lr * (2 * (a * curve - y) * curve).mean()
        k = k - lr * ((-2 * (a * curve - y) * a * x * curve).mean() + 2 * strength * k)
    return reference("autograd").DecayFit(*best, torch.stack(losses))


@mistake("the losses are a list: one tensor of shape (epochs,) is asked for")
def losses_as_a_list(x, y, strength, lr, epochs):
    right = reference("autograd").fix_fit_decay(x, y, strength, lr, epochs)
    return right._replace(losses=list(right.losses.unbind()))
