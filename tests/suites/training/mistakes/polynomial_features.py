"""Wrong variants of training.polynomial_features."""

import torch

from grader.suite import mistake, reference


def _right(x, degree):
    return reference("training").polynomial_features(x, degree)


@mistake("the column of ones is missing: the powers begin with 0")
def without_the_ones(x, degree):
    return _right(x, degree)[:, 1:]


@mistake("the powers are x^1 to x^(degree + 1): they begin with x^0, which is 1, and go up to degree")
def powers_from_one(x, degree):
    return _right(x, degree) * x.unsqueeze(1)


@mistake("the highest power is missing: it goes up to degree")
def without_the_highest_power(x, degree):
    return _right(x, degree)[:, :-1]


@mistake("column i is i * x: it is x to the power i")
def multiples_for_powers(x, degree):
    _right(x, degree)
    return torch.stack([torch.ones_like(x), *(x * i for i in range(1, degree + 1))], dim=1)


@mistake("the columns were scaled to sizes up to 1: the powers themselves are asked for")
def scaled_the_columns(x, degree):
    powers = _right(x, degree)
    return powers / powers.abs().amax(0).clamp(min=1e-12)


@mistake("x left the graph: the powers are differentiable in x")
def left_the_graph(x, degree):
    return _right(x.detach(), degree)


@mistake("the powers came from exp and log, which know no power of 0 or of a negative number")
def by_logarithms(x, degree):
    _right(x, degree)
    return torch.exp(x.log().unsqueeze(1) * torch.arange(degree + 1, device=x.device, dtype=x.dtype))


@mistake("the exponents were made on the CPU: make them on the device of x")
def exponents_on_the_cpu(x, degree):
    _right(x, degree)
    exponents = torch.zeros(degree + 1, dtype=x.dtype)
    return torch.stack([x**i for i in range(degree + 1)], dim=1) + exponents


@mistake("the column of ones has the default dtype: take ones_like(x)")
def ones_in_default_dtype(x, degree):
    powers = _right(x, degree)
    return powers.float() if degree == 0 else powers


@mistake("the result is filled into zeros of the default dtype and on the CPU: take new_zeros of x, or stack")
def filled_into_plain_zeros(x, degree):
    powers = _right(x, degree)
    table = torch.zeros(powers.shape)
    table[:] = powers
    return table


@mistake("the first column is x and the ones come last: the powers begin with 0")
def ones_at_the_end(x, degree):
    return _right(x, degree).roll(-1, 1)


@mistake("column i is x^(i + 1) / (i + 1) or another scaled power: the plain powers are asked for")
def scaled_by_factorials(x, degree):
    factors = torch.arange(degree + 1, device=x.device, dtype=x.dtype).clamp(min=1).cumprod(0)
    return _right(x, degree) / factors


@mistake("the code asks for cuda, which is not everywhere: compute on the device of x")
def asked_for_cuda(x, degree):
    return reference("training").polynomial_features(x, degree).cuda()


@mistake("the numbers went through numpy, which knows no device and no gradient: stay with torch")
def through_numpy(x, degree):
    return torch.from_numpy(reference("training").polynomial_features(x, degree).detach().numpy())
