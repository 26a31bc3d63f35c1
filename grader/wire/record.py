"""A named tuple as it arrives from the other side."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


class Record:
    """Named values in order; the class that the other side used is only a name here."""

    __slots__ = ("_fields", "_name", "_values")

    def __init__(self, name: str, fields: tuple[str, ...], values: tuple[Any, ...]) -> None:
        """Keep `values[i]` under `fields[i]`."""
        self._name, self._fields, self._values = name, fields, values

    def __getattr__(self, field: str) -> Any:
        """Return the value called `field`."""
        if field.startswith("__") or field not in self._fields:
            raise AttributeError(f"{self._name} has the fields {', '.join(self._fields)}, not {field}")
        return self._values[self._fields.index(field)]

    def __getitem__(self, index: int) -> Any:
        """Return the value at `index`."""
        return self._values[index]

    def __iter__(self) -> Iterator[Any]:
        """Iterate over the values."""
        return iter(self._values)

    def __len__(self) -> int:
        """Return the number of values."""
        return len(self._values)

    def __repr__(self) -> str:
        """Name the class and its fields, not the values."""
        return f"{self._name}({', '.join(self._fields)})"
