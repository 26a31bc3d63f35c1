"""What a worker keeps between requests: objects, tensors that both sides know, and calls with their gradients."""

from __future__ import annotations

import itertools
import operator
from collections.abc import Iterable, Sequence
from typing import Any

import torch
from torch import Tensor

from grader.wire.mirror import Snapshot, apply_changes, report_changes, snapshot
from grader.wire.tensor import StorageReader, StorageWriter


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


MAX_ITEMS = 10_000

OPERATORS = {
    "add": operator.add, "radd": lambda a, b: b + a, "sub": operator.sub, "rsub": lambda a, b: b - a,
    "mul": operator.mul, "rmul": lambda a, b: b * a, "truediv": operator.truediv, "rtruediv": lambda a, b: b / a,
    "pow": operator.pow, "rpow": lambda a, b: b**a, "neg": lambda a, b: -a, "matmul": operator.matmul,
}  # fmt: skip


class Objects:
    """Objects by number; the same object always has the same number."""

    def __init__(self) -> None:
        """Start with no objects."""
        self._objects: dict[int, Any] = {}
        self._number_of: dict[int, int] = {}
        self._new = itertools.count(1)

    def number(self, thing: Any) -> int:
        """Keep an object and return its number."""
        known = self._number_of.get(id(thing))
        if known is not None:
            return known
        number = next(self._new)
        self._objects[number] = thing
        self._number_of[id(thing)] = number
        return number

    def __getitem__(self, number: int) -> Any:
        """Return the object with this number."""
        return self._objects[number]

    def release(self, number: int) -> None:
        """Forget an object."""
        thing = self._objects.pop(number, None)
        self._number_of.pop(id(thing), None)


def bounded(items: Iterable[Any]) -> list[Any]:
    """Return the items as a list.

    Raises:
        ValueError: there are more than a list may take over the boundary; perhaps they never end.
    """
    found = list(itertools.islice(iter(items), MAX_ITEMS + 1))
    if len(found) > MAX_ITEMS:
        raise ValueError(f"iteration gave more than {MAX_ITEMS} items")
    return found


class TensorTable:
    """Numbers of tensors: positive ones were given by the judge, negative ones here."""

    def __init__(self) -> None:
        """Start empty."""
        self._tensors: dict[int, Tensor] = {}
        self._number_of: dict[int, int] = {}  # by id(); the tensors are kept, so an id is never used twice
        self._mirrors: dict[int, Snapshot] = {}
        self._new = itertools.count(-1, -1)

    def keep(self, number: int, tensor: Tensor) -> None:
        """Keep a tensor under a number."""
        self._tensors[number] = tensor
        self._number_of[id(tensor)] = number

    def mirror(self, tensor: Tensor) -> int:
        """Make a tensor a mirror from now on; return its number."""
        number = self._number_of.get(id(tensor))
        if number is None:
            number = next(self._new)
            self.keep(number, tensor)
        self._mirrors[number] = snapshot(tensor)
        return number

    def number_of(self, tensor: Tensor) -> int | None:
        """Return the number of a kept tensor, None for another."""
        number = self._number_of.get(id(tensor))
        return number if number is not None and self._tensors[number] is tensor else None

    def is_mirror(self, number: int | None) -> bool:
        """Whether the state of this tensor is kept equal on both sides."""
        return number in self._mirrors

    def __getitem__(self, number: int) -> Tensor:
        """Return the tensor kept under `number`."""
        return self._tensors[number]

    def mirror_storages(self) -> dict[int, int]:
        """Return mirror numbers by the address of their storage."""
        return {self._tensors[number].untyped_storage().data_ptr(): number for number in self._mirrors}

    def receive(self, messages: list[Any], reader: StorageReader) -> None:
        """Take over what the judge changed since the last request."""
        for number, message in messages:
            apply_changes(self._tensors[number], message, reader)
            self._mirrors[number] = snapshot(self._tensors[number])

    def report(self, writer: StorageWriter) -> list[Any]:
        """Return what changed here since the last request."""
        return report_changes(self._tensors, self._mirrors, writer)
