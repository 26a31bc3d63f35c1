"""Where torch's Python code does not expect a device made in Python, and what is put there instead."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import torch
from torch import nn

from grader.device.internals import part
from grader.device.memory import DEVICE


def adjust_torch() -> None:
    """Teach torch to make, load and move what lies on the device; on other devices all stays as it was."""
    torch.UntypedStorage.__new__ = _storage_maker(torch.UntypedStorage.__new__)  # type: ignore[method-assign]
    nn.Module.to = _module_mover(nn.Module.to, _target_of_to)  # type: ignore[method-assign]
    nn.Module.cpu = _module_mover(nn.Module.cpu, lambda: torch.device("cpu"))  # type: ignore[method-assign]
    torch.accelerator.current_accelerator = _no_accelerator
    torch.serialization.register_package(19, _tag, _restore)


def _no_accelerator(check_available: bool = False) -> torch.device | None:
    """Answer as a torch without accelerators does: see `SimulatedBackend`."""
    return None


def _tag(storage: Any) -> str | None:
    """Name the place of a saved storage."""
    return DEVICE if storage.device.type == DEVICE else None


def _restore(storage: Any, location: str) -> Any:
    """Bring a loaded storage to the device; torch's own way asks whether the device offers itself."""
    if location.partition(":")[0] != DEVICE:
        return None
    there = torch.empty(storage.nbytes(), dtype=torch.uint8, device=location).untyped_storage()
    return there.copy_(storage)


def _target_of_to(*args: Any, **kwargs: Any) -> torch.device | None:
    device: torch.device | None = part("torch._C._nn:_parse_to")(*args, **kwargs)[0]
    return device


def _storage_maker(original: Callable[..., Any]) -> Callable[..., Any]:
    """Make storages of the device through a tensor: torch's own way crashes without an allocator."""

    @functools.wraps(original)
    def make(cls: type, *args: Any, device: Any = None, **kwargs: Any) -> Any:
        if device is None or torch.device(device).type != DEVICE:
            return (
                original(cls, *args, **kwargs)
                if device is None
                else original(cls, *args, device=device, **kwargs)
            )
        content = args[0] if args else kwargs.get("size", 0)
        elements = content if isinstance(content, int) else len(content)
        filled = torch.empty(elements, dtype=torch.uint8, device=device)
        if not isinstance(content, int):
            filled.copy_(torch.tensor(list(content), dtype=torch.uint8, device="cpu"))
        return filled.untyped_storage()

    return make


def _module_mover(
    original: Callable[..., Any], target: Callable[..., torch.device | None]
) -> Callable[..., Any]:
    """Keep a module's parameters the same objects when they change device, as they are on a GPU.

    torch assigns `.data` where it knows that both devices are kin, and otherwise makes new parameters,
    which an optimiser made before would not see and which would part tied weights. Its other way, to swap
    the contents, keeps the objects; it refuses while somebody else holds them, and then new parameters are
    what is left.
    """

    @functools.wraps(original)
    def move(module: nn.Module, *args: Any, **kwargs: Any) -> Any:
        device = target(*args, **kwargs)
        if device is None or not _crosses(module, device):
            return original(module, *args, **kwargs)
        before = torch.__future__.get_swap_module_params_on_conversion()
        torch.__future__.set_swap_module_params_on_conversion(True)
        try:
            return original(module, *args, **kwargs)
        except RuntimeError as error:
            if "Couldn't swap" not in str(error):
                raise
        finally:
            torch.__future__.set_swap_module_params_on_conversion(before)
        return original(module, *args, **kwargs)

    return move


def _crosses(module: nn.Module, device: torch.device) -> bool:
    """Whether a parameter would move to the simulated device or leave it."""
    return any(
        DEVICE in (p.device.type, device.type) and p.device.type != device.type for p in module.parameters()
    )
