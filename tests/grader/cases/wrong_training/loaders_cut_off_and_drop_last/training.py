from typing import Any, NamedTuple

import torch
from torch.utils.data import DataLoader, Dataset, random_split


class Loaders(NamedTuple):
    """What `make_loaders` returns."""

    train: DataLoader[Any]
    validation: DataLoader[Any]


def make_loaders(dataset: Dataset[Any], batch_size: int, split: float, generator: torch.Generator) -> Loaders:
    n = len(dataset)
    n_train = int(split * n)
    train, validation = random_split(dataset, [n_train, n - n_train], generator=generator)
    return Loaders(
        DataLoader(train, batch_size=batch_size, shuffle=True, generator=generator, drop_last=True),
        DataLoader(validation, batch_size=batch_size),
    )
