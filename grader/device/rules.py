"""What a device refuses: the mixing of devices, foreign generators, device numbers that do not exist."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from grader.device.memory import DEVICE

if TYPE_CHECKING:
    from torch._ops import OpOverload

TAKES_HOST_INDICES = frozenset(
    {"aten::index", "aten::_index_put_impl_", "aten::_unsafe_index", "aten::_unsafe_masked_index"}
)
TAKES_HOST_SCALARS = TAKES_HOST_INDICES | {
    f"aten::{name}" for name in ("fill", "fill_", "index_fill", "index_fill_", "masked_fill", "masked_fill_")
}


def check_same_device(operator: OpOverload, args: Sequence[Any], kwargs: dict[str, Any]) -> None:
    """Raise torch's own complaint unless a device would take these host tensors beside its own.

    Raises:
        RuntimeError: a host tensor stands among device tensors, and is neither an index nor a number in a
            pointwise operation.
    """
    pointwise = torch.Tag.pointwise in operator.tags
    scalars = pointwise or operator._schema.name in TAKES_HOST_SCALARS
    placed = list(_tensors_by_name(operator, args, kwargs))
    for name, tensor in placed:
        if tensor.device.type == DEVICE or (scalars and tensor.dim() == 0 and not _is_output(operator, name)):
            continue
        if name == "indices" and operator._schema.name in TAKES_HOST_INDICES:
            continue
        raise RuntimeError(_iterator_words(placed) if pointwise else _argument_words(operator, placed))


def check_generator(generator: torch.Generator | None) -> None:
    """Raise torch's own complaint about a generator that lives elsewhere."""
    if generator is not None and generator.device.type != DEVICE:
        raise RuntimeError(
            f"Expected a '{DEVICE}' device type for generator but found '{generator.device.type}'"
        )


def check_index(device: torch.device) -> None:
    """Raise unless the device number is the only one there is."""
    if device.index not in (None, 0):
        raise RuntimeError(f"{DEVICE} error: invalid device ordinal {device.index}")


def _tensors_by_name(
    operator: OpOverload, args: Sequence[Any], kwargs: dict[str, Any]
) -> Iterator[tuple[str, Tensor]]:
    named = [(known.name, value) for known, value in zip(operator._schema.arguments, args, strict=False)]
    for name, value in [*named, *kwargs.items()]:
        for item in value if isinstance(value, (list, tuple)) else (value,):
            if isinstance(item, Tensor):
                yield name, item


def _is_output(operator: OpOverload, name: str) -> bool:
    return any(
        a.name == name and a.alias_info is not None and a.alias_info.is_write
        for a in operator._schema.arguments
    )


def _iterator_words(placed: list[tuple[str, Tensor]]) -> str:
    first = placed[0][1].device
    other = next(tensor.device for _, tensor in placed if tensor.device != first)
    return (
        f"Expected all tensors to be on the same device, but found at least two devices, {first} and {other}!"
    )


def _argument_words(operator: OpOverload, placed: list[tuple[str, Tensor]]) -> str:
    first = placed[0][1].device
    name, odd = next((name, tensor) for name, tensor in placed if tensor.device != first)
    method = f"wrapper_{DEVICE}_{operator._schema.name.removeprefix('aten::')}"
    return (
        f"Expected all tensors to be on the same device, but got {name} is on {odd.device}, different from "
        f"other tensors on {first} (when checking argument in method {method})"
    )
