"""From the option `--device` to the accelerator of a grading."""

from __future__ import annotations

import functools
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from grader.device.choice import CPU, CUDA, SIM, Accelerator, simulated_accelerator
from grader.device.internals import TRIED, require_torch, was_tried

AUTO = "auto"
CHOICES = (AUTO, CPU, CUDA, SIM)

CPU_BUILD = "+cpu"
DRIVERS = (
    "/dev/nvidiactl",
    "/dev/dxg",
    "/proc/driver/nvidia",
)  # Linux has one of them wherever it has a card


class NoSuchDevice(Exception):
    """The device that was asked for is not there. Remedy: the one in the text, or no option at all."""


def accelerator_for(choice: str) -> Accelerator:
    """Return the accelerator that a choice stands for on this machine.

    Raises:
        NoSuchDevice: it is asked for by name, and torch does not have it.
        TorchTooOld: torch is older than what the course needs; everything that grades asks here first.
    """
    require_torch()
    if choice == CPU:
        return Accelerator(CPU)
    if "torch" not in sys.modules and _is_simulated(choice):
        return Accelerator(SIM)
    card = card_name() if choice in (AUTO, CUDA) else None
    if card is not None:
        return Accelerator(CUDA, card)
    if choice == CUDA:
        raise NoSuchDevice(_without_cuda())
    found = simulated_accelerator()
    if choice == SIM and found.kind != SIM:
        raise NoSuchDevice(
            f"--device sim: torch {version('torch')} lacks what the simulated accelerator is made of: "
            f"install torch {TRIED[0]}, or leave the option out for the CPU"
        )
    return found


def _is_simulated(choice: str) -> bool:
    """Whether it is certain, without two seconds for importing torch, that a choice stands for the simulated one."""
    try:
        installed = version("torch")
    except PackageNotFoundError:
        return False
    if not was_tried(installed):
        return False
    return choice == SIM or (choice == AUTO and _has_no_card(installed))


def _has_no_card(installed: str) -> bool:
    if installed.endswith(CPU_BUILD):
        return True
    return sys.platform == "linux" and not any(Path(driver).exists() for driver in DRIVERS)


@functools.cache
def card_name() -> str | None:
    """Return the name of the first graphics card that torch can use, None without one.

    A child is asked: looking for a card starts CUDA's driver, and no process that has done so can be forked.
    """
    import torch

    if torch.version.cuda is None:
        return None
    # Here, as most gradings need no look at the machine.
    from grader.process.kernel import can_fork, in_child

    if torch.cuda.is_initialized() or not can_fork():  # type: ignore[no-untyped-call]
        return _first_card() or None
    return in_child(lambda keep: _first_card()) or None


def _first_card() -> str:
    import torch

    return torch.cuda.get_device_name(0) if torch.cuda.is_available() else ""


def _without_cuda() -> str:
    import torch

    if torch.version.cuda is None:
        fault = f"torch {torch.__version__} is built without CUDA"
        remedy = "install a CUDA build of torch"
    else:
        fault = "torch finds no graphics card here, or no driver for it"
        remedy = "see whether `nvidia-smi` lists one and CUDA_VISIBLE_DEVICES does not hide it"
    return f"--device cuda: {fault}: {remedy}, or leave the option out for the simulated accelerator"
