"""Wrong variants of autograd.accumulated_gradients."""

import torch

from grader.suite import mistake, reference


def _right(loss_fn, params, batches):
    return reference("autograd").accumulated_gradients(loss_fn, params, batches)


def _weighted(loss_fn, params, batches, weight, total):
    """Accumulate as the reference does, with other weights: `weight` of a batch, `total` of (batches, samples)."""
    params, samples, count = list(params), 0, 0
    for p in params:
        p.grad = None
    for x, y in batches:
        (weight(x) * loss_fn(x, y)).backward()
        samples, count = samples + len(x), count + 1
    if not count:
        raise ValueError("batches must not be empty")
    for p in params:
        p.grad = torch.zeros_like(p) if p.grad is None else p.grad / total(count, samples)
    return [p.grad.clone() for p in params]


@mistake("the mean of the batches' means was taken: weigh each batch by its number of samples")
def mean_of_means(loss_fn, params, batches):
    return _weighted(loss_fn, params, batches, lambda x: 1, lambda count, samples: count)


@mistake("the batches' gradients were added as they are: weigh by samples and divide by all samples")
def sum_of_means(loss_fn, params, batches):
    return _weighted(loss_fn, params, batches, lambda x: 1, lambda count, samples: 1)


@mistake("the division by the number of all samples is missing: this is the gradient of a sum")
def gradient_of_the_sum(loss_fn, params, batches):
    return _weighted(loss_fn, params, batches, lambda x: len(x), lambda count, samples: 1)


@mistake("weighed by samples, but divided by the number of batches: divide by the number of all samples")
def divided_by_batches(loss_fn, params, batches):
    return _weighted(loss_fn, params, batches, lambda x: len(x), lambda count, samples: count)


@mistake("what stood in .grad before was added: empty it once at the start")
def old_gradients_added(loss_fn, params, batches):
    params = list(params)
    before = [p.grad for p in params]
    _right(loss_fn, params, batches)
    for p, old in zip(params, before, strict=True):
        p.grad = p.grad if old is None else p.grad + old
    return [p.grad.clone() for p in params]


@mistake("only the last batch is left: .grad was emptied for each of them, or set in place of added to")
def only_the_last_batch(loss_fn, params, batches):
    params, last, samples = list(params), [], 0
    for x, y in batches:
        last = _right(loss_fn, params, [(x, y)])
        samples += len(x)
    if not samples:
        raise ValueError("batches must not be empty")
    for p, gradient in zip(params, last, strict=True):
        p.grad = gradient * len(x) / samples
    return [p.grad.clone() for p in params]


@mistake("the .grad tensors themselves came back: a later backward pass changes them, return clones")
def returned_grad_itself(loss_fn, params, batches):
    params = list(params)
    _right(loss_fn, params, batches)
    return [p.grad for p in params]


@mistake("a parameter that no loss uses has None for a gradient: it is 0")
def none_for_unused(loss_fn, params, batches):
    params = list(params)
    found = _right(loss_fn, params, batches)
    for p, gradient in zip(params, found, strict=True):
        p.grad = p.grad if gradient.any() else None
    return [gradient if gradient.any() else None for gradient in found]


@mistake(
    "the .grad of a parameter that no loss uses stays None, and None cannot be divided or cloned: put 0 there"
)
def unused_not_expected(loss_fn, params, batches):
    params = list(params)
    found = _right(loss_fn, params, batches)
    if not all(gradient.any() for gradient in found):
        raise AttributeError("'NoneType' object has no attribute 'clone'")
    return found


@mistake("a parameter that no loss uses has 0 in the list, but None in .grad: put 0 there too")
def unused_keeps_none(loss_fn, params, batches):
    params = list(params)
    found = _right(loss_fn, params, batches)
    for p, gradient in zip(params, found, strict=True):
        p.grad = p.grad if gradient.any() else None
    return found


@mistake("params was walked twice: a generator is empty the second time, make it a list first")
def params_walked_twice(loss_fn, params, batches):
    _right(loss_fn, list(params), batches)
    return [p.grad.clone() for p in params]


