"""Random inputs of a test, from a generator of its own."""

from __future__ import annotations

import torch
from torch import Tensor

LARGEST_SEED = 2**31


class Random:
    """Draws from one generator; the same seed gives the same inputs."""

    def __init__(self, seed: int) -> None:
        """Seed the generator."""
        self._generator = torch.Generator().manual_seed(seed)

    def normal(
        self, *shape: int, dtype: torch.dtype = torch.float64, mean: float = 0.0, std: float = 1.0
    ) -> Tensor:
        """Draw a tensor of `shape` from a normal distribution."""
        return (mean + std * torch.randn(shape, generator=self._generator, dtype=torch.float64)).to(dtype)

    def uniform(
        self, *shape: int, low: float = 0.0, high: float = 1.0, dtype: torch.dtype = torch.float64
    ) -> Tensor:
        """Draw a tensor of `shape` uniformly from [low, high)."""
        return (low + (high - low) * torch.rand(shape, generator=self._generator, dtype=torch.float64)).to(
            dtype
        )

    def integers(self, low: int, high: int, *shape: int) -> Tensor:
        """Draw an int64 tensor of `shape` from low, ..., high - 1."""
        return torch.randint(low, high, shape, generator=self._generator)

    def permutation(self, n: int) -> Tensor:
        """Draw an order of 0, ..., n - 1."""
        return torch.randperm(n, generator=self._generator)

    def probabilities(self, *shape: int, dim: int = -1, dtype: torch.dtype = torch.float64) -> Tensor:
        """Draw positive numbers that sum to one along `dim`."""
        return torch.softmax(self.normal(*shape), dim).to(dtype)

    def labels(self, n: int, k: int) -> Tensor:
        """Draw n class indices below k, shape (n,); each class appears when n >= k."""
        every = torch.arange(n) % k if n >= k else self.integers(0, k, n)
        return every[self.permutation(n)]

    def bool(self, *shape: int) -> Tensor:
        """Draw a boolean tensor of `shape`."""
        return torch.rand(shape, generator=self._generator) < 0.5

    def seed(self) -> int:
        """Draw a seed."""
        return int(self.integers(0, LARGEST_SEED, 1))

    def generator(self) -> torch.Generator:
        """Return a generator of its own, seeded from this one."""
        return torch.Generator().manual_seed(self.seed())
