"""What a graphics card needs of a worker's policy, as data, each with its reason; nothing else is widened.

It is used only where the accelerator of the grading is CUDA. It is written from NVIDIA's documentation and from what
its driver is known to open; no part of it was tried on a card.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from grader.worker.confine.calls import Check, Rule
from grader.worker.confine.policy import Limits, Policy

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
        (
            Check(
                1,
                (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451, 0x30000001, 0x30000002),
                other=((0xFF00, (0x4600, 0x4700)), (0xFFFFFF00, (0,))),
            ),
        ),
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
