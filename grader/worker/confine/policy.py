"""What a worker may do, as data. The other modules of this package only carry it out.

It is used only where the accelerator of the grading is CUDA. It is written from NVIDIA's documentation and from what
its driver is known to open; no part of it was tried on a card.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from grader.worker.confine.calls import PYTHONS_CONTROLS, Check, Rule

LAYERS = (
    "files", "network", "processes", "system calls", "identity", "environment", "memory", "cpu", "open files",
    "file size", "threads",
)  # fmt: skip


@dataclass(frozen=True)
class Start:
    """What is known of a worker only once it has been forked."""

    keep: tuple[int, ...]  # descriptors that stay open
    folder: str  # its own scratch folder


@dataclass(frozen=True)
class Step:
    """One means of the system, which gives one or several layers."""

    names: tuple[str, ...]  # the layers that hold once it is applied
    apply: Callable[[Start], None]  # confines this process for good; OSError, ValueError where the system refuses
    keep: tuple[int, ...] = ()  # descriptors that are open in the server; applying needs and closes them


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
    from grader.worker.confine.readable import readable_paths

    user = _FIRST_USER + os.getpid() % _USERS
    readable = readable_paths(DISTRIBUTIONS)
    policy = Policy(scratch=scratch.resolve(), readable=readable, limits=limits, user=user)
    return with_card(policy) if card else policy


_GIBIBYTE = 1 << 30

# The driver is spoken to through these, by reading, writing, mapping and control calls.
DEVICES = (
    "/dev/nvidiactl",  # the driver as a whole: which cards there are
    "/dev/nvidia[0-9]*",  # a card
    "/dev/nvidia-uvm",  # memory that host and card address alike
    "/dev/nvidia-uvm-tools",  # opened beside it
    "/dev/nvidia-caps/nvidia-cap*",  # parts of a card that is shared out (MIG)
    "/dev/dxg",  # the card under Windows' Linux
)

# What the driver's library looks up; none of it belongs to anybody.
READABLE = (
    "/proc/driver/nvidia",  # the driver's version and settings
    "/proc/devices",  # the numbers of its devices
    "/proc/meminfo",  # how much memory may be pinned
    "/sys/bus/pci/devices",  # on which bus a card is, and
    "/sys/devices/pci*",  # what that points to
    "/sys/devices/system/node",  # which memory is near it
    "/sys/module/nvidia*",  # whether the parts of the driver are loaded
    "/usr/lib/wsl",  # the driver's libraries under Windows' Linux,
    "/usr/local/nvidia",  # in containers that mount them,
    "/usr/local/cuda*",  # and those of a toolkit beside torch
)

# A process that has torch's kernels loaded keeps far more of them in memory than one without a card.
RESIDENT, WRITABLE = 8 * _GIBIBYTE, 4 * _GIBIBYTE

_UNIX, _SEQUENCED = 1, 5  # AF_UNIX, SOCK_SEQPACKET
_KIND = 0xF  # of a socket, without its flags

CALLS = (
    Rule(
        "the driver's control calls ('F' on a card, 'G' under Windows, plain numbers on memory) and what Python asks",
        ("ioctl",),
        (Check(1, (*PYTHONS_CONTROLS, 0x30000001, 0x30000002),
               other=((0xFF00, (0x4600, 0x4700)), (0xFFFFFF00, (0,)))),),  # fmt: skip
    ),
    Rule(
        "the driver opens a local socket over which a process could ask for this one's memory; none can reach it, "
        "for `connect` stays refused and Landlock keeps processes apart",
        ("socket",),
        (Check(0, (_UNIX,)), Check(1, (_SEQUENCED,), mask=_KIND)),
    ),
)
ALLOWED = ("bind", "listen", "setsockopt")  # of that socket: another kind cannot be made


def with_card(policy: Policy) -> Policy:
    """Return the policy of a worker that may use the graphics cards of this machine."""
    return replace(
        policy,
        readable=tuple(sorted({*policy.readable, *_existing(READABLE)})),
        devices=_existing(DEVICES),
        limits=for_card(policy.limits),
        rules=CALLS,
        allowed=ALLOWED,
    )


def for_card(limits: Limits) -> Limits:
    """Bound memory that may be written: CUDA reserves address space by the terabyte and uses little of it."""
    return replace(
        limits, reserving=True, memory=max(limits.memory, WRITABLE), resident=max(limits.resident, RESIDENT)
    )


def _existing(patterns: tuple[str, ...]) -> tuple[Path, ...]:
    root = Path("/")
    return tuple(sorted({path.resolve() for each in patterns for path in root.glob(each.lstrip("/"))}))
