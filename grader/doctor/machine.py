"""What this machine is: versions, devices, OpenMP runtimes, and how well it confines."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from grader import __version__
from grader.device import internals
from grader.doctor.probes import Confinement, probe
from grader.process.kernel import processors

VARIABLE = "KMP_DUPLICATE_LIB_OK"  # tells one of the runtimes to go on all the same


def runtimes() -> tuple[str, ...]:
    """Paths of the OpenMP runtimes that are loaded."""
    from threadpoolctl import threadpool_info  # type: ignore[import-untyped]  # it has no annotations

    return tuple(sorted({each["filepath"] for each in threadpool_info() if each["user_api"] == "openmp"}))


def is_silenced() -> bool:
    """Whether the warning about two runtimes is switched off."""
    return os.environ.get(VARIABLE, "").strip().lower() in ("true", "1", "yes", "on")


_DISTRIBUTIONS = ("torch", "numpy", "pytest", "rich", "nbformat", "ipykernel")


@dataclass(frozen=True)
class Version:
    """A part and its version, None if it is not installed."""

    name: str
    version: str | None
    note: str = ""  # what is to be known of this one


@dataclass(frozen=True)
class TorchBuild:
    """What the installed torch can compute on."""

    cuda: str | None  # the CUDA version it was built for
    threads: int
    devices: tuple[str, ...]
    without: tuple[str, ...] = ()  # what is done otherwise, since this torch lacks parts that are used


@dataclass(frozen=True)
class Diagnosis:
    """What this machine offers for grading."""

    versions: tuple[Version, ...]
    system: str
    processors: int
    torch: TorchBuild | None
    openmp: tuple[str, ...]  # runtimes loaded with torch and numpy: more than one is trouble
    openmp_silenced: bool  # KMP_DUPLICATE_LIB_OK is set
    confinement: Confinement


def diagnose() -> Diagnosis:
    """Look at this machine; confinement first, before torch has started threads, and torch before its libraries."""
    return Diagnosis(
        confinement=probe(),
        torch=_torch(),
        versions=_versions(),
        system=f"{platform.system()} {platform.release()} {platform.machine()}",
        processors=processors(),
        openmp=runtimes(),
        openmp_silenced=is_silenced(),
    )


def _versions() -> tuple[Version, ...]:
    ours = Version("torchgrade", __version__), Version("python", platform.python_version())
    return (*ours, *(Version(name, found := _version(name), _note(name, found)) for name in _DISTRIBUTIONS))


def _note(name: str, installed: str | None) -> str:
    """Say of a torch that is none that was tried how it stands to those."""
    if name != "torch" or installed is None or internals.was_tried(installed):
        return ""
    if internals.release(installed) < internals.OLDEST:
        return f"too old, nothing is graded: install {internals.TRIED[0]}"
    return f"not tried: the suites are proven on {internals.TRIED[0]}"


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
    devices = ["cpu", *(torch.cuda.get_device_name(index) for index in range(torch.cuda.device_count()))]
    if torch.backends.mps.is_available():
        devices.append("mps")
    if internals.has(internals.SIMULATED):
        devices.append("simulated accelerator")
    without = tuple(use.without for use in internals.USES if not internals.has(use))
    return TorchBuild(torch.version.cuda, torch.get_num_threads(), tuple(devices), without)
