from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor


class Standardized(NamedTuple):
    """What `standardize` returns."""

    train: Tensor
    test: Tensor


class Fold(NamedTuple):
    """One round of k-fold cross-validation."""

    train: Tensor
    validation: Tensor


class DegreeChoice(NamedTuple):
    """What `choose_degree` returns."""

    folds: list[Fold]
    errors: list[float]
    degree: int
    prediction: Tensor


def standardize(train, test):
    mean = train.mean(0)
    std = (train - mean).square().mean(0).sqrt()
    same = (train == train[:1]).all(0)
    mean = torch.where(same, train[0], mean)
    std = torch.where(same, torch.ones_like(std), std)
    return Standardized((train - mean) / std, (test - mean) / std)


def kfold_indices(n, k, generator):
    order = torch.randperm(n, generator=generator)
    parts = order.tensor_split(k)
    return [Fold(torch.cat(parts[:i] + parts[i + 1 :]), parts[i]) for i in range(k)]


def polynomial_features(x, degree):
    return torch.stack([x**i for i in range(degree + 1)], 1)


def choose_degree(
    x: Tensor,
    y: Tensor,
    x_new: Tensor,
    degrees: Sequence[int],
    k: int,
    generator: torch.Generator,
    penalty: float = 0.001,
) -> DegreeChoice:
    folds = kfold_indices(len(x), k, generator)

    def fit(z: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
        b = y.mean()
        eye = torch.eye(z.shape[1], dtype=z.dtype, device=z.device)
        w = torch.linalg.solve(z.T @ z / len(z) + penalty * eye, z.T @ (y - b) / len(z))
        return b, w

    errors = []
    for degree in degrees:
        z = standardize(polynomial_features(x, degree)[:, 1:], x.new_zeros(0, degree)).train
        rounds = []
        for train, validation in folds:
            b, w = fit(z[train], y[train])
            rounds.append(((b + z[validation] @ w - y[validation]) ** 2).mean().item())
        errors.append(sum(rounds) / len(rounds))
    degree = degrees[errors.index(min(errors))]
    z, z_new = standardize(polynomial_features(x, degree)[:, 1:], polynomial_features(x_new, degree)[:, 1:])
    b, w = fit(z, y)
    return DegreeChoice(folds, errors, degree, b + z_new @ w)
