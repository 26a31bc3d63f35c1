"""Wrong variants of mlp.tanh."""

import torch

from grader.suite import mistake, reference


def _activation(value, derivative):
    return reference("mlp").Activation(value, derivative)


@mistake("exp overflows at 1000 and inf / inf is nan: use the form of a stable sigmoid")
def exponential_overflows(x):
    y = (torch.exp(x) - torch.exp(-x)) / (torch.exp(x) + torch.exp(-x))
    return _activation(y, 1 - y**2)


@mistake("exp(-2x) overflows at -1000: the value survives, its gradient is nan")
def gradient_overflows(x):
    y = 2 / (1 + torch.exp(-2 * x)) - 1
    return _activation(y, 1 - y**2)


@mistake("sign and abs have no slope at 0, so the value's gradient is lost there: use where(x >= 0, ...)")
def no_gradient_at_zero(x):
    small = torch.exp(-2 * x.abs())
    y = x.sign() * (1 - small) / (1 + small)
    return _activation(y, 1 - y**2)


@mistake("the x in the exponent is not doubled: tanh(x) is 2 * sigmoid(2x) - 1")
def argument_not_doubled(x):
    y = 2 * torch.sigmoid(x) - 1
    return _activation(y, 1 - y**2)


@mistake("the value is not moved down by 1: tanh runs from -1 to 1")
def not_centred(x):
    y = 2 * torch.sigmoid(2 * x)
    return _activation(y, 1 - y**2)


@mistake("the derivative is 1 - y: the value is squared in it")
def derivative_without_square(x):
    y = torch.tanh(x)
    return _activation(y, 1 - y)


@mistake("the derivative is 1 - x^2: it is 1 - y^2, with the value y")
def derivative_from_x(x):
    return _activation(torch.tanh(x), 1 - x**2)


@mistake("the derivative y (1 - y) belongs to the sigmoid: here it is 1 - y^2")
def derivative_of_sigmoid(x):
    y = torch.tanh(x)
    return _activation(y, y * (1 - y))


@mistake("the derivative was taken at y instead of x: tanh is applied twice")
def derivative_of_the_value(x):
    y = torch.tanh(x)
    return _activation(y, 1 - torch.tanh(y) ** 2)


@mistake("the value left the graph: no gradient reaches x")
def value_detached(x):
    y = torch.tanh(x).detach()
    return _activation(y, 1 - y**2)


@mistake(
    "where() computes both forms, and the one not chosen overflows: its gradient is nan; mend the exponent first"
)
def overflow_behind_where(x):
    right = (1 - torch.exp(-2 * x)) / (1 + torch.exp(-2 * x))
    y = torch.where(x >= 0, right, (torch.exp(2 * x) - 1) / (torch.exp(2 * x) + 1))
    return _activation(y, 1 - y**2)


@mistake("exp(2x) overflows at 1000 and inf / inf is nan: use the form of a stable sigmoid")
def exponential_overflows_on_the_right(x):
    y = (torch.exp(2 * x) - 1) / (torch.exp(2 * x) + 1)
    return _activation(y, 1 - y**2)


@mistake("exp(-2x) overflows at -1000 and inf / inf is nan: use the form of a stable sigmoid")
def exponential_overflows_on_the_left(x):
    y = (1 - torch.exp(-2 * x)) / (1 + torch.exp(-2 * x))
    return _activation(y, 1 - y**2)


@mistake("exp(2x) overflows at 1000: 1 - 2 / (exp(2x) + 1) survives, its gradient is nan")
def gradient_overflows_on_the_right(x):
    y = 1 - 2 / (torch.exp(2 * x) + 1)
    return _activation(y, 1 - y**2)


@mistake("x was clamped to -10..10: the value stops there, and the gradient is lost beyond")
def clamped_x(x):
    y = torch.tanh(x.clamp(-10, 10))
    return _activation(y, 1 - y**2)


@mistake("the derivative is 1 + y^2: the sign is wrong, it is 1 - y^2")
def derivative_with_plus(x):
    y = torch.tanh(x)
    return _activation(y, 1 + y**2)


@mistake("the derivative is (1 - y)^2: the value alone is squared, 1 - y^2")
def derivative_squares_too_much(x):
    y = torch.tanh(x)
    return _activation(y, (1 - y) ** 2)


@mistake("the derivative is y^2 - 1: the sign is wrong, it is 1 - y^2")
def derivative_negative(x):
    y = torch.tanh(x)
    return _activation(y, y**2 - 1)


@mistake("the sign of the exponent is wrong: tanh rises")
def falls_instead_of_rising(x):
    y = torch.tanh(-x)
    return _activation(y, 1 - y**2)


@mistake("the result is always float32: keep the dtype of x")
def always_float32(x):
    y = torch.tanh(x)
    return _activation(y.float(), (1 - y**2).float())


@mistake("value and derivative are swapped")
def swapped(x):
    y = torch.tanh(x)
    return _activation(1 - y**2, y)


@mistake("the code asks for cuda, which is not everywhere: compute on the device of x")
def asked_for_cuda(x):
    found = reference("mlp").tanh(x)
    return type(found)(*(part.cuda() for part in found))
