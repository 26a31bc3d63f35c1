"""Single cells: numbers as a table writes them, and text that no spreadsheet takes for a formula."""

from __future__ import annotations

import re

STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
NUMBER = re.compile(r"-?\d+(?:[.,]\d+)?%?")
DECIMAL_COMMA = re.compile(r"-?\d+,\d{1,5}")
DECIMAL_POINT = re.compile(r"-?\d+\.\d{1,5}")


def harmless(text: str) -> str:
    """`text` with an apostrophe before it where a spreadsheet would run it as a formula."""
    return f"'{text}" if text.lstrip(" ").startswith(STARTS_A_FORMULA) else text


def has_decimal_comma(cells: list[str]) -> bool:
    """Whether these cells write 12,50 more often than 12.50."""
    commas = sum(bool(DECIMAL_COMMA.fullmatch(cell)) for cell in cells)
    return commas > sum(bool(DECIMAL_POINT.fullmatch(cell)) for cell in cells)


def written(value: float, *, comma: bool, decimals: int = 2) -> str:
    """A number with a fixed count of decimals, with the sign that the table uses."""
    text = f"{value:.{decimals}f}"
    return text.replace(".", ",") if comma else text


def number_in(cell: str) -> float | None:
    """The number that a cell holds, with a decimal point or a decimal comma; None for anything else."""
    return float(cell.strip("%").replace(",", ".")) if NUMBER.fullmatch(cell) else None
