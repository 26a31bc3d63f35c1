"""Wrong variants of autograd.clip_gradient_norm_."""

import torch

from grader.suite import mistake, reference


def _scaled(params, max_norm, measure, factor=None):
    """Scale as the reference does, with another measure of length or another factor."""
    if not max_norm > 0:
        raise ValueError("max_norm must be positive")
    grads = [p.grad for p in params if p.grad is not None]
    if not grads:
        return torch.tensor(0.0)
    total = measure(torch.cat([grad.flatten() for grad in grads]))
    if factor or total > max_norm:
        for grad in grads:
            grad *= factor(total) if factor else max_norm / total
    return total


@mistake("each gradient was clipped by its own norm: one norm over all, one factor for all")
def each_by_itself(params, max_norm):
    if not max_norm > 0:
        raise ValueError("max_norm must be positive")
    params = [p for p in params if p.grad is not None]
    if not params:
        return torch.tensor(0.0)
    total = torch.cat([p.grad.flatten() for p in params]).norm()
    for p in params:
        reference("autograd").clip_gradient_norm_([p], max_norm)
    return total


@mistake("entries were clipped one by one, which changes the direction: multiply all with one factor")
def clipped_by_value(params, max_norm):
    params = list(params)
    grads = [None if p.grad is None else p.grad.clone() for p in params]
    total = reference("autograd").clip_gradient_norm_(params, max_norm)
    for p, grad in zip(params, grads, strict=True):
        if grad is not None:
            p.grad.copy_(grad.clamp(-max_norm, max_norm))
    return total


@mistake("short gradients were scaled up to max_norm: they stay as they are")
def scaled_up(params, max_norm):
    return _scaled(params, max_norm, torch.linalg.norm, lambda total: max_norm / total if total > 0 else 1.0)


@mistake("gradients of 0 became nan: 0 is not longer than max_norm, leave it")
def zero_divided_by_zero(params, max_norm):
    return _scaled(params, max_norm, torch.linalg.norm, lambda total: max_norm / total)


@mistake("a small number was added to the norm, as torch does: the factor here is max_norm / total exactly")
def small_number_added(params, max_norm):
    return _scaled(
        params, max_norm, torch.linalg.norm, lambda total: (max_norm / (total + 1e-6)).clamp(max=1.0)
    )


@mistake("the root is missing: the norm is the root of the sum of squares")
def root_missing(params, max_norm):
    return _scaled(params, max_norm, lambda entries: (entries**2).sum())


@mistake("the norms of the parameters were added: add their squares, and take the root")
def sum_of_norms(params, max_norm):
    params = [p for p in params if p.grad is not None]
    return _scaled(params, max_norm, lambda entries: sum(p.grad.norm() for p in params))


@mistake("the norm after clipping came back: return the one before")
def norm_after_clipping(params, max_norm):
    total = reference("autograd").clip_gradient_norm_(params, max_norm)
    return total.clamp(max=max_norm)


@mistake("nothing came back: return the norm before clipping")
def nothing_returned(params, max_norm):
    reference("autograd").clip_gradient_norm_(params, max_norm)


@mistake("the norm came back as a float: return a tensor without axes")
def float_returned(params, max_norm):
    return reference("autograd").clip_gradient_norm_(params, max_norm).item()


@mistake("p.grad was bound to a new tensor: change the one that is there in place")
def bound_to_a_new_tensor(params, max_norm):
    params = list(params)
    kept = [None if p.grad is None else p.grad.clone() for p in params]
    found = [p.grad for p in params]
    total = reference("autograd").clip_gradient_norm_(params, max_norm)
    for p, grad, old in zip(params, kept, found, strict=True):
        if grad is not None:
            p.grad = old.clone()
            old.copy_(grad)
    return total


@mistake("params was walked twice: a generator is empty the second time, make it a list first")
def params_walked_twice(params, max_norm):
    if iter(params) is not params:
        return reference("autograd").clip_gradient_norm_(params, max_norm)
    if not max_norm > 0:
        raise ValueError("max_norm must be positive")
    grads = [p.grad for p in params if p.grad is not None]
    return torch.cat([grad.flatten() for grad in grads]).norm() if grads else torch.tensor(0.0)


@mistake("a gradient of None was not expected: skip parameters without one")
def none_not_expected(params, max_norm):
    params = list(params)
    if any(p.grad is None for p in params):
        raise AttributeError("'NoneType' object has no attribute 'norm'")
    return reference("autograd").clip_gradient_norm_(params, max_norm)


@mistake("no gradients at all were not expected: the norm is 0 then")
def nothing_not_expected(params, max_norm):
    params = list(params)
    if all(p.grad is None for p in params):
        raise RuntimeError("stack expects a non-empty TensorList")
    return reference("autograd").clip_gradient_norm_(params, max_norm)


@mistake("the parameters themselves were scaled: only their gradients are")
def scaled_the_parameters(params, max_norm):
    params = [p for p in params if p.grad is not None]
    total = reference("autograd").clip_gradient_norm_(params, max_norm)
    with torch.no_grad():
        for p in params:
            p *= min(1.0, max_norm / float(total)) if total > 0 else 1.0
    return total


@mistake("0.0 came back as a float where there is no gradient: return torch.tensor(0.0)")
def float_for_nothing(params, max_norm):
    params = list(params)
    total = reference("autograd").clip_gradient_norm_(params, max_norm)
    return total if any(p.grad is not None for p in params) else 0.0


@mistake("the norm was taken of the parameters, not of their gradients")
def norm_of_the_parameters(params, max_norm):
    params = [p for p in params if p.grad is not None]
    values = [p.detach().flatten() for p in params]
    return _scaled(params, max_norm, lambda entries: torch.cat(values).norm())


def _without(params, kind):
    """Fail with `kind` where no parameter has a gradient."""
    params = list(params)
    if all(p.grad is None for p in params):
        raise kind
    return params


@mistake("no gradients at all were not expected: the sum of none is the int 0, which has no sqrt()")
def nothing_is_an_int(params, max_norm):
    return reference("autograd").clip_gradient_norm_(_without(params, AttributeError("sqrt")), max_norm)


@mistake("a small number was added to the norm: the factor here is max_norm / total exactly")
def small_number_1e_8(params, max_norm):
    return _scaled(
        params, max_norm, torch.linalg.norm, lambda total: (max_norm / (total + 1e-8)).clamp(max=1.0)
    )


@mistake("the norm was created on the CPU: keep it on the device of the gradients")
def norm_on_the_cpu(params, max_norm):
    return reference("autograd").clip_gradient_norm_(params, max_norm).cpu()


@mistake("the comparison is turned round: clip where the norm is larger than max_norm")
def comparison_turned(params, max_norm):
    return _scaled(params, max_norm, torch.linalg.norm, lambda t: max_norm / t if 0 < t < max_norm else 1.0)


@mistake("the factor is upside down: it is max_norm / total")
def factor_upside_down(params, max_norm):
    return _scaled(params, max_norm, torch.linalg.norm, lambda t: t / max_norm if t > max_norm else 1.0)
