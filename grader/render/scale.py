"""From values to cells of a terminal, on a scale that one wild value does not flatten."""

from __future__ import annotations

from collections.abc import Iterable

Range = tuple[float, float]


def limits_of(theirs: Iterable[float | None], reference: Iterable[float | None]) -> Range:
    """Return the scale: all values, but no further than the reference's own range once more on either side."""
    own = [value for value in reference if value is not None]
    values = own + [value for value in theirs if value is not None]
    if not values:
        return 0.0, 1.0
    if not own:
        return min(values), max(values)
    low, high = min(own), max(own)
    room = high - low or abs(high) or 1.0
    return max(min(values), low - room), min(max(values), high + room)


def cell_of(value: float, limits: Range, cells: int) -> int:
    """Return which of so many cells a value falls into; what lies outside falls into the first or the last."""
    low, high = limits
    if high <= low:
        return 0
    return max(0, min(cells - 1, int((value - low) / (high - low) * cells)))


def spread(length: int, most: int) -> list[int]:
    """Return at most so many places from 0 to length - 1, evenly, with both ends."""
    count = min(length, most)
    return [round(place * (length - 1) / max(count - 1, 1)) for place in range(count)]
