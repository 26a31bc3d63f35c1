"""Everything that `grade doctor` knows about this machine, as data."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from grader import __version__
from grader.doctor.memory import free_memory
from grader.doctor.openmp import is_silenced, runtimes
from grader.doctor.probes import Confinement, probe

_DISTRIBUTIONS = ("torch", "numpy", "pytest", "rich", "nbformat", "ipykernel")


@dataclass(frozen=True)
class Version:
    """A part and its version, None if it is not installed."""

    name: str
    version: str | None


@dataclass(frozen=True)
class TorchBuild:
    """What the installed torch can compute on."""

    cuda: str | None  # the CUDA version it was built for
    threads: int
    devices: tuple[str, ...]


@dataclass(frozen=True)
class Diagnosis:
    """What this machine offers for grading."""

    versions: tuple[Version, ...]
    system: str
    processors: int
    free_memory: int | None  # bytes
    torch: TorchBuild | None
    openmp: tuple[str, ...]  # runtimes loaded with torch and numpy: more than one is trouble
    openmp_silenced: bool  # KMP_DUPLICATE_LIB_OK is set
    confinement: Confinement


def diagnose() -> Diagnosis:
    """Look at this machine; confinement first, before torch has started threads."""
    confinement = probe()
    build = _torch()
    return Diagnosis(
        versions=_versions(),
        system=f"{platform.system()} {platform.release()} {platform.machine()}",
        processors=_processors(),
        free_memory=free_memory(),
        torch=build,
        openmp=runtimes(),
        openmp_silenced=is_silenced(),
        confinement=confinement,
    )


def _versions() -> tuple[Version, ...]:
    ours = Version("torchgrade", __version__), Version("python", platform.python_version())
    return (*ours, *(Version(name, _version(name)) for name in _DISTRIBUTIONS))


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _torch() -> TorchBuild | None:
    try:
        import numpy  # noqa: F401 - its OpenMP runtime, if it has one, must be loaded too
        import torch
    except (ImportError, OSError):  # OSError: a shared library is missing or broken
        return None
    from grader.device.choice import simulated_accelerator

    devices = ["cpu", *(torch.cuda.get_device_name(index) for index in range(torch.cuda.device_count()))]
    if torch.backends.mps.is_available():
        devices.append("mps")
    devices.append(simulated_accelerator().words.removeprefix("cpu and "))
    return TorchBuild(torch.version.cuda, torch.get_num_threads(), tuple(devices))


def _processors() -> int:
    """Those that this process may use, which in a container are fewer than the machine's."""
    allowed = getattr(os, "sched_getaffinity", None)
    return len(allowed(0)) if allowed else os.cpu_count() or 1
