"""Leaves of a graph and vector-Jacobian products."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor


def leaves_of(outputs: Sequence[Tensor]) -> list[Tensor]:
    """Return every leaf that the graph of `outputs` reaches, each once."""
    found: dict[int, Tensor] = {id(output): output for output in outputs if output.is_leaf}
    waiting: list[Any] = [output.grad_fn for output in outputs if output.grad_fn is not None]
    seen: set[Any] = set(waiting)
    while waiting:
        node = waiting.pop()
        variable = getattr(node, "variable", None)
        if isinstance(variable, Tensor):
            found[id(variable)] = variable
        for following, _ in node.next_functions:
            if following is not None and following not in seen:
                seen.add(following)
                waiting.append(following)
    return list(found.values())


class Calls:
    """Outputs and leaves of the calls that the judge may still ask a gradient of."""

    def __init__(self) -> None:
        """Start with no calls."""
        self._calls: dict[int, tuple[list[Tensor], list[Tensor]]] = {}
        self._next = 1

    def add(self, outputs: list[Tensor], leaves: list[Tensor]) -> int:
        """Keep a call; return its number."""
        number, self._next = self._next, self._next + 1
        self._calls[number] = (outputs, leaves)
        return number

    def release(self, number: int) -> None:
        """Forget a call."""
        self._calls.pop(number, None)

    def vjp(self, number: int, upstream: Sequence[Tensor | None], create_graph: bool) -> list[Tensor | None]:
        """Return the gradient of sum(upstream * outputs) for every leaf of a call; None where unused."""
        outputs, leaves = self._calls[number]
        used = [(output, above) for output, above in zip(outputs, upstream, strict=True) if above is not None]
        if not used:
            return [None] * len(leaves)
        with torch.enable_grad():
            return list(
                torch.autograd.grad(
                    [output for output, _ in used],
                    leaves,
                    [above for _, above in used],
                    retain_graph=True,
                    create_graph=create_graph,
                    allow_unused=True,
                )
            )
