"""The simulated accelerator, a device type "sim" of its own.

draft
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from grader.device.memory import DEVICE, as_device, as_host, is_simulated

__all__ = ["DEVICE", "as_device", "as_host", "available", "is_simulated", "register", "to_device", "to_host"]

_registered: list[torch.library.Library] = []


def available() -> bool:
    """Whether the installed torch offers what the device is made of."""
    from torch.utils import backend_registration

    return hasattr(backend_registration, "_setup_privateuseone_for_python_backend") and hasattr(torch._C, "_from_dlpack")


def register() -> None:
    """Make the device known to torch, once in a process and before its first backward."""
    if _registered:
        return
    from torch.utils.backend_registration import _setup_privateuseone_for_python_backend

    from grader.device.adjust import adjust_torch
    from grader.device.backend import SimulatedBackend
    from grader.device.kernels import run_on_host
    from grader.device.special import kernels

    _setup_privateuseone_for_python_backend(DEVICE, backend_module=SimulatedBackend())
    everything = torch.library.Library("_", "IMPL")
    everything.fallback(run_on_host, "PrivateUse1")
    everything.fallback(torch.library.fallthrough_kernel, "AutocastPrivateUse1")
    special = torch.library.Library("aten", "IMPL")
    for name, kernel in kernels().items():
        special.impl(name, kernel, "PrivateUse1")
    for key in ("Conjugate", "Negative"):
        special.impl("_copy_from", torch.library.fallthrough_kernel, key)
    adjust_torch()
    _registered.extend((everything, special))


def to_device(value: Tensor) -> Tensor:
    """Return a copy of a host tensor on the device, without its history."""
    return as_device(value.detach().clone().resolve_conj().resolve_neg())


def to_host(value: Tensor) -> Tensor:
    """Return a copy of a device tensor on the host, without its history, sharing nothing."""
    return as_host(value.detach()).clone()
