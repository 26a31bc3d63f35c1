from typing import NamedTuple

import torch
from torch import Tensor


class PolynomialFit(NamedTuple):
    weights: Tensor
    train_error: Tensor
    validation_error: Tensor


def polynomial_features(x: Tensor, degree: int) -> Tensor:
    if x.ndim != 1:
        raise ValueError("x must have one axis")
    if degree < 0:
        raise ValueError("degree must not be negative")
    return torch.stack([x**i for i in range(degree + 1)], dim=1)


def fit_polynomial(x: Tensor, y: Tensor, x_val: Tensor, y_val: Tensor, degree: int) -> PolynomialFit:
    if len(x) < degree + 1:
        raise ValueError("degree is too high for so few points")
    w = torch.linalg.lstsq(polynomial_features(x, degree), y.unsqueeze(1)).solution

    def error(inputs: Tensor, targets: Tensor) -> Tensor:
        p = polynomial_features(inputs, degree) @ w
        return ((p - targets) ** 2).mean()

    return PolynomialFit(w[:, 0], error(x, y), error(x_val, y_val))
