"""Wrong ways to measure distances."""

import torch

from grader.suite import mistake, reference


def _check(x, y):
    if x.shape[1] != y.shape[1]:
        raise ValueError("y must have the columns of x")


def _squared(x, y):
    _check(x, y)
    return (x.unsqueeze(1) - y.unsqueeze(0)).square().sum(dim=2)


@mistake("returned squared distances, without the root")
def squared_distances(x, y):
    return _squared(x, y)


@mistake("the slope of the root at 0 is infinite: identical rows give the gradient nan")
def root_of_zero(x, y):
    return _squared(x, y).sqrt()


@mistake("a small number under the root keeps identical rows apart; their distance is 0 exactly")
def epsilon_under_the_root(x, y):
    return (_squared(x, y) + 1e-12).sqrt()


@mistake("|x|^2 + |y|^2 - 2 x y subtracts large numbers: close points far from 0 lose their distance")
def expanded_square(x, y):
    _check(x, y)
    squared = x.square().sum(1)[:, None] + y.square().sum(1) - 2 * (x.unsqueeze(1) * y.unsqueeze(0)).sum(2)
    same = squared <= 0
    return squared.masked_fill(same, 1).sqrt().masked_fill(same, 0)


@mistake("added absolute differences (L1); the Euclidean distance is asked for")
def city_block(x, y):
    _check(x, y)
    return (x.unsqueeze(1) - y.unsqueeze(0)).abs().sum(dim=2)


@mistake("averaged the squares over the features; they are summed")
def averaged_squares(x, y):
    return reference("tensors").pairwise_distances(x, y) / x.shape[1] ** 0.5


@mistake("the result is transposed: the rows of x come first")
def rows_of_y_first(x, y):
    return reference("tensors").pairwise_distances(x, y).t()


@mistake("a Python loop over the rows")
def loop_over_rows(x, y):
    _check(x, y)
    return torch.cat([reference("tensors").pairwise_distances(x[n : n + 1], y) for n in range(len(x))])


@mistake("a Python loop over the rows of y")
def loop_over_rows_of_y(x, y):
    _check(x, y)
    return torch.cat([reference("tensors").pairwise_distances(x, y[m : m + 1]) for m in range(len(y))], dim=1)


@mistake("the gradient of the root was lost: the distances left the graph")
def left_the_graph(x, y):
    return reference("tensors").pairwise_distances(x.detach(), y.detach())


@mistake("torch.cdist was called")
def called_cdist(x, y):
    _check(x, y)
    return torch.cdist(x, y, compute_mode="donot_use_mm_for_euclid_dist")


@mistake("the result was made on the CPU, or brought there: it belongs on the device of x")
def result_on_the_cpu(x, y):
    return reference("tensors").pairwise_distances(x, y).cpu()


@mistake("the code asks for cuda, which is not everywhere: compute on the device of x")
def asked_for_cuda(x, y):
    return reference("tensors").pairwise_distances(x, y).cuda()
