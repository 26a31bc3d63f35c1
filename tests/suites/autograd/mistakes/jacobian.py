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


@mistake("x.requires_grad_() changes the x of the caller: use x.detach()")
def itself(f, x):
    right = reference("autograd").jacobian(f, x)
    x.requires_grad_()
    return right


@mistake("the outputs were summed and differentiated once: there is one row for each output")
def gradient_of_the_sum(f, x):
    return reference("autograd").jacobian(f, x).sum(0)


@mistake("the rows came back as a list: stack them to a tensor")
def list_of_rows(f, x):
    return list(reference("autograd").jacobian(f, x))


@mistake("as many rows as x has entries: there is one for each output of f")
def rows_for_inputs(f, x):
    right = reference("autograd").jacobian(f, x)
    rows = [right[m] if m < len(right) else f(x)[m] for m in range(len(x))]
    return torch.stack(rows)
