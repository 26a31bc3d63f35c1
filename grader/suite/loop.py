"""A loop that trains a net in batches, in methods, so that a known mistake can exchange one of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

Losses = Sequence[tuple[Any, int]]  # of each batch of an epoch the loss, and how many samples it has


@dataclass
class Loop:
    """A training as it is asked for."""

    model: nn.Module
    batch: Callable[[Tensor], tuple[Any, Tensor]]  # of the numbers of some samples: inputs and targets
    optimizer: Callable[..., Any]  # of parameters and lr
    size: int
    generator: torch.Generator
    epochs: int
    batch_size: int
    lr: float
    default_lr: float
    done: Callable[[nn.Module, list[Any]], Any]  # of model and losses: the result
    loss: Callable[[Tensor, Tensor], Tensor] = functional.cross_entropy
    scores: Callable[[Any], Tensor] = lambda output: output
    rate: Callable[[int], float] | None = None  # of the number of a step

    def run(self) -> Any:
        """Train, and return the result."""
        self.model.train()
        self.adam, self.steps, losses = self.begin(), 0, []
        for _ in range(self.epochs):
            self.start_epoch()
            taken = [self.batch(rows) for rows in self.batches(self.order())]
            losses += self.told([(self.step(x, y), self.weight(y)) for x, y in taken])
        return self.end(losses)

    def begin(self) -> Any:
        """Return the optimiser."""
        return self.optimizer(self.model.parameters(), lr=self.lr)

    def start_epoch(self) -> None:
        """Do what an epoch begins with."""

    def order(self) -> Tensor:
        """Return the order of an epoch."""
        return torch.randperm(self.size, generator=self.generator)

    def batches(self, order: Tensor) -> Sequence[Tensor]:
        """Return the batches of an epoch."""
        return torch.split(order, self.batch_size)

    def output(self, x: Any) -> Tensor:
        """Return the scores of a batch; a tuple holds several arguments of the net."""
        return self.scores(self.model(*x) if isinstance(x, tuple) else self.model(x))

    def value(self, x: Any, y: Tensor) -> Tensor:
        """Return the loss of a batch."""
        return self.loss(self.output(x), y)

    def clear(self) -> None:
        """Forget the gradients of the batch before."""
        self.adam.zero_grad()

    def move(self) -> None:
        """Take a step, at the rate of its number."""
        if self.rate is not None:
            self.adam.param_groups[0]["lr"] = self.rate(self.steps)
        self.adam.step()
        self.steps += 1

    def step(self, x: Any, y: Tensor) -> Any:
        """Take the step of a batch, and return its loss."""
        value = self.value(x, y)
        self.clear()
        value.backward()  # type: ignore[no-untyped-call]
        self.move()
        return value.item()

    def weight(self, y: Tensor) -> int:
        """Return how much the loss of a batch counts."""
        return len(y)

    def told(self, each: Losses) -> list[Any]:
        """Return the losses of an epoch."""
        return [sum(loss * size for loss, size in each) / sum(size for _, size in each)]

    def end(self, losses: list[Any]) -> Any:
        """Return the result."""
        return self.done(self.model.eval(), losses)
