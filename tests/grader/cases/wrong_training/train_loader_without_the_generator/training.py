from typing import Any, NamedTuple

import torch
from torch.utils.data import DataLoader, Dataset, random_split


class Loaders(NamedTuple):
    train: DataLoader[Any]
    validation: DataLoader[Any]


def make_loaders(dataset: Dataset[Any], batch_size: int, split: float, generator: torch.Generator) -> Loaders:
    if batch_size < 1:
        raise ValueError("batch_size must be at least 1")
    n = len(dataset)
    n_train = round(split * n)
    if n_train < 1 or n_train >= n:
        raise ValueError("split leaves a part empty")
    train_set, val_set = random_split(dataset, [n_train, n - n_train], generator=generator)
    train = DataLoader(train_set, batch_size=batch_size, shuffle=True)
    validation = DataLoader(val_set, batch_size=batch_size, shuffle=False)
    return Loaders(train, validation)
