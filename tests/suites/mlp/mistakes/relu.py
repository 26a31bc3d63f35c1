"""Wrong variants of mlp.relu."""

import torch

from grader.suite import mistake, reference


def _activation(value, derivative):
    return reference("mlp").Activation(value, derivative)


@mistake("negative numbers became positive: this is abs, a ReLU gives 0 there")
def absolute_value(x):
    return _activation(torch.where(x > 0, x, -x), (x > 0).to(x.dtype))


@mistake("the value is cut off at 1: a ReLU has no upper bound")
def cut_off_at_one(x):
    return _activation(x.clamp(0, 1), (x > 0).to(x.dtype))


@mistake("the value is cut off at 6: a ReLU has no upper bound")
def cut_off_at_six(x):
    return _activation(x.clamp(0, 6), (x > 0).to(x.dtype))


@mistake("the derivative at 0 is 0, the slope from the left: compare with >, not >=")
def slope_one_at_zero(x):
    return _activation(torch.relu(x), (x >= 0).to(x.dtype))


@mistake("the derivative is boolean: give it the dtype of x")
def boolean_derivative(x):
    return _activation(torch.relu(x), x > 0)


@mistake("the derivative is the value once more: it is 1 where x is above 0")
def value_as_derivative(x):
    return _activation(torch.relu(x), torch.relu(x))


@mistake("the derivative is 1 on the wrong side: the slope is 1 where x is above 0")
def derivative_of_the_other_side(x):
    return _activation(torch.relu(x), (x < 0).to(x.dtype))


@mistake("x was changed in place: compute on a new tensor")
def changed_x_in_place(x):
    slope = (x > 0).to(x.dtype)
    with torch.no_grad():
        x *= slope
    return _activation(x, slope)


@mistake("the value left the graph: no gradient reaches x")
def value_detached(x):
    return _activation(torch.relu(x).detach(), (x > 0).to(x.dtype))


@mistake("the result is always float32: keep the dtype of x")
def always_float32(x):
    return _activation(torch.relu(x).float(), (x > 0).float())


@mistake("the derivative has the default dtype, as where(x > 0, 1.0, 0.0) has: give it the dtype of x")
def derivative_in_default_dtype(x):
    return _activation(torch.relu(x), torch.where(x > 0, 1.0, 0.0))


@mistake("the derivative is made of integers: give it the dtype of x")
def integer_derivative(x):
    return _activation(torch.relu(x), (x > 0).long())


@mistake("the derivative is made of 32-bit integers: give it the dtype of x")
def small_integer_derivative(x):
    return _activation(torch.relu(x), (x > 0).int())


@mistake("the derivative is the sign of x: on the left it is 0, not -1")
def sign_as_derivative(x):
    return _activation(torch.relu(x), torch.sign(x))


@mistake("the derivative is 1 everywhere: it is 0 where x is not above 0")
def derivative_is_one(x):
    return _activation(torch.relu(x), torch.ones_like(x))


@mistake("value and derivative are swapped")
def swapped(x):
    return _activation((x > 0).to(x.dtype), torch.relu(x))


@mistake("only the value came back: the derivative is asked for too")
def value_alone(x):
    return torch.relu(x)


@mistake("the numbers went through numpy, which knows no device and no gradient: stay with torch")
def through_numpy(x):
    found = reference("mlp").relu(x)
    return type(found)(*(torch.from_numpy(part.detach().numpy()) for part in found))


@mistake("the code asks for cuda, which is not everywhere: compute on the device of x")
def asked_for_cuda(x):
    found = reference("mlp").relu(x)
    return type(found)(*(part.cuda() for part in found))
