"""Wrong variants of autograd.gradient."""

import torch

from grader.suite import mistake, reference


def _leaf_and_result(f, x):
    if not x.is_floating_point():
        raise ValueError("x must be floating point")
    with torch.enable_grad():
        leaf = x.detach().requires_grad_()
        return leaf, f(leaf)


@mistake("backward started from a tensor with several entries: sum them first")
def backward_of_a_vector(f, x):
    leaf, y = _leaf_and_result(f, x)
    if not y.requires_grad:
        return torch.zeros_like(x)
    return torch.autograd.grad(y, leaf, allow_unused=True, materialize_grads=True)[0]


@mistake("the mean of the outputs was differentiated: it is their sum")
def mean_of_outputs(f, x):
    return reference("autograd").gradient(lambda leaf: f(leaf).mean(), x)


@mistake("x itself was made a leaf: requires_grad_ and backward change x; use x.detach()")
def x_itself_as_leaf(f, x):
    found = reference("autograd").gradient(f, x)
    if x.is_leaf:
        x.requires_grad_()
        x.grad = found.clone()
    else:
        x.retain_grad()
    return found


@mistake("backward added to the .grad that x already had: take the gradient by itself")
def added_to_the_old_grad(f, x):
    found = reference("autograd").gradient(f, x)
    return found if not x.is_leaf or x.grad is None else found + x.grad


@mistake("backward also wrote into the .grad of parameters that f uses: torch.autograd.grad writes nowhere")
def wrote_into_parameters(f, x):
    leaf, y = _leaf_and_result(f, x)
    if y.requires_grad:
        y.backward(torch.ones_like(y))
    return torch.zeros_like(x) if leaf.grad is None else leaf.grad


@mistake("a result that has no graph was not expected: where f ignores x the gradient is 0")
def constants_not_expected(f, x):
    leaf, y = _leaf_and_result(f, x)
    return torch.autograd.grad(y, leaf, torch.ones_like(y), allow_unused=True, materialize_grads=True)[0]


@mistake("None came back where f uses only other tensors: the gradient is 0 there")
def none_where_unused(f, x):
    leaf, y = _leaf_and_result(f, x)
    if not y.requires_grad:
        return torch.zeros_like(x)
    return torch.autograd.grad(y, leaf, torch.ones_like(y), allow_unused=True)[0]


@mistake("inside no_grad there was no graph: switch gradients on with torch.enable_grad()")
def grad_mode_of_the_caller(f, x):
    right = reference("autograd").gradient(f, x)
    return right if torch.is_grad_enabled() else torch.zeros_like(right)


@mistake(
    "the grad mode was set and not restored: use `with torch.enable_grad()`, which also ends on exceptions"
)
def grad_mode_left_on(f, x):
    if not x.is_floating_point():
        raise ValueError("x must be floating point")
    found = torch.is_grad_enabled()
    torch.set_grad_enabled(True)
    result = reference("autograd").gradient(f, x)
    torch.set_grad_enabled(found)
    return result


@mistake("the result hangs in a graph: create_graph is not needed here")
def result_in_a_graph(f, x):
    return reference("autograd").gradient(f, x).requires_grad_()


@mistake("the zeros were created on the CPU: create them on the device of x")
def zeros_on_the_cpu(f, x):
    found = reference("autograd").gradient(f, x)
    return found if found.any() else torch.zeros(x.shape, dtype=x.dtype)


@mistake(
    "only what f returns from x was expected: constants, other tensors and no_grad leave autograd.grad without a graph"
)
def plain_grad(f, x):
    if not x.is_floating_point():
        raise ValueError("x must be floating point")
    leaf = x.detach().requires_grad_()
    return torch.autograd.grad(f(leaf).sum(), leaf)[0]


@mistake(
    "backward needs a graph, and writes into every leaf: constants, no_grad and parameters of f are in its way"
)
def plain_backward(f, x):
    if not x.is_floating_point():
        raise ValueError("x must be floating point")
    leaf = x.detach().clone().requires_grad_()
    f(leaf).sum().backward()
    return leaf.grad


@mistake("autograd.grad raises for an x that is not used: allow_unused, and put 0 there")
def unused_raises(f, x):
    leaf, y = _leaf_and_result(f, x)
    return torch.autograd.grad(y.sum(), leaf)[0] if y.requires_grad else torch.zeros_like(x.detach())


@mistake("x.requires_grad_() changes the x of the caller: use x.detach()")
def itself(f, x):
    found = reference("autograd").gradient(f, x)
    x.requires_grad_()
    return found


@mistake("the zeros were created without dtype: torch.zeros makes float32, x may be float64")
def zeros_in_single_precision(f, x):
    found = reference("autograd").gradient(f, x)
    return found if found.any() else torch.zeros(x.shape, device=x.device)
