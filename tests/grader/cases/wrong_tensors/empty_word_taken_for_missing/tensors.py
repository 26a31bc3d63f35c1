import math
from typing import NamedTuple

import torch
from torch import Tensor


class EncodedCategories(NamedTuple):
    values: Tensor
    names: list[str | None]


def encode_categories(column: list[str | float | None]) -> EncodedCategories:
    words = []
    for entry in column:
        if isinstance(entry, float) and math.isnan(entry):
            words.append(None)
        elif entry is None or isinstance(entry, str):
            words.append(entry if entry else None)
        else:
            raise ValueError(f"column: {entry!r} is neither a word nor missing")
    names: list[str | None] = sorted({word for word in words if word is not None})
    names.append(None)
    values = torch.zeros(len(column), len(names), dtype=torch.float32)
    for row, word in enumerate(words):
        values[row, names.index(word)] = 1
    return EncodedCategories(values, names)
