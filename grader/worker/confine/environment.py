"""What a worker inherits: no variables, no arguments, no descriptors of the judge, not even their bytes."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterable

from grader.process import kernel
from grader.worker.confine.policy import Start, Step

# Variables that are passed on if they are set, because a library needs them; none of them is private.
_PASSED = (
    "CUDA_VISIBLE_DEVICES", "CUDA_DEVICE_ORDER", "CUBLAS_WORKSPACE_CONFIG", "KMP_DUPLICATE_LIB_OK", "SYSTEMROOT",
    "TZ",
)  # fmt: skip
_SET = {"LANG": "C.UTF-8", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}

_HEADER_OF_BYTES = bytes.__basicsize__ - 1
_BEYOND_ANY_DESCRIPTOR = 1 << 20
_AFTER_NAME = 3  # the field of /proc/self/stat that follows the program's name
_ARGUMENTS, _VARIABLES = (48, 49), (50, 51)  # fields: where they begin and end


def prepare(dedicated: bool) -> Step:
    """What a worker does to its environment; a `dedicated` server does most of it now, once for all of them.

    Where the blocks cannot be found the variables are dropped, but their bytes stay.
    """
    found = blocks()
    if dedicated:
        _forget(found)

    def apply(start: Start) -> None:
        """Leave this process nothing but a few variables and the descriptors to keep."""
        if not dedicated:
            _forget(found)
        os.environ["HOME"] = os.environ["TMPDIR"] = start.folder
        tempfile.tempdir = None
        _close_all_but(start.keep)

    return Step(("environment",) if found else (), apply)


def blocks() -> tuple[tuple[int, int], ...]:
    """Where the kernel put this process's arguments and variables when it began: address and length."""
    try:
        with open("/proc/self/stat", "rb") as file:
            fields = file.read().rpartition(b")")[2].split()
    except OSError:
        return ()
    ends = [[int(fields[field - _AFTER_NAME]) for field in pair] for pair in (_ARGUMENTS, _VARIABLES)]
    return tuple((begin, end - begin) for begin, end in ends if begin)


def _forget(found: Iterable[tuple[int, int]]) -> None:
    """Forget the judge's variables and arguments."""
    variables = _SET | {name: os.environ[name] for name in _PASSED if name in os.environ}
    if found:
        _overwrite(found)
    os.environ.clear()
    os.environ.update(variables)
    sys.argv[:] = sys.orig_argv[:] = ["worker"]


def _overwrite(found: Iterable[tuple[int, int]]) -> None:
    """Zeros over the block at the end of the stack, the C library's strings elsewhere, and Python's bytes."""
    spans = [range(address, address + length) for address, length in found]
    for address in kernel.environment_strings():
        if not any(address in span for span in spans):
            kernel.erase_string(address)
    for span in spans:
        kernel.erase(span.start, len(span))
    for value in os.environb.values():
        if len(value) > 1:  # shorter ones are shared by all of Python
            kernel.erase(id(value) + _HEADER_OF_BYTES, len(value))
    kernel.clear_environment()


def _close_all_but(keep: Iterable[int]) -> None:
    """Close every other descriptor; a standard stream that is not kept leads nowhere."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in {0, 1, 2}.difference(keep):
        os.dup2(nothing, stream)
    kept = sorted({0, 1, 2}.union(keep))
    for below, above in zip(kept, [*kept[1:], _BEYOND_ANY_DESCRIPTOR], strict=True):
        os.closerange(below + 1, above)
