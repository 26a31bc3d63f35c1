"""Objects that stay in the worker; the judge holds their numbers."""

from __future__ import annotations

import itertools
import operator
from collections.abc import Iterable
from typing import Any

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
