"""Wrong ways to multiply matrices."""

import torch

from grader.suite import mistake, reference


def _check(a, b):
    return reference("tensors").matmul(a, b)


@mistake("multiplied entry by entry (Hadamard); the matrix product sums row times column")
def entry_by_entry(a, b):
    _check(a, b)
    return a * b


@mistake("multiplied rows of a with rows of b; it must be columns of b")
def rows_with_rows(a, b):
    _check(a, b)
    return (a.unsqueeze(-2) * b.unsqueeze(-3)).sum(dim=-1)


@mistake("the product is transposed")
def transposed_product(a, b):
    return _check(a, b).mT


@mistake("the broadcast product was summed over the columns of b; the shared axis has to disappear")
def summed_over_columns(a, b):
    _check(a, b)
    return (a.unsqueeze(-1) * b.unsqueeze(-3)).sum(dim=-1)


@mistake("the new axes are counted from the front, so that a batch of matrices is mixed up")
def axes_from_the_front(a, b):
    _check(a, b)
    return (a.unsqueeze(2) * b.unsqueeze(0)).sum(dim=1)


@mistake("inner sizes 1 and D are broadcast in silence; they must agree")
def broadcast_inner_size(a, b):
    return (a.unsqueeze(-1) * b.unsqueeze(-3)).sum(dim=-2)


@mistake("computed in float32: integers and float64 lose digits and their dtype")
def always_float32(a, b):
    return _check(a.float(), b.float())


@mistake("a Python loop over the shared axis")
def loop_over_the_shared_axis(a, b):
    _check(a, b)
    return sum(a[..., :, d, None] * b[..., d, None, :] for d in range(a.shape[-1]))


@mistake("a Python loop over the rows of a")
def loop_over_rows(a, b):
    _check(a, b)
    rows = [(a[..., n, :, None] * b).sum(dim=-2) for n in range(a.shape[-2])]
    return torch.stack(rows, dim=-2)


@mistake("a Python loop over the columns of b")
def loop_over_columns(a, b):
    _check(a, b)
    columns = [(a * b[..., None, :, m]).sum(dim=-1) for m in range(b.shape[-1])]
    return torch.stack(columns, dim=-1)


@mistake("axes of size 1 were squeezed out of the product")
def squeezed(a, b):
    return _check(a, b).squeeze()


@mistake("reshape stands for a transpose: it keeps the order of the numbers and only counts them anew")
def reshaped_for_transposed(a, b):
    _check(a, b)
    columns = b.reshape(*b.shape[:-2], b.shape[-1], b.shape[-2])
    return (a.unsqueeze(-2) * columns.unsqueeze(-3)).sum(dim=-1)


@mistake("`@` was used; the task is to build it from a product and a sum")
def used_the_operator(a, b):
    _check(a, b)
    return a @ b


@mistake("the result was made on the CPU, or brought there: it belongs on the device of a")
def result_on_the_cpu(a, b):
    return reference("tensors").matmul(a, b).cpu()


@mistake("the code asks for cuda, which is not everywhere: compute on the device of a")
def asked_for_cuda(a, b):
    return reference("tensors").matmul(a, b).cuda()
