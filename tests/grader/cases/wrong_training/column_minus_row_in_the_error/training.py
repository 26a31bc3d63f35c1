from typing import NamedTuple

import torch
from torch import Tensor


class PolynomialFit(NamedTuple):
    weights: Tensor
    train_error: Tensor
    validation_error: Tensor


def _design(x: Tensor, degree: int) -> Tensor:
    return torch.stack([x**i for i in range(degree + 1)], dim=1)


def _mse(x: Tensor, y: Tensor, w: Tensor) -> Tensor:
    prediction = _design(x, len(w) - 1) @ w
    return ((prediction - y) ** 2).mean()


def fit_polynomial(x: Tensor, y: Tensor, x_val: Tensor, y_val: Tensor, degree: int) -> PolynomialFit:
    if len(x) < degree + 1:
        raise ValueError("degree is too high for so few points")
    # lstsq wants a matrix on the right
    w = torch.linalg.lstsq(_design(x, degree), y.unsqueeze(1)).solution
    return PolynomialFit(w.squeeze(1), _mse(x, y, w), _mse(x_val, y_val, w))
