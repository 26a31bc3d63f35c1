"""Wrong variants of autograd.hessian_vector_product."""

import torch

from grader.suite import mistake, reference


def _product(f, x, v):
    return reference("autograd").hessian_vector_product(f, x, v)


@mistake("v came too late: these are the row sums of the matrix times v; differentiate (g * v).sum()")
def row_sums_times_v(f, x, v):
    _product(f, x, v)
    return _product(f, x, torch.ones_like(v)) * v.detach()


@mistake("v was left out: these are the row sums of the matrix")
def v_left_out(f, x, v):
    _product(f, x, v)
    return _product(f, x, torch.ones_like(v))


@mistake("this is the gradient times v: differentiate once more")
def gradient_times_v(f, x, v):
    _product(f, x, v)
    return reference("autograd").gradient(f, x) * v.detach()


@mistake("only d^2 f / d x_i^2 was used: the mixed derivatives count too")
def diagonal_only(f, x, v):
    right = _product(f, x, v)
    rows = [_product(f, x, one.view(x.shape)) for one in torch.eye(x.numel(), dtype=x.dtype, device=x.device)]
    if not rows:
        return right
    return torch.stack([row.flatten()[i] for i, row in enumerate(rows)]).view(x.shape) * v.detach()


@mistake("the first gradient has no graph: create_graph=True, and nothing detached on the way")
def first_gradient_without_graph(f, x, v):
    right = _product(f, x, v)
    if right.any():
        raise RuntimeError("element 0 of tensors does not require grad and does not have a grad_fn")
    return right


@mistake(
    "the second differentiation fails where f is linear: its gradient does not depend on x, return zeros"
)
def linear_not_expected(f, x, v):
    right = _product(f, x, v)
    leaf = x.detach().requires_grad_()
    y = f(leaf)
    if y.requires_grad:
        slope = torch.autograd.grad(y, leaf, create_graph=True)[0]
        torch.autograd.grad(slope, leaf, torch.ones_like(slope))
    return right


@mistake("an f that does not use x was not expected: the product is 0")
def constant_not_expected(f, x, v):
    right = _product(f, x, v)
    torch.autograd.grad(f(x.detach().requires_grad_()), f(x.detach().requires_grad_()), allow_unused=True)
    return right


@mistake("v was differentiated too: it counts as constant, detach it")
def v_in_the_graph(f, x, v):
    right = _product(f, x, v)
    if v.grad_fn is None or not x.requires_grad:
        return right
    slope = reference("autograd").gradient(f, x)
    return right + torch.autograd.grad(v, x, slope, retain_graph=True)[0]


@mistake("the whole matrix was built, one derivative for each entry: two derivatives are enough")
def whole_matrix(f, x, v):
    right = _product(f, x, v)
    for one in torch.eye(x.numel(), dtype=x.dtype, device=x.device):
        right = right + 0 * _product(f, x, one.view(x.shape))
    return right


@mistake("backward wrote into the .grad of x: torch.autograd.grad on x.detach() writes nowhere")
def wrote_into_x(f, x, v):
    right = _product(f, x, v)
    if x.is_leaf:
        x.requires_grad_()
        x.grad = right.clone()
    return right


@mistake("backward wrote into the .grad of parameters that f uses: torch.autograd.grad writes nowhere")
def wrote_into_parameters(f, x, v):
    right = _product(f, x, v)
    y = f(x.detach().requires_grad_())
    if y.requires_grad:
        y.backward()
    return right


@mistake("the result hangs in a graph: only the first of the two gradients needs create_graph")
def result_in_a_graph(f, x, v):
    return _product(f, x, v).requires_grad_()


@mistake(
    "gradients that do not depend on x were not expected: where f is linear or ignores x the product is 0"
)
def zeros_not_expected(f, x, v):
    right = _product(f, x, v)
    leaf = x.detach().requires_grad_()
    slope = torch.autograd.grad(f(leaf), leaf, create_graph=True)[0]
    torch.autograd.grad(slope, leaf, torch.ones_like(slope))
    return right


def _way(*, unused=True, straight=True, backward=False, emptied=True, none=False):
    """Differentiate twice in one of the usual ways.

    What is expected: `unused`, a result of f that x does not enter; `straight`, a gradient without graph. `none`: None
    comes back for a gradient that x does not enter.
    """

    def hessian_vector_product(f, x, v):
        if v.shape != x.shape:
            raise ValueError("v must have the shape of x")
        leaf = x.detach().requires_grad_()
        zero = torch.zeros_like(leaf.detach())
        y = f(leaf)
        if y.ndim:
            raise ValueError("f must return no axes")
        if not y.requires_grad:
            return zero
        if backward:
            y.backward(create_graph=True)
            slope = leaf.grad
            if emptied:
                leaf.grad = None
        else:
            slope = torch.autograd.grad(y, leaf, create_graph=True, allow_unused=unused)[0]
        if slope is None and unused or straight and not slope.requires_grad:
            return zero
        if backward:
            (slope * v.detach()).sum().backward()
            found = leaf.grad
        else:
            found = torch.autograd.grad((slope * v.detach()).sum(), leaf, allow_unused=True)[0]
        found = zero if found is None and not none else found
        return None if found is None else found.detach()

    return hessian_vector_product


unused_raises = mistake("an f that has a graph without x was not expected: the product is 0 there")(
    _way(unused=False)
)
straight_raises = mistake("an f that is linear in x was not expected: the product is 0 there")(
    _way(straight=False)
)
none_for_zero = mistake("None came back where the gradient does not depend on x: the product is 0 there")(
    _way(none=True)
)

gradient_added = mistake("the first gradient was left in .grad, so that g + H v came back: empty .grad in between")(
    _way(backward=True, emptied=False)
)
two_backwards = mistake(
    "backward writes into the .grad of parameters that f uses: torch.autograd.grad writes nowhere"
)(_way(backward=True))


@mistake("x.requires_grad_() changes the x of the caller: use x.detach()")
def x_itself_as_leaf(f, x, v):
    right = _product(f, x, v)
    x.requires_grad_()
    return right


@mistake("the zeros were created without dtype: torch.zeros makes float32, x may be float64")
def zeros_in_single_precision(f, x, v):
    right = _product(f, x, v)
    return right if right.any() else torch.zeros(x.shape, device=x.device)


@mistake("the zeros were created on the CPU: create them on the device of x")
def zeros_on_the_cpu(f, x, v):
    right = _product(f, x, v)
    return right if right.any() else torch.zeros(x.shape, dtype=x.dtype)
