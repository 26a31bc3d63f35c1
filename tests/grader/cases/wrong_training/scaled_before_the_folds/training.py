from typing import NamedTuple

import torch
from torch import Tensor


class Fold(NamedTuple):
    train: Tensor
    validation: Tensor


class DegreeChoice(NamedTuple):
    folds: list
    errors: list
    degree: int
    prediction: Tensor


def kfold_indices(n, k, generator):
    parts = torch.randperm(n, generator=generator).tensor_split(k)
    return [Fold(torch.cat([p for j, p in enumerate(parts) if j != i]), parts[i]) for i in range(k)]


def ridge(z, y, penalty):
    b = y.mean()
    eye = torch.eye(z.shape[1], dtype=z.dtype, device=z.device)
    return b, torch.linalg.solve(z.T @ z / len(z) + penalty * eye, z.T @ (y - b) / len(z))


def choose_degree(x, y, x_new, degrees, k, generator, penalty=0.001):
    folds = kfold_indices(len(x), k, generator)
    errors = []
    for degree in degrees:
        features = torch.stack([x**i for i in range(1, degree + 1)], dim=1)
        features = (features - features.mean(0)) / features.std(0, correction=0)
        squares = []
        for train, validation in folds:
            b, w = ridge(features[train], y[train], penalty)
            squares.append((b + features[validation] @ w - y[validation]) ** 2)
        errors.append(torch.cat(squares).mean().item())
    degree = degrees[errors.index(min(errors))]
    features = torch.stack([x**i for i in range(1, degree + 1)], dim=1)
    mean, std = features.mean(0), features.std(0, correction=0)
    b, w = ridge((features - mean) / std, y, penalty)
    new = torch.stack([x_new**i for i in range(1, degree + 1)], dim=1)
    return DegreeChoice(folds, errors, degree, b + (new - mean) / std @ w)
