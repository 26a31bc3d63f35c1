"""Wrong ways to measure a matrix."""

import torch

from grader.suite import mistake, reference


def _right(a):
    return reference("tensors").frobenius_norm(a)


@mistake("returned the sum of squares, without the root")
def forgot_the_root(a):
    return _right(a).square()


@mistake("the largest stretch of a vector (the spectral norm) is another norm of a matrix")
def spectral_norm(a):
    _right(a)
    return torch.linalg.svdvals(a).amax(dim=-1)


@mistake("added the lengths of the rows; the squares are added first and the root is taken once")
def sum_of_row_lengths(a):
    _right(a)
    return a.square().sum(dim=-1).sqrt().sum(dim=-1)


@mistake("added absolute values; Frobenius adds squares under a root")
def sum_of_absolute_values(a):
    _right(a)
    return a.abs().sum(dim=(-2, -1))


@mistake("divided by the number of entries, as a mean does")
def averaged_squares(a):
    _right(a)
    return a.square().mean(dim=(-2, -1)).sqrt()


@mistake("took the norm over the whole batch; each matrix has its own")
def over_the_whole_batch(a):
    _right(a)
    return a.square().sum().sqrt()


@mistake("summed over the first two axes; in a batch a matrix is the last two")
def over_the_first_two_axes(a):
    _right(a)
    return a.square().sum(dim=(0, 1)).sqrt()


@mistake("returned a Python float or list, as after item: it left the graph")
def python_float(a):
    return _right(a).tolist()


@mistake("a Python loop does what one operation on the whole tensor can do")
def python_loop(a):
    _right(a)
    return sum(a[..., n, :].square().sum(dim=-1) for n in range(a.shape[-2])).sqrt()


@mistake("torch.linalg was called")
def called_torch(a):
    _right(a)
    return torch.linalg.matrix_norm(a)


@mistake("the code asks for cuda, which is not everywhere: compute on the device of a")
def asked_for_cuda(a):
    return reference("tensors").frobenius_norm(a).cuda()


@mistake("the numbers went through numpy, which knows no device and no gradient: stay with torch")
def through_numpy(a):
    return torch.from_numpy(reference("tensors").frobenius_norm(a).detach().numpy())
