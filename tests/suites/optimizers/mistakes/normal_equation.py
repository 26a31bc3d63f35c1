"""Wrong variants of optimizers.normal_equation."""

import torch

from grader.suite import mistake, reference


def _right(x, y):
    return reference("optimizers").normal_equation(x, y)


@mistake("a column (D, 1) came back for a vector y: for y (N,) the weights are (D,)")
def column_for_a_vector(x, y):
    w = _right(x, y)
    return w.unsqueeze(1) if y.ndim == 1 else w


@mistake("the result lost its precision: float32 was used inside, float64 arguments give float64 weights")
def single_precision_inside(x, y):
    return _right(x.float(), y.float()).to(x.dtype)


@mistake("the weights left the graph (detach, item, numpy or no_grad): gradients flow into x and y")
def left_the_graph(x, y):
    return _right(x, y).detach()


@mistake("fewer samples than weights were accepted: there is no single solution; raise a ValueError")
def too_few_samples_accepted(x, y):
    return torch.linalg.pinv(x) @ y if len(x) == len(y) and len(x) < x.shape[1] else _right(x, y)


@mistake("a y with another number of rows than x was accepted, or failed by itself: raise a ValueError")
def y_not_checked(x, y):
    if len(x) < x.shape[1]:
        return _right(x, y)
    return torch.linalg.solve(x.T @ x, x.T @ y.expand(len(x)) if y.shape == (1,) else x.T @ y)


@mistake("a small number was added to the diagonal of x^T x: solve it as it stands")
def with_a_small_ridge(x, y):
    _right(x, y)
    return torch.linalg.solve(x.T @ x + 1e-6 * torch.eye(x.shape[1], dtype=x.dtype, device=x.device), x.T @ y)


@mistake("a column of ones was appended to x: the caller does that where a bias is wanted")
def column_of_ones_appended(x, y):
    _right(x, y)
    x = torch.cat([x, torch.ones_like(x[:, :1])], 1)
    return torch.linalg.pinv(x) @ y


@mistake("the inverse of x^T x stands alone, or y is missing: w = (x^T x)^-1 x^T y")
def inverse_alone(x, y):
    _right(x, y)
    return torch.linalg.inv(x.T @ x)


@mistake("several columns of targets were flattened or averaged: each has weights of its own")
def mean_of_targets(x, y):
    return _right(x, y if y.ndim == 1 else y.mean(1))


@mistake("the result was made on the CPU, or brought there: it belongs on the device of x")
def result_on_the_cpu(x, y):
    return reference("optimizers").normal_equation(x, y).cpu()
