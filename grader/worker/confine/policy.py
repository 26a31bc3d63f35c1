"""What a worker may do, as data. The other modules of this package only carry it out."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

_MEBIBYTE = 1 << 20

# What a learner may import besides the standard library; what these need comes along.
DISTRIBUTIONS = ("torch", "numpy", "safetensors")

# A worker that is started by root runs as a user that owns nothing, another one for each server.
_FIRST_USER, _USERS = 61_184, 4_000


@dataclass(frozen=True)
class Limits:
    """How much of the machine a worker may use."""

    memory: int = 2048 * _MEBIBYTE  # address space above what is mapped when the worker starts
    cpu_seconds: int = 60
    open_files: int = 128
    file_size: int = 64 * _MEBIBYTE
    scratch_size: int = 128 * _MEBIBYTE  # of all files in the scratch folder
    scratch_files: int = 1000  # and folders
    threads: int = 128  # above those that the same user runs already


DEFAULT_LIMITS = Limits()


@dataclass(frozen=True)
class Policy:
    """Everything that decides how a worker is confined."""

    scratch: Path  # the one folder that may be written; a worker gets a folder of its own in it
    readable: tuple[Path, ...]  # files, and folders with all that is beneath
    writable: tuple[Path, ...] = (Path("/dev/null"),)
    limits: Limits = DEFAULT_LIMITS
    user: int = _FIRST_USER


def default_policy(scratch: Path, limits: Limits = DEFAULT_LIMITS) -> Policy:
    """The policy of a grading on this machine, with this interpreter."""
    from grader.worker.confine.readable import readable_paths

    user = _FIRST_USER + os.getpid() % _USERS
    return Policy(scratch=scratch.resolve(), readable=readable_paths(DISTRIBUTIONS), limits=limits, user=user)
