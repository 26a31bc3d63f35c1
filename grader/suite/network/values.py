"""Weights of a network that are nothing special, and nested values of tensors."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor, nn

from grader.proxy.submission import RemoteFunction
from grader.suite.devices import to_device
from grader.suite.random import Random

HOST = torch.device("cpu")
GAIN = 1.4  # keeps the size of what flows through a layer and a ReLU


def draw_weights(rng: Random, module: nn.Module, dtype: torch.dtype) -> dict[str, Tensor]:
    """Draw a value for each float entry of a state_dict; integer ones are kept, counts of batches are small."""
    return {key: _drawn(rng, key, value, dtype) for key, value in module.state_dict().items()}


def _drawn(rng: Random, key: str, value: Tensor, dtype: torch.dtype) -> Tensor:
    name, shape = key.rpartition(".")[2], tuple(value.shape)
    if name == "num_batches_tracked":
        return rng.integers(1, 9, *shape)
    if not value.is_floating_point():
        return value.detach().clone()
    if name == "running_var":
        return rng.uniform(*shape, low=0.5, high=2.0, dtype=dtype)
    if len(shape) > 1:
        return rng.normal(*shape, std=GAIN / math.sqrt(max(1, math.prod(shape[1:]))), dtype=dtype)
    if name == "weight":
        return rng.uniform(*shape, low=0.5, high=1.5, dtype=dtype)
    return rng.normal(*shape, std=0.3, dtype=dtype)


def leaves(value: Any) -> list[Tensor]:
    """Return the tensors of a nested value in order."""
    if isinstance(value, Tensor):
        return [value]
    parts = value.values() if isinstance(value, Mapping) else value
    return [x for part in parts for x in leaves(part)] if isinstance(value, (tuple, list, Mapping)) else []


def mapped(value: Any, change: Callable[[Tensor], Tensor]) -> Any:
    """Return a nested value with each tensor changed."""
    if isinstance(value, Tensor):
        return change(value)
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(*(mapped(part, change) for part in value))
    if isinstance(value, Mapping):
        return {key: mapped(part, change) for key, part in value.items()}
    return type(value)(mapped(part, change) for part in value) if type(value) in (tuple, list) else value


def on_host(value: Any) -> Any:
    """Return a nested value of tensors on the host, without their history."""
    return mapped(value, lambda part: part.detach().cpu())


def placed(value: Any, device: torch.device) -> Any:
    """Return a nested value of host tensors on the device of a check."""
    return value if device == HOST else mapped(value, to_device)


def dtype_of(inputs: Any) -> torch.dtype:
    """Return the dtype of the first float tensor; float64 if there is none."""
    return next((x.dtype for x in leaves(inputs) if x.is_floating_point()), torch.float64)


def with_classes(value: Any) -> Any:
    """Return constructor arguments in which a class of the submission is what a message can carry."""
    if isinstance(value, RemoteFunction):
        return value._session.ask({"op": "global", "name": value._name})
    if type(value) in (tuple, list):
        return type(value)(with_classes(part) for part in value)
    return {key: with_classes(part) for key, part in value.items()} if type(value) is dict else value
