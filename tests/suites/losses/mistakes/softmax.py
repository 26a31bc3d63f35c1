"""Wrong variants of losses.softmax."""

import torch

from grader.suite import mistake, reference


class _Diagonal(torch.autograd.Function):
    """A softmax with the gradient of a sigmoid."""

    @staticmethod
    def forward(ctx, x, dim):
        y = torch.softmax(x, dim)
        ctx.save_for_backward(y)
        return y

    @staticmethod
    def backward(ctx, upstream):
        (y,) = ctx.saved_tensors
        return upstream * y * (1 - y), None


@mistake("the softmax ran over the batch: each row must sum to 1, not each column")
def softmax_over_batch(x, dim):
    return reference("losses").softmax(x, 0)


@mistake("dim is ignored: the softmax always runs over the last axis")
def last_axis_always(x, dim):
    return reference("losses").softmax(x, -1)


@mistake("the sum runs over the whole tensor; each slice along dim must sum to 1 by itself")
def sum_over_everything(x, dim):
    exponentials = torch.exp(x - x.detach().max())
    return exponentials / exponentials.sum()


@mistake("exp overflows at 1000 and vanishes at -1000: subtract the maximum along dim first")
def no_shift(x, dim):
    exponentials = torch.exp(x)
    return exponentials / exponentials.sum(dim, keepdim=True)


@mistake("the maximum of the whole tensor was subtracted: slices far below it vanish; take it along dim")
def one_shift_for_all(x, dim):
    exponentials = torch.exp(x - x.detach().max())
    return exponentials / exponentials.sum(dim, keepdim=True)


@mistake("the smallest score was subtracted: exp overflows where the others lie far above it; take the largest")
def smallest_subtracted(x, dim):
    exponentials = torch.exp(x - x.detach().amin(dim, keepdim=True))
    return exponentials / exponentials.sum(dim, keepdim=True)


@mistake("the mean was subtracted: exp overflows where a score lies far above it; take the largest")
def mean_subtracted(x, dim):
    exponentials = torch.exp(x - x.detach().mean(dim, keepdim=True))
    return exponentials / exponentials.sum(dim, keepdim=True)


@mistake("the denominator left the graph: the gradient lacks the term of the sum")
def denominator_left_the_graph(x, dim):
    exponentials = torch.exp(x - x.detach().amax(dim, keepdim=True))
    return exponentials / exponentials.sum(dim, keepdim=True).detach()


@mistake("the scores themselves were divided by their sum: take exp first")
def scores_over_their_sum(x, dim):
    return x / x.sum(dim, keepdim=True)


@mistake("x was changed in place: compute on a new tensor")
def changed_x_in_place(x, dim):
    with torch.no_grad():
        x -= x.amax(dim, keepdim=True)
    return reference("losses").softmax(x, dim)


@mistake("the result is always float32: keep the dtype of x")
def always_float32(x, dim):
    return reference("losses").softmax(x.float(), dim)


@mistake("this is the logarithm of the softmax")
def logarithm_of_softmax(x, dim):
    return reference("losses").log_softmax(x, dim)


@mistake("the gradient y * (1 - y) is the diagonal only: every score changes the other probabilities too")
def diagonal_of_the_jacobian(x, dim):
    return _Diagonal.apply(x, dim)


@mistake("the numbers went through numpy, which knows no device and no gradient: stay with torch")
def through_numpy(x, dim):
    return torch.from_numpy(reference("losses").softmax(x, dim).detach().numpy())


@mistake("the code asks for cuda, which is not everywhere: compute on the device of x")
def asked_for_cuda(x, dim):
    return reference("losses").softmax(x, dim).cuda()
