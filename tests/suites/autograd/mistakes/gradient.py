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


@mistake("only the first output was differentiated: it is the sum of all")
def first_output_only(f, x):
    return reference("autograd").gradient(lambda leaf: f(leaf).flatten()[:1], x)


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


def _way(*, recorded, constants, unused, backward=False, own=True):
    """Differentiate in one of the usual ways.

    `recorded`: under enable_grad; `constants`: a result without graph is expected; `unused`: None becomes 0;
    `backward`: by backward and .grad; `own`: with respect to a detached leaf, else x itself.
    """

    def gradient(f, x):
        if not x.is_floating_point():
            raise ValueError("x must be floating point")
        leaf = x.detach().requires_grad_() if own else x.requires_grad_()
        with torch.set_grad_enabled(recorded or torch.is_grad_enabled()):
            total = f(leaf).sum()
        if constants and not total.requires_grad:
            return torch.zeros_like(x.detach())
        if backward:
            total.backward()
            found = leaf.grad
        else:
            found = torch.autograd.grad(total, leaf, allow_unused=unused is not False)[0]
        return torch.zeros_like(x.detach()) if found is None and unused else found

    return gradient


PARAMETERS = "backward also wrote into the .grad of parameters that f uses"
CONSTANTS = "a result of f that does not depend on x was not expected: the gradient is 0 there"
MODE = "inside no_grad nothing is recorded: switch gradients on with torch.enable_grad()"
ITSELF = "x.requires_grad_() changes the x of the caller: use x.detach()"

parameters_and_constants = mistake(f"{PARAMETERS}; and {CONSTANTS}")(
    _way(recorded=True, constants=False, unused=None, backward=True)
)
parameters_and_none = mistake(f"{PARAMETERS}; and None came back where f ignores x")(
    _way(recorded=True, constants=True, unused=None, backward=True)
)
parameters_and_no_graph = mistake(f"{PARAMETERS}; and a constant result was not expected")(
    _way(recorded=True, constants=False, unused=True, backward=True)
)
parameters_and_mode = mistake(f"{PARAMETERS}; and {MODE}")(
    _way(recorded=False, constants=True, unused=True, backward=True)
)
parameters_mode_and_none = mistake(f"{PARAMETERS}; and {MODE}; and None came back where f ignores x")(
    _way(recorded=False, constants=True, unused=None, backward=True)
)
parameters_mode_and_no_graph = mistake(f"{PARAMETERS}; and {MODE}; and a constant was not expected")(
    _way(recorded=False, constants=False, unused=True, backward=True)
)
unused_raises = mistake("autograd.grad raises for an x that is not used: allow_unused, and put 0 there")(
    _way(recorded=True, constants=True, unused=False)
)
constants_raise = mistake(CONSTANTS)(_way(recorded=True, constants=False, unused=False))
constants_raise_and_none = mistake(f"{CONSTANTS}, neither an exception nor None")(
    _way(recorded=True, constants=False, unused=None)
)
mode_and_constants = mistake(f"{MODE}; and a constant result was not expected")(
    _way(recorded=False, constants=False, unused=True)
)
mode_and_unused = mistake(f"{MODE}; and autograd.grad raises for an x that is not used")(
    _way(recorded=False, constants=True, unused=False)
)
mode_and_none = mistake(f"{MODE}; and None came back where f ignores x")(
    _way(recorded=False, constants=True, unused=None)
)
mode_constants_and_none = mistake(f"{MODE}; and a constant or unused x was not expected")(
    _way(recorded=False, constants=False, unused=None)
)
itself = mistake(ITSELF)(_way(recorded=True, constants=True, unused=True, own=False))
itself_by_backward = mistake(f"{ITSELF}; its .grad, and that of parameters, was written by backward")(
    _way(recorded=True, constants=True, unused=True, backward=True, own=False)
)
itself_by_plain_backward = mistake(f"{ITSELF}; backward writes into .grad, and needs a graph")(
    _way(recorded=False, constants=False, unused=None, backward=True, own=False)
)


@mistake("the zeros were created without dtype: torch.zeros makes float32, x may be float64")
def zeros_in_single_precision(f, x):
    found = reference("autograd").gradient(f, x)
    return found if found.any() else torch.zeros(x.shape, device=x.device)


@mistake("only the last output was differentiated: it is the sum of all")
def last_output_only(f, x):
    return reference("autograd").gradient(lambda leaf: f(leaf).flatten()[-1:], x)


@mistake("the gradient mode was switched on and stays on: use `with torch.enable_grad()`")
def mode_stays_on(f, x):
    if not x.is_floating_point():
        raise ValueError("x must be floating point")
    torch.set_grad_enabled(True)
    return reference("autograd").gradient(f, x)


@mistake("the code asks for cuda, which is not everywhere: compute on the device of x")
def asked_for_cuda(f, x):
    return reference("autograd").gradient(f, x).cuda()
