"""Wrong variants of mlp.sigmoid."""

import torch

from grader.suite import mistake, reference


def _activation(value, derivative):
    return reference("mlp").Activation(value, derivative)


@mistake("exp(x) overflows at 1000 and inf / inf is nan: choose the form by the sign of x")
def exponential_overflows(x):
    y = torch.exp(x) / (1 + torch.exp(x))
    return _activation(y, y * (1 - y))


@mistake("exp(-x) overflows at -1000: the value survives, its gradient is nan")
def gradient_overflows(x):
    y = 1 / (1 + torch.exp(-x))
    return _activation(y, y * (1 - y))


@mistake("abs has no slope at 0, so the value's gradient is lost there: use where(x >= 0, -x, x)")
def no_gradient_at_zero(x):
    small = torch.exp(-x.abs())
    y = torch.where(x >= 0, 1.0, small) / (1 + small)
    return _activation(y, y * (1 - y))


@mistake("x was clamped: the gradient is lost beyond the bound, and the value stops there")
def clamped_x(x):
    y = torch.sigmoid(x.clamp(-10, 10))
    return _activation(y, y * (1 - y))


@mistake("the derivative is x (1 - x): it is y (1 - y), with the value y")
def derivative_from_x(x):
    return _activation(torch.sigmoid(x), x * (1 - x))


@mistake("the derivative is y: the factor 1 - y is missing")
def derivative_without_second_factor(x):
    y = torch.sigmoid(x)
    return _activation(y, y)


@mistake("the derivative was taken at y instead of x: the sigmoid is applied twice")
def derivative_of_the_value(x):
    y = torch.sigmoid(x)
    return _activation(y, torch.sigmoid(y) * (1 - torch.sigmoid(y)))


@mistake("the derivative 1 - y^2 belongs to tanh: here it is y (1 - y)")
def derivative_of_tanh(x):
    y = torch.sigmoid(x)
    return _activation(y, 1 - y**2)


@mistake("the sign of the exponent is wrong: the sigmoid rises")
def falls_instead_of_rising(x):
    y = torch.sigmoid(-x)
    return _activation(y, y * (1 - y))


@mistake("the value left the graph: no gradient reaches x")
def value_detached(x):
    y = torch.sigmoid(x).detach()
    return _activation(y, y * (1 - y))


@mistake(
    "where() computes both forms, and the one not chosen overflows: its gradient is nan; mend the exponent first"
)
def overflow_behind_where(x):
    y = torch.where(x >= 0, 1 / (1 + torch.exp(-x)), torch.exp(x) / (1 + torch.exp(x)))
    return _activation(y, y * (1 - y))


@mistake("exp(x) overflows at 1000: 1 - 1 / (1 + exp(x)) survives, its gradient is nan")
def gradient_overflows_on_the_right(x):
    y = 1 - 1 / (1 + torch.exp(x))
    return _activation(y, y * (1 - y))


@mistake("the derivative exp(-x) / (1 + exp(-x))^2 is inf / inf at -1000: use y (1 - y)")
def derivative_overflows(x):
    return _activation(reference("mlp").sigmoid(x).value, torch.exp(-x) / (1 + torch.exp(-x)) ** 2)


@mistake("x was clamped to -15..15: the gradient is lost beyond the bound, and the value stops there")
def clamped_to_fifteen(x):
    y = torch.sigmoid(x.clamp(-15, 15))
    return _activation(y, y * (1 - y))


@mistake("x was clamped to -20..20: the gradient is lost beyond the bound, and the value stops there")
def clamped_to_twenty(x):
    y = torch.sigmoid(x.clamp(-20, 20))
    return _activation(y, y * (1 - y))


@mistake("the derivative is 1 - y: the factor y is missing")
def derivative_without_first_factor(x):
    y = torch.sigmoid(x)
    return _activation(y, 1 - y)


@mistake("the derivative is y (1 + y): the sign is wrong, it is y (1 - y)")
def derivative_with_plus(x):
    y = torch.sigmoid(x)
    return _activation(y, y * (1 + y))


@mistake("the derivative is y (1 - x): both factors hold the value y")
def derivative_mixes_x_and_y(x):
    y = torch.sigmoid(x)
    return _activation(y, y * (1 - x))


@mistake("the derivative is negative: the sigmoid rises, its slope is y (1 - y)")
def derivative_negative(x):
    y = torch.sigmoid(x)
    return _activation(y, -y * (1 - y))


@mistake("the result is always float32: keep the dtype of x")
def always_float32(x):
    y = torch.sigmoid(x)
    return _activation(y.float(), (y * (1 - y)).float())


@mistake("value and derivative are swapped")
def swapped(x):
    y = torch.sigmoid(x)
    return _activation(y * (1 - y), y)


@mistake("the numbers went through numpy, which knows no device and no gradient: stay with torch")
def through_numpy(x):
    found = reference("mlp").sigmoid(x)
    return type(found)(*(torch.from_numpy(part.detach().numpy()) for part in found))


@mistake("the code asks for cuda, which is not everywhere: compute on the device of x")
def asked_for_cuda(x):
    found = reference("mlp").sigmoid(x)
    return type(found)(*(part.cuda() for part in found))
