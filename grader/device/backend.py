"""What torch asks of a device: whether it is there, how many there are, and how it is seeded."""

from __future__ import annotations

import contextlib

import torch


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
