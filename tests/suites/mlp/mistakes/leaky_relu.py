"""Wrong variants of mlp.leaky_relu."""

import torch

from grader.suite import mistake, reference


def _activation(value, derivative):
    return reference("mlp").Activation(value, derivative)


def _slope(x, negative_slope):
    return torch.where(x > 0, torch.ones_like(x), negative_slope)


@mistake("negative_slope is ignored: the left slope is always 0.01")
def slope_ignored(x, negative_slope=0.01):
    return reference("mlp").leaky_relu(x)


@mistake("max(x, a * x) takes the wrong side when a is above 1: choose by the sign of x")
def larger_of_both(x, negative_slope=0.01):
    return _activation(torch.maximum(x, negative_slope * x), _slope(x, negative_slope))


@mistake("the left side rises: it is a * x, not a * |x|")
def left_side_turned(x, negative_slope=0.01):
    return _activation(torch.where(x > 0, x, -negative_slope * x), _slope(x, negative_slope))


@mistake("a * x was added on the right too: there the value is x")
def leak_on_both_sides(x, negative_slope=0.01):
    return _activation(torch.relu(x) + negative_slope * x, _slope(x, negative_slope))


@mistake("the left side does not leak: this is a ReLU")
def no_leak(x, negative_slope=0.01):
    return reference("mlp").relu(x)


@mistake("the derivative is that of a ReLU: on the left it is negative_slope")
def slope_zero_on_the_left(x, negative_slope=0.01):
    return _activation(_slope(x, negative_slope) * x, (x > 0).to(x.dtype))


@mistake("the derivative at 0 is negative_slope, the slope from the left: compare with >, not >=")
def slope_one_at_zero(x, negative_slope=0.01):
    slope = _slope(x, negative_slope)
    return _activation(slope * x, torch.where(x >= 0, torch.ones_like(x), negative_slope))


@mistake("x was changed in place: compute on a new tensor")
def changed_x_in_place(x, negative_slope=0.01):
    slope = _slope(x, negative_slope)
    with torch.no_grad():
        x *= slope
    return _activation(x, slope)


@mistake("the value left the graph: no gradient reaches x")
def value_detached(x, negative_slope=0.01):
    slope = _slope(x, negative_slope)
    return _activation((slope * x).detach(), slope)


@mistake("the derivative has the dtype float32: give it the dtype of x")
def derivative_always_float32(x, negative_slope=0.01):
    slope = _slope(x, negative_slope)
    return _activation(slope * x, slope.float())


@mistake("the left value is negative_slope itself: multiply it by x")
def slope_for_value(x, negative_slope=0.01):
    return _activation(torch.where(x > 0, x, negative_slope), _slope(x, negative_slope))


@mistake("the left derivative is negative_slope * x: it is negative_slope")
def derivative_times_x(x, negative_slope=0.01):
    slope = _slope(x, negative_slope)
    return _activation(slope * x, torch.where(x > 0, torch.ones_like(x), negative_slope * x))


@mistake("the derivative always has 0.01 on the left: there it is negative_slope")
def derivative_ignores_the_slope(x, negative_slope=0.01):
    return _activation(_slope(x, negative_slope) * x, _slope(x, 0.01))


@mistake("min(x, a * x) takes the wrong side: choose by the sign of x")
def smaller_of_both(x, negative_slope=0.01):
    return _activation(torch.minimum(x, negative_slope * x), _slope(x, negative_slope))


@mistake("the left side is divided by negative_slope: multiply by it")
def divided_by_the_slope(x, negative_slope=0.01):
    return _activation(torch.where(x > 0, x, x / negative_slope), _slope(x, negative_slope))


@mistake("the derivative is that of the other side: 1 where x is above 0, negative_slope elsewhere")
def derivative_of_the_other_side(x, negative_slope=0.01):
    return _activation(_slope(x, negative_slope) * x, _slope(-x, negative_slope))


@mistake("the result is always float32: keep the dtype of x")
def always_float32(x, negative_slope=0.01):
    slope = _slope(x, negative_slope)
    return _activation((slope * x).float(), slope.float())


@mistake("the value at 0 or the derivative at 0 is 0: there the derivative is negative_slope")
def derivative_zero_at_zero(x, negative_slope=0.01):
    slope = _slope(x, negative_slope)
    return _activation(slope * x, torch.where(x == 0, 0.0, slope))


@mistake("value and derivative are swapped")
def swapped(x, negative_slope=0.01):
    slope = _slope(x, negative_slope)
    return _activation(slope, slope * x)


@mistake("the code asks for cuda, which is not everywhere: compute on the device of x")
def asked_for_cuda(x, negative_slope=0.01):
    found = reference("mlp").leaky_relu(x, negative_slope)
    return type(found)(*(part.cuda() for part in found))