@mistake("batches was walked twice, to count the samples first: a generator is empty the second time")
def batches_walked_twice(loss_fn, params, batches):
    samples = sum(len(x) for x, _ in batches)
    if not samples:
        raise ValueError("batches must not be empty")
    return _right(loss_fn, params, batches)


@mistake("all losses were added before one backward pass: every graph is in memory at once")
def one_backward_for_all(loss_fn, params, batches):
    params, total, samples = list(params), 0.0, 0
    for p in params:
        p.grad = None
    for x, y in batches:
        total, samples = total + len(x) * loss_fn(x, y), samples + len(x)
    if not samples:
        raise ValueError("batches must not be empty")
    (total / samples).backward()
    for p in params:
        p.grad = torch.zeros_like(p) if p.grad is None else p.grad
    return [p.grad.clone() for p in params]


@mistake(".grad was not filled: torch.autograd.grad leaves it alone, put the same numbers there")
def grad_left_empty(loss_fn, params, batches):
    params = list(params)
    before = [p.grad for p in params]
    found = _right(loss_fn, params, batches)
    for p, old in zip(params, before, strict=True):
        p.grad = old
    return found


@mistake("a step was taken too: this task returns the gradient, the parameters stay")
def took_a_step(loss_fn, params, batches):
    params = list(params)
    found = _right(loss_fn, params, batches)
    with torch.no_grad():
        for p, gradient in zip(params, found, strict=True):
            p -= 0.1 * gradient
    return found


def _way(*, start=True, put=True, zeroed=False):
    """Accumulate in one of the usual ways, in plain code.

    `start`: .grad is emptied; `put`: the quotient goes into .grad too; `zeroed`: the start empties by zero_.
    """

    def accumulated_gradients(loss_fn, params, batches):
        params, samples = list(params), 0
        for p in params:
            if zeroed:
                p.grad.zero_()
            elif start:
                p.grad = None
        for x, y in batches:
            (loss_fn(x, y) * len(x)).backward()
            samples += len(x)
        if not samples:
            raise ValueError("batches must not be empty")
        found = []
        for p in params:
            if p.grad is None:
                p.grad = torch.zeros_like(p)
            gradient = p.grad / samples
            if put:
                p.grad = gradient.clone()
            found.append(gradient)
        return found

    return accumulated_gradients


old_gradients_weighed = mistake(
    "what stood in .grad before was taken for a part of the sum: empty it at the start"
)(_way(start=False))
grad_not_divided = mistake(
    "only the list was divided: .grad still holds the sum, put the same numbers there"
)(_way(put=False))
zero_of_none = mistake("p.grad.zero_() fails where .grad is None, as it is at first: set it to None")(
    _way(zeroed=True)
)


@mistake("autograd.grad raises for a parameter that no loss uses: allow_unused, and put 0 there")
def unused_raises(loss_fn, params, batches):
    params, sums, samples = list(params), None, 0
    for x, y in batches:
        found = torch.autograd.grad(loss_fn(x, y), params)
        sums = [len(x) * g + s for g, s in zip(found, sums or [0] * len(found), strict=True)]
        samples += len(x)
    if not samples:
        raise ValueError("batches must not be empty")
    for p, total in zip(params, sums, strict=True):
        p.grad = total / samples
    return [p.grad.clone() for p in params]


@mistake("a generator has no length: count batches and samples on the way")
def length_of_batches(loss_fn, params, batches):
    len(batches)
    return _right(loss_fn, params, batches)


@mistake("the gradients were brought to the CPU: they stay on the device of their parameters")
def gradients_on_the_cpu(loss_fn, params, batches):
    return [gradient.cpu() for gradient in _right(loss_fn, params, batches)]


@mistake(
    "the graphs are kept (retain_graph=True): each backward pass frees its own, so that one is in memory"
)
def graphs_kept(loss_fn, params, batches):
    params, samples = list(params), 0
    for p in params:
        p.grad = None
    for x, y in batches:
        (len(x) * loss_fn(x, y)).backward(retain_graph=True)
        samples += len(x)
    if not samples:
        raise ValueError("batches must not be empty")
    for p in params:
        p.grad = torch.zeros_like(p) if p.grad is None else p.grad / samples
    return [p.grad.clone() for p in params]
