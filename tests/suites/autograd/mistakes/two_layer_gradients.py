"""Wrong variants of autograd.two_layer_gradients."""

import torch

from grader.suite import mistake, reference


def _right(*arguments):
    return reference("autograd").two_layer_gradients(*arguments)


def _through(x, y, w1, b1, w2, b2, slope, of_out=None):
    """Go back with another slope of tanh, given h and what was before it, or another gradient of the output."""
    right = _right(x, y, w1, b1, w2, b2)
    with torch.no_grad():
        before = x @ w1.t() + b1
        h = torch.tanh(before)
        if of_out is None:
            of_out = 2 * (h @ w2.t() + b2 - y) / y.numel()
        of_hidden = (of_out @ w2) * slope(h, before)
        return right._replace(w1=of_hidden.t() @ x, b1=of_hidden.sum(0), w2=of_out.t() @ h, b2=of_out.sum(0))


def _scaled(right, factor):
    return type(right)(*(gradient * factor for gradient in right))


@mistake("the factor 2 of the square is missing")
def factor_two_missing(x, y, w1, b1, w2, b2):
    return _scaled(_right(x, y, w1, b1, w2, b2), 0.5)


@mistake("divided by N only: the loss is a mean over N K numbers")
def divided_by_samples_only(x, y, w1, b1, w2, b2):
    return _scaled(_right(x, y, w1, b1, w2, b2), y.shape[1])


@mistake("not divided at all: the loss is a mean, not a sum")
def sum_for_mean(x, y, w1, b1, w2, b2):
    return _scaled(_right(x, y, w1, b1, w2, b2), y.numel())


@mistake("the sign is turned: the derivative of (out - y)^2 is 2 (out - y)")
def turned_sign(x, y, w1, b1, w2, b2):
    return _scaled(_right(x, y, w1, b1, w2, b2), -1.0)


@mistake("the tanh was left out on the way back: multiply with 1 - h^2")
def tanh_left_out(x, y, w1, b1, w2, b2):
    return _through(x, y, w1, b1, w2, b2, lambda h, before: 1.0)


@mistake("tanh was applied twice in its slope: with h = tanh(a) it is 1 - h^2")
def slope_at_the_wrong_place(x, y, w1, b1, w2, b2):
    return _through(x, y, w1, b1, w2, b2, lambda h, before: 1 - torch.tanh(h) ** 2)


@mistake("the slope of tanh was taken from its argument: with h = tanh(a) it is 1 - h^2, not 1 - a^2")
def slope_of_the_argument(x, y, w1, b1, w2, b2):
    return _through(x, y, w1, b1, w2, b2, lambda h, before: 1 - before**2)


@mistake("the slope used is h (1 - h), that of the logistic function: for tanh it is 1 - h^2")
def slope_of_the_logistic_function(x, y, w1, b1, w2, b2):
    return _through(x, y, w1, b1, w2, b2, lambda h, before: h * (1 - h))


@mistake("the square is missing in the slope of tanh: it is 1 - h^2")
def slope_without_square(x, y, w1, b1, w2, b2):
    return _through(x, y, w1, b1, w2, b2, lambda h, before: 1 - h)


@mistake("the biases got the mean over the samples: each was added to every row, so it gets the sum")
def mean_for_the_biases(x, y, w1, b1, w2, b2):
    right = _right(x, y, w1, b1, w2, b2)
    return right._replace(b1=right.b1 / len(x), b2=right.b2 / len(x))


@mistake("the first layer is not reached through w2: multiply the gradient of out with w2")
def second_weight_left_out(x, y, w1, b1, w2, b2):
    right = _right(x, y, w1, b1, w2, b2)
    with torch.no_grad():
        h = torch.tanh(x @ w1.t() + b1)
        of_out = 2 * (h @ w2.t() + b2 - y) / y.numel()
        of_hidden = of_out.sum(1, keepdim=True) * (1 - h * h)
        return right._replace(w1=of_hidden.t() @ x, b1=of_hidden.sum(0))


@mistake("the gradients of the weights are transposed: each has the shape of its parameter")
def transposed(x, y, w1, b1, w2, b2):
    right = _right(x, y, w1, b1, w2, b2)
    return right._replace(w1=right.w1.t(), w2=right.w2.t())


@mistake("the result hangs in the graph of the parameters: compute under no_grad, or detach")
def still_in_the_graph(x, y, w1, b1, w2, b2):
    right = _right(x, y, w1, b1, w2, b2)
    return right._replace(**{name: g + 0 * w2.sum() for name, g in right._asdict().items()})


def _parts(x, y, w1, b1, w2, b2):
    """Return h, the gradient of the output, and that of h before the slope of tanh."""
    with torch.no_grad():
        h = torch.tanh(x @ w1.t() + b1)
        of_out = 2 * (h @ w2.t() + b2 - y) / y.numel()
        return h, of_out, of_out @ w2


@mistake("b1 got what arrives after the tanh: multiply with 1 - h^2 first, as for w1")
def first_bias_without_tanh(x, y, w1, b1, w2, b2):
    right = _right(x, y, w1, b1, w2, b2)
    return right._replace(b1=_parts(x, y, w1, b1, w2, b2)[2].sum(0))


@mistake("the error itself was handed back: its factor 2 / (N K) is missing")
def no_factor(x, y, w1, b1, w2, b2):
    return _scaled(_right(x, y, w1, b1, w2, b2), y.numel() / 2)


@mistake("the gradients stand under each other's names: the order is w1, b1, w2, b2")
def weights_then_biases(x, y, w1, b1, w2, b2):
    right = _right(x, y, w1, b1, w2, b2)
    return type(right)(right.w1, right.w2, right.b1, right.b2)


@mistake("the gradients of the biases kept an axis of size 1: their shapes are (H,) and (K,)")
def biases_with_an_axis(x, y, w1, b1, w2, b2):
    right = _right(x, y, w1, b1, w2, b2)
    return right._replace(b1=right.b1[None], b2=right.b2[None])


@mistake("the gradients of the biases were summed to one number: sum over the samples only")
def biases_summed_to_numbers(x, y, w1, b1, w2, b2):
    right = _right(x, y, w1, b1, w2, b2)
    return right._replace(b1=right.b1.sum(), b2=right.b2.sum())


@mistake("the numbers went through numpy, which knows no device and no gradient: stay with torch")
def through_numpy(x, y, w1, b1, w2, b2):
    found = reference("autograd").two_layer_gradients(x, y, w1, b1, w2, b2)
    return type(found)(*(torch.from_numpy(part.detach().numpy()) for part in found))
