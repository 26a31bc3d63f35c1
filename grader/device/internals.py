"""Which releases of torch were tried, and every part of torch used here that its documentation does not promise.

Where the installed torch lacks a part, what it is for gives way: it is done without, slower or less strictly, and
`grade doctor` says so. Nobody else names such a part.
"""

from __future__ import annotations

import functools
import pkgutil
import re
from typing import Any, NamedTuple

OLDEST = (2, 10)
TRIED = ("2.13.0", "2.10.0", "2.14.1", "2.15.0")  # the first is that of constraints.txt, on which the suites are proven

_REMEDY = f"`python -m pip install torch=={TRIED[0]}` installs the one on which the suites are proven"


class TorchTooOld(Exception):
    """There is no torch, or one that lacks what suites ask for. Remedy: install the one that the text names."""

    exit_code = 3


def require_torch() -> None:
    """Raise TorchTooOld where the installed torch is older than any that is allowed, without importing it."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        installed = version("torch")
    except PackageNotFoundError:
        raise TorchTooOld(f"torch is not installed: {_REMEDY}") from None
    if release(installed) < OLDEST:
        raise TorchTooOld(f"torch {installed} is too old, {OLDEST[0]}.{OLDEST[1]} is needed: {_REMEDY}")


def release(installed: str) -> tuple[int, ...]:
    """Return the first two numbers of a version."""
    return tuple(int(number) for number in re.findall(r"\d+", installed)[:2])


def was_tried(installed: str) -> bool:
    """Whether somebody has graded with this release, whatever it was built for."""
    return installed.partition("+")[0] in TRIED


class Use(NamedTuple):
    """Parts of torch that serve one purpose, and what is done without them."""

    parts: tuple[str, ...]  # module:name
    without: str


META_KERNELS = Use(
    (
        "torch._C:_dispatch_library",
        "torch._C:_set_generator_metaclass",
        "torch.utils._python_dispatch:_disable_current_modes",
    ),
    "torch's kernels for the meta device are imported at once, a third of the time that importing torch takes",
)
SIMULATED = Use(
    (
        "torch.utils.backend_registration:_setup_privateuseone_for_python_backend",
        "torch._C:_from_dlpack",
        "torch._C:_to_dlpack",
        "torch._C:_get_privateuse1_backend_name",
        "torch._C:DispatchKey",
        "torch._C:DispatchKeySet",
        "torch._C._nn:_parse_to",
    ),
    "no simulated accelerator: device tests meet the CPU, which shows no mistake of devices",
)
REFUSAL = Use(
    (
        "torch._C:_dispatch_has_kernel",
        "torch._C:_dispatch_has_kernel_for_dispatch_key",
        "torch.library:get_kernel",
        "torch:_tensor_str",
    ),
    "a function that a task forbids is found in the record and the source, and not refused below Python",
)
COMPARISON = Use(
    ("torch.testing._comparison:_HAS_DTENSOR",), "a first comparison by torch.testing imports 520 modules more"
)
USES = (META_KERNELS, SIMULATED, REFUSAL, COMPARISON)
# The metaclass that torch gives to Generator, under the names that it has had.
_METACLASSES = ("torch._custom_class_base:CustomClassBaseMeta", "torch._opaque_base:OpaqueBaseMeta")


@functools.cache
def part(path: str) -> Any:
    """Return a part of torch by its `module:name`; None where this torch does not have it."""
    try:
        return pkgutil.resolve_name(path)
    except (ImportError, AttributeError):
        return None


def generator_metaclass() -> Any:
    """Return the metaclass that torch gives to Generator; None where it goes by another name."""
    return next(filter(None, map(part, _METACLASSES)), None)


def has(use: Use) -> bool:
    """Whether this torch has every part that a purpose needs."""
    return all(part(path) is not None for path in use.parts)
