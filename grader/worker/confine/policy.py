"""What a worker may do, as data. The other modules of this package only carry it out."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from grader.worker.confine.calls import Rule

LAYERS = (
    "files",
    "network",
    "processes",
    "system calls",
    "identity",
    "environment",
    "memory",
    "cpu",
    "open files",
    "file size",
    "threads",
)


@dataclass(frozen=True)
class Start:
    """What is known of a worker only once it has been forked."""

    keep: tuple[int, ...]  # descriptors that stay open
    folder: str  # its own scratch folder


class Layer(Protocol):
    """One means of the system, which gives one or several layers."""

    @property
    def names(self) -> tuple[str, ...]:
        """The layers that hold once it is applied."""

    def apply(self, start: Start) -> None:
        """Confine this process for good; raises OSError or ValueError where the system refuses."""


_MEBIBYTE = 1 << 20

# What a learner may import besides the standard library; what these need comes along.
DISTRIBUTIONS = ("torch", "numpy", "safetensors")

# A worker that is started by root runs as a user that owns nothing, another one for each server.
_FIRST_USER, _USERS = 61_184, 4_000


@dataclass(frozen=True)
class Limits:
    """How much of the machine a worker may use."""

    memory: int = 2048 * _MEBIBYTE  # address space above what is mapped when the worker starts
    reserving: bool = False  # count only what may be written, not address space that is reserved
    resident: int = 2048 * _MEBIBYTE  # in use, as the judge sees it while it waits
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
    devices: tuple[Path, ...] = ()  # that may be read, written and controlled
    rules: tuple[Rule, ...] = ()  # these calls are limited otherwise than usual
    allowed: tuple[str, ...] = ()  # these are not refused


def default_policy(scratch: Path, limits: Limits = DEFAULT_LIMITS, card: bool = False) -> Policy:
    """The policy of a grading on this machine, with this interpreter; with `card` it may use graphics cards."""
    from grader.worker.confine import cuda
    from grader.worker.confine.readable import readable_paths

    user = _FIRST_USER + os.getpid() % _USERS
    readable = readable_paths(DISTRIBUTIONS)
    policy = Policy(scratch=scratch.resolve(), readable=readable, limits=limits, user=user)
    return cuda.with_card(policy) if card else policy
