from typing import Any, NamedTuple

import torch
from torch.utils.data import DataLoader, Dataset, random_split


class Loaders(NamedTuple):
    train: DataLoader[Any]
    validation: DataLoader[Any]


def make_loaders(dataset: Dataset[Any], batch_size: int, split: float, generator: torch.Generator) -> Loaders:
    if batch_size < 1:
        raise ValueError("batch_size must be at least 1")
    n_total = len(dataset)
    n_train = round(split * n_total)
    n_val = n_total - n_train
    if n_train <= 0 or n_val <= 0:
        raise ValueError("split leaves one part empty")
    train_set, val_set = random_split(dataset, [n_train, n_val], generator=generator)
    return Loaders(
        train=DataLoader(train_set, batch_size=batch_size, shuffle=True),
        validation=DataLoader(val_set, batch_size=batch_size, shuffle=False),
    )
