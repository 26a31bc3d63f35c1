"""Wrong variants of training.fit_polynomial."""

import torch

from grader.suite import mistake, reference


def _right(*arguments):
    return reference("training").fit_polynomial(*arguments)


def _powers(x, degree):
    return reference("training").polynomial_features(x, degree)


def _fit(x, y, x_val, y_val, degree, powers, size=lambda errors: (errors**2).mean()):
    """Fit with given features, and measure the errors in a given way."""
    _right(x, y, x_val, y_val, degree)
    weights = torch.linalg.lstsq(powers(x), y.unsqueeze(1)).solution.squeeze(1)
    return weights, size(powers(x) @ weights - y), size(powers(x_val) @ weights - y_val)


@mistake("the polynomial was fitted anew to the validation points: measure the one of the training points")
def fitted_the_validation_points(x, y, x_val, y_val, degree):
    weights, error, _ = _right(x, y, x_val, y_val, degree)
    features = _powers(x_val, degree)
    other = torch.linalg.lstsq(features, y_val.unsqueeze(1)).solution.squeeze(1)
    return weights, error, ((features @ other - y_val) ** 2).mean()


@mistake("the polynomial was fitted to training and validation points together: to the training points alone")
def fitted_all_points(x, y, x_val, y_val, degree):
    _right(x, y, x_val, y_val, degree)
    weights = _right(torch.cat([x, x_val]), torch.cat([y, y_val]), x, y, degree).weights
    errors = [((_powers(a, degree) @ weights - b) ** 2).mean() for a, b in ((x, y), (x_val, y_val))]
    return weights, *errors


@mistake("the two errors are swapped")
def swapped_the_errors(x, y, x_val, y_val, degree):
    weights, error, validation_error = _right(x, y, x_val, y_val, degree)
    return weights, validation_error, error


@mistake("the validation error was measured on the training points")
def training_error_twice(x, y, x_val, y_val, degree):
    weights, error, _ = _right(x, y, x_val, y_val, degree)
    return weights, error, error.clone()


@mistake("the absolute errors were averaged: square them")
def absolute_errors(x, y, x_val, y_val, degree):
    return _fit(x, y, x_val, y_val, degree, lambda x: _powers(x, degree), lambda errors: errors.abs().mean())


@mistake("the weights have the shape (degree + 1, 1): it is (degree + 1,)")
def weights_in_a_column(x, y, x_val, y_val, degree):
    weights, *errors = _right(x, y, x_val, y_val, degree)
    return weights.unsqueeze(1), *errors


@mistake("the prediction is a column and the target a row: their difference compares every pair")
def compared_every_pair(x, y, x_val, y_val, degree):
    weights = _right(x, y, x_val, y_val, degree).weights
    column = weights.unsqueeze(1)
    errors = [((_powers(a, degree) @ column - b) ** 2).mean() for a, b in ((x, y), (x_val, y_val))]
    return weights, *errors


@mistake("a small penalty was added to the squares: the training error is to be the least")
def ridge(x, y, x_val, y_val, degree):
    _right(x, y, x_val, y_val, degree)
    features = _powers(x, degree)
    eye = torch.eye(degree + 1, dtype=x.dtype, device=x.device)
    weights = torch.linalg.solve(features.t() @ features + 0.01 * eye, features.t() @ y)
    errors = [((_powers(a, degree) @ weights - b) ** 2).mean() for a, b in ((x, y), (x_val, y_val))]
    return weights, *errors


@mistake("the errors are floats: they are tensors without axes")
def floats_for_tensors(x, y, x_val, y_val, degree):
    weights, *errors = _right(x, y, x_val, y_val, degree)
    return weights, *(error.item() for error in errors)


@mistake("the constant is missing: the fit has degree + 1 weights, w_0 among them")
def without_the_constant(x, y, x_val, y_val, degree):
    if degree == 0:
        return _right(x, y, x_val, y_val, degree)
    return _fit(x, y, x_val, y_val, degree, lambda x: _powers(x, degree)[:, 1:])


@mistake("the code asks for cuda, which is not everywhere: compute on the device of x")
def asked_for_cuda(x, y, x_val, y_val, degree):
    return tuple(part.cuda() for part in _right(x, y, x_val, y_val, degree))
