"""The simulated accelerator: a device type "sim" of its own, for machines without a GPU.

A tensor on it is a plain `torch.Tensor` with a storage of its own device type, so autograd, views,
versions, `nn.Module`, optimisers and saving treat it as they treat any device's. Its bytes lie in the
host's memory and the host's kernels compute on them (`memory`, `kernels`), so results have the host's bits.
What a device refuses is refused in torch's words (`rules`).

What differs from a real accelerator:

- Recurrent layers, attention, dropout and grouped optimiser steps take torch's path for devices, whose
  numbers are close to the host's and not its bits.
- `torch.Generator(device="sim")` raises, as torch offers no way to make one from Python, and host
  generators are refused as a GPU refuses them. Random numbers without a generator come from the host's and
  follow `manual_seed`.
- `module.to("sim")` keeps parameters the same objects, except while something else holds them (a graph that
  is still alive, a weak reference): then they are new objects. `parameter.data = tensor_of_another_device`
  raises.
- Sparse and quantised tensors, pinned memory, resizing a storage by hand, `torch.compile`, streams and
  events do not work. Autocast on it changes nothing.
- The check of devices names the operator that finds the mixture as torch's own would, but where an operator
  of torch has words of its own (`where`), the general words are used.
- It does not offer itself: `torch.accelerator` reports none, and only a tensor that lies on it leads there.

A backward runs device work on a thread, one for the process, started at the first backward of any kind and
lost in a fork. So `register` comes before the first backward, and a process that registers and then runs a
backward cannot fork children that run one.

Where `available` is false, the CPU stands in: device tests pass what never leaves it, and the report says so.
"""

from __future__ import annotations

import contextlib
from typing import Any

import torch
from torch import Tensor

from grader.device.internals import SIMULATED, has, part
from grader.device.memory import DEVICE, as_device


class SimulatedBackend:
    """The module `torch.sim`.

    It does not offer itself: code that looks for an accelerator finds none, as on any machine without one,
    and stays on the host. The device is met only where the tensors that come in lie on it.
    """

    def is_available(self) -> bool:
        """Whether code that looks for an accelerator should find this one."""
        return False

    def is_initialized(self) -> bool:
        """Whether the device is ready."""
        return True

    def device_count(self) -> int:
        """Return how many devices there are."""
        return 1

    def current_device(self) -> int:
        """Return the number of the device in use."""
        return 0

    def device(self, device: object = None) -> contextlib.AbstractContextManager[None]:
        """Return a context in which the device is the one in use, as it always is."""
        return contextlib.nullcontext()

    def synchronize(self, device: object = None) -> None:
        """Wait for the device, which never runs ahead."""

    def manual_seed_all(self, seed: int) -> None:
        """Do nothing: random numbers come from the host's generator, which torch seeds itself."""

    def manual_seed(self, seed: int) -> None:
        """Do nothing, as above."""

    def get_rng_state(self, device: object = None) -> torch.Tensor:
        """Return the state of the host's generator."""
        return torch.get_rng_state()

    def set_rng_state(self, state: torch.Tensor, device: object = None) -> None:
        """Set the state of the host's generator."""
        torch.set_rng_state(state)

    def get_amp_supported_dtype(self) -> list[torch.dtype]:
        """Return the types that autocast may choose."""
        return [torch.bfloat16, torch.float16]

    def _is_in_bad_fork(self) -> bool:
        return False


_library: Any = torch.library.Library
_registered: list[Any] = []


def available() -> bool:
    """Whether the installed torch offers what the device is made of."""
    return has(SIMULATED)


def register() -> None:
    """Make the device known to torch, once in a process and before its first backward."""
    if _registered:
        return
    from grader.device.adjust import adjust_torch

    _refuse_second_backend()
    part(SIMULATED.parts[0])(DEVICE, backend_module=SimulatedBackend())
    _install_kernels()
    adjust_torch()


def register_if_available() -> None:
    """Make the device known to torch where the installed torch offers what it is made of."""
    if available():
        register()


def _install_kernels() -> None:
    """Give torch one kernel for all operators and the special ones; they last while the libraries do."""
    from grader.device.kernels import run_on_host
    from grader.device.special import kernels

    everything = _library("_", "IMPL")
    everything.fallback(run_on_host, "PrivateUse1")
    everything.fallback(torch.library.fallthrough_kernel, "AutocastPrivateUse1")
    special = _library("aten", "IMPL")
    for name, kernel in kernels().items():
        special.impl(name, kernel, "PrivateUse1")
    for key in ("Conjugate", "Negative"):
        special.impl("_copy_from", torch.library.fallthrough_kernel, key)
    _registered.extend((everything, special))


def _refuse_second_backend() -> None:
    """Raise if torch's one place for a device of this kind is taken."""
    name = part("torch._C:_get_privateuse1_backend_name")()
    if name not in ("privateuseone", DEVICE):
        raise RuntimeError(
            f"the device '{name}' is registered already, and torch has room for one such device"
        )


def to_device(value: Tensor) -> Tensor:
    """Return a copy of a host tensor on the device, without its history."""
    return as_device(value.detach().clone().resolve_conj().resolve_neg())
