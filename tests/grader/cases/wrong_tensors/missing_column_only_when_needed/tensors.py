from typing import NamedTuple

import torch
from torch import Tensor


class EncodedCategories(NamedTuple):
    values: Tensor
    names: list[str | None]


def _clean(entry):
    if isinstance(entry, str):
        return entry
    if entry is None or (isinstance(entry, float) and entry != entry):
        return None
    raise ValueError(f"neither a word nor missing: {entry!r}")


def encode_categories(column: list[str | float | None]) -> EncodedCategories:
    entries = [_clean(entry) for entry in column]
    names: list[str | None] = sorted({entry for entry in entries if entry is not None})
    if None in entries:
        names.append(None)
    position = {name: k for k, name in enumerate(names)}
    values = torch.zeros(len(entries), len(names), dtype=torch.float32)
    for n, entry in enumerate(entries):
        values[n, position[entry]] = 1.0
    return EncodedCategories(values, names)
