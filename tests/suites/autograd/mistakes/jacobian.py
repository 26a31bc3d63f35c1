"""Wrong variants of autograd.jacobian."""

import torch

from grader.suite import mistake, reference


@mistake("the matrix is transposed: row m belongs to output m")
def transposed(f, x):
    return reference("autograd").jacobian(f, x).t()


@mistake("all outputs were summed before differentiating: each row holds the gradient of the sum")
def gradient_of_the_sum_in_each_row(f, x):
    right = reference("autograd").jacobian(f, x)
    return right.sum(0).expand_as(right).clone()


@mistake("backward adds to .grad: empty it for each row, or use torch.autograd.grad")
def rows_add_up(f, x):
    return reference("autograd").jacobian(f, x).cumsum(0)


@mistake("one and the same tensor was stored for all rows: x.grad changes with each backward, clone it")
def last_row_everywhere(f, x):
    right = reference("autograd").jacobian(f, x)
    return right[-1:].expand_as(right).clone()


@mistake("the graph is gone after the first row: retain_graph=True")
def graph_not_retained(f, x):
    right = reference("autograd").jacobian(f, x)
    if len(right) > 1 and right.any():
        raise RuntimeError("Trying to backward through the graph a second time")
    return right


@mistake("only the entries [i, i] are filled: every output may depend on every input")
def diagonal_only(f, x):
    right = reference("autograd").jacobian(f, x)
    return right * torch.eye(*right.shape, dtype=right.dtype, device=right.device)


@mistake("an output without a graph was not expected: its row is 0")
def constants_not_expected(f, x):
    right = reference("autograd").jacobian(f, x)
    if not all(row.requires_grad for row in f(x.detach().requires_grad_()).unbind()):
        raise RuntimeError("element 0 of tensors does not require grad")
    return right


@mistake("an output that uses only other tensors was not expected: its row is 0, not None")
def unused_not_expected(f, x):
    right = reference("autograd").jacobian(f, x)
    leaf = x.detach().requires_grad_()
    y = f(leaf)
    if y.requires_grad:
        torch.autograd.grad(y, leaf, torch.ones_like(y))
    return right


@mistake("x itself was made a leaf and its .grad was used: differentiate with respect to x.detach()")
def x_itself_as_leaf(f, x):
    right = reference("autograd").jacobian(f, x)
    x.requires_grad_()
    x.grad = right[-1].clone()
    return right


@mistake("backward wrote into the .grad of parameters that f uses: torch.autograd.grad writes nowhere")
def wrote_into_parameters(f, x):
    right = reference("autograd").jacobian(f, x)
    y = f(x.detach().requires_grad_())
    if y.requires_grad:
        y.sum().backward()
    return right


@mistake("the result hangs in a graph: create_graph is not needed here")
def result_in_a_graph(f, x):
    return reference("autograd").jacobian(f, x).requires_grad_()


@mistake("the matrix was created on the CPU: create it on the device of x")
def on_the_cpu(f, x):
    return reference("autograd").jacobian(f, x).cpu()


@mistake("the matrix was created without dtype: torch.zeros makes float32, x may be float64")
def single_precision(f, x):
    return reference("autograd").jacobian(f, x).float()


@mistake(
    "outputs without a graph, and outputs that use only other tensors, were not expected: their rows are 0"
)
def zeros_not_expected(f, x):
    right = reference("autograd").jacobian(f, x)
    leaf = x.detach().requires_grad_()
    for output in f(leaf).unbind():
        torch.autograd.grad(output, leaf, retain_graph=True)
    return right


def _way(*, constants, unused, backward=False, own=True, emptied=True):
    """Go row by row in one of the usual ways.

    `constants`: a result without graph is expected; `unused`: None becomes 0; `backward`: by backward and .grad,
    `emptied` before each row or not; `own`: with respect to a detached leaf, else x itself.
    """

    def jacobian(f, x):
        if x.ndim != 1:
            raise ValueError("x must have one axis")
        leaf = x.detach().requires_grad_() if own else x.requires_grad_()
        y = f(leaf)
        if y.ndim != 1:
            raise ValueError("f must return one axis")
        if constants and not y.requires_grad:
            return torch.zeros(len(y), len(x), dtype=x.dtype, device=x.device)
        rows = []
        for output in y:
            if backward:
                if emptied:
                    leaf.grad = None
                output.backward(retain_graph=True)
                row = None if leaf.grad is None else leaf.grad.clone()
            else:
                row = torch.autograd.grad(output, leaf, retain_graph=True, allow_unused=unused)[0]
            rows.append(torch.zeros_like(x.detach()) if row is None and unused else row)
        return torch.stack(rows)

    return jacobian


ITSELF = "x.requires_grad_() changes the x of the caller: use x.detach()"
PARAMETERS = (
    "backward also writes into the .grad of parameters that f uses: torch.autograd.grad writes nowhere"
)
CONSTANTS = "a result that does not depend on x was not expected: its rows are 0"

itself = mistake(ITSELF)(_way(constants=True, unused=True, own=False))
itself_rows_add_up = mistake(f"{ITSELF}; and the rows add up in .grad, which is never emptied")(
    _way(constants=True, unused=True, own=False, backward=True, emptied=False)
)
parameters_and_constants = mistake(f"{PARAMETERS}; and {CONSTANTS}")(
    _way(constants=False, unused=False, backward=True)
)
parameters_and_no_graph = mistake(f"{PARAMETERS}; and {CONSTANTS}, also where it has no graph")(
    _way(constants=False, unused=True, backward=True)
)
parameters_and_none = mistake(f"{PARAMETERS}; and where f ignores x .grad stays None")(
    _way(constants=True, unused=False, backward=True)
)
rows_add_up_and_constants = mistake(f"the rows add up in .grad, which is never emptied; and {CONSTANTS}")(
    _way(constants=False, unused=False, backward=True, emptied=False)
)
rows_add_up_and_no_graph = mistake(f"the rows add up in .grad; and {CONSTANTS}, also where it has no graph")(
    _way(constants=False, unused=True, backward=True, emptied=False)
)


@mistake("the outputs were summed and differentiated once: there is one row for each output")
def gradient_of_the_sum(f, x):
    return reference("autograd").jacobian(f, x).sum(0)


@mistake("the result is one long row: its shape is (M, D)")
def flat_result(f, x):
    return reference("autograd").jacobian(f, x).flatten()


@mistake("the rows came back as a list: stack them to a tensor")
def list_of_rows(f, x):
    return list(reference("autograd").jacobian(f, x))


@mistake("as many rows as x has entries: there is one for each output of f")
def rows_for_inputs(f, x):
    right = reference("autograd").jacobian(f, x)
    rows = [right[m] if m < len(right) else f(x)[m] for m in range(len(x))]
    return torch.stack(rows)


@mistake("the code asks for cuda, which is not everywhere: compute on the device of x")
def asked_for_cuda(f, x):
    return reference("autograd").jacobian(f, x).cuda()
