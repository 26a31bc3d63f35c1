"""Tensors that both sides know by a number: arguments, and mirrors whose state is kept equal."""

from __future__ import annotations

import itertools
from typing import Any

from torch import Tensor

from grader.wire.mirror import Snapshot, apply_changes, report_changes, snapshot
from grader.wire.tensor import StorageReader, StorageWriter


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
