"""Anything a submission may return, as finite numbers to draw; what is no such number is a gap."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, TypeVar

import numpy as np
import torch
from torch import Tensor

from grader.report import Point

MOST_VALUES = 100_000  # of a curve or path; what comes after them is not looked at
LARGEST = 1e30
DIGITS = 6

Item = TypeVar("Item")


def numbers_of(value: Any) -> list[float | None]:
    """Return the numbers of a list, tuple, 1-D tensor or array; nothing for anything else."""
    return [_number(part) for part in _parts(value)]


def points_of(value: Any) -> list[Point | None]:
    """Return the points of a (T, 2) tensor or array, or of a list of pairs; nothing for anything else."""
    return [_point(part) for part in _parts(value)]


def smoothed(line: Sequence[float | None], beta: float) -> list[float | None]:
    """Return the exponentially weighted average of a line, with bias correction; a gap stays one."""
    average, weight, result = 0.0, 0.0, list[float | None]()
    for value in line:
        if value is None:
            result.append(None)
            continue
        average, weight = beta * average + (1 - beta) * value, beta * weight + (1 - beta)
        result.append(_rounded(average / weight))
    return result


def spread(length: int, most: int) -> list[int]:
    """Return at most so many places from 0 to length - 1, evenly, with both ends."""
    if length <= most:
        return list(range(length))
    return [round(i * (length - 1) / (most - 1)) for i in range(most)]


def thinned(line: Sequence[Item], most: int) -> tuple[Item, ...]:
    """Return at most so many items, evenly, with both ends."""
    return tuple(line[place] for place in spread(len(line), most))


def _parts(value: Any) -> list[Any]:
    kind = type(value)
    if kind is Tensor or kind is torch.nn.Parameter:
        return _of_tensor(value)
    if kind is np.ndarray:
        return list(value[:MOST_VALUES].tolist()) if value.ndim and value.dtype.kind in "fiu" else []
    return list(value[:MOST_VALUES]) if kind in (list, tuple) else []


def _of_tensor(value: Tensor) -> list[Any]:
    plain = value.layout is torch.strided and not value.is_complex() and not value.is_quantized
    if not plain or not value.dim() or value.device.type == "meta":
        return []
    try:
        return list(value.detach()[:MOST_VALUES].cpu().to(torch.float64).tolist())
    except (RuntimeError, MemoryError):
        return []


def _number(value: Any) -> float | None:
    if type(value) is Tensor and not value.dim():
        value = next(iter(_of_tensor(value[None])), None)
    if type(value) not in (int, float) or not abs(value) <= LARGEST:  # so that NaN is none
        return None
    return _rounded(float(value))


def _point(value: Any) -> Point | None:
    pair = (
        [_number(part) for part in _parts(value)]
        if not isinstance(value, list)
        else list(map(_number, value))
    )
    if len(pair) != 2 or pair[0] is None or pair[1] is None:
        return None
    return pair[0], pair[1]


def _rounded(value: float) -> float:
    return float(f"{value:.{DIGITS}g}") if math.isfinite(value) else 0.0
