"""Wrong ways to measure vectors."""

import torch

from grader.suite import mistake, reference


def _right(x):
    return reference("tensors").vector_norms(x)


@mistake("L1 adds the entries as they are; it adds their absolute values")
def forgot_the_absolute_value(x):
    return _right(x)._replace(l1=x.sum(dim=-1))


@mistake("L2 is the sum of squares, without the root")
def forgot_the_root(x):
    return _right(x)._replace(l2=x.square().sum(dim=-1))


@mistake("the norms are averages; L1 and L2 add, they do not divide by the number of entries")
def averaged(x):
    return _right(x)._replace(l1=x.abs().mean(dim=-1), l2=x.square().mean(dim=-1).sqrt())


@mistake("summed over the first axis; the last axis holds a vector")
def along_the_first_axis(x):
    return _right(x)._replace(l1=x.abs().sum(dim=0), l2=x.square().sum(dim=0).sqrt())


@mistake("summed over all axes: a batch of vectors has one norm for each vector")
def over_all_axes(x):
    return _right(x)._replace(l1=x.abs().sum(), l2=x.square().sum().sqrt())


@mistake("l1 and l2 are exchanged")
def exchanged(x):
    right = _right(x)
    return right._replace(l1=right.l2, l2=right.l1)


@mistake("the axis stayed with size 1 (keepdim); it has to disappear")
def kept_axis(x):
    right = _right(x)
    return right._replace(l1=right.l1.unsqueeze(-1), l2=right.l2.unsqueeze(-1))


@mistake("a norm became a Python float, as after item: it left the graph")
def python_floats(x):
    l1, l2 = _right(x)
    return _right(x)._replace(l1=l1.tolist(), l2=l2.tolist())


@mistake("the largest absolute value (the norm of infinity) stands for L2")
def largest_entry(x):
    return _right(x)._replace(l2=x.abs().amax(dim=-1))


@mistake("a small number was added under the root, so that the norm of 0 is not 0")
def epsilon_under_the_root(x):
    return _right(x)._replace(l2=(x.square().sum(dim=-1) + 1e-12).sqrt())


@mistake("a Python loop does what one operation on the whole tensor can do")
def python_loop(x):
    squares = sum(x[..., d] * x[..., d] for d in range(x.shape[-1]))
    return _right(x)._replace(l2=squares.sqrt())


@mistake("the root of the square has the value |x|, but its slope at 0 is nan; use abs")
def absolute_value_as_a_root(x):
    return _right(x)._replace(l1=x.square().sqrt().sum(dim=-1))


@mistake("torch.linalg was called")
def called_torch(x):
    return _right(x)._replace(l2=torch.linalg.vector_norm(x, dim=-1))


@mistake("the code asks for cuda, which is not everywhere: compute on the device of x")
def asked_for_cuda(x):
    found = reference("tensors").vector_norms(x)
    return type(found)(*(part.cuda() for part in found))
