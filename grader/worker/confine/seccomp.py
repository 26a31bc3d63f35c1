"""The filter of system calls: `calls` is the policy, `bpf` the assembler, this the layer."""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct
import sys
from collections.abc import Iterable
from dataclasses import dataclass

from grader.process import kernel
from grader.worker.confine import bpf
from grader.worker.confine.bpf import ARCHITECTURES, HIGHEST
from grader.worker.confine.calls import LIMITED, REFUSED, UNKNOWN, Rule
from grader.worker.confine.policy import Policy, Start

_GET_FILTER_MODE, _SET_FILTER_MODE, _FILTER = 21, 22, 2  # PR_GET_SECCOMP, PR_SET_SECCOMP, SECCOMP_MODE_FILTER
_FIRST_OF_X32 = 0x40000000


def actions(
    numbers: dict[str, int], rules: Iterable[Rule] = (), allowed: Iterable[str] = ()
) -> dict[int, bpf.Action]:
    """What the filter answers to each number, for every number that exists and from there on.

    A call that is `allowed` is not refused, and `rules` say of others when they are.
    """
    refuse, unknown = bpf.error(errno.EPERM), bpf.error(errno.ENOSYS)
    table: dict[int, bpf.Action] = dict.fromkeys(range(HIGHEST + 1), bpf.ALLOW)
    table |= {HIGHEST + 1: unknown, _FIRST_OF_X32: refuse}
    for group in REFUSED:
        table |= {numbers[name]: refuse for name in group.names if name in numbers}
    table |= {numbers[name]: unknown for name in UNKNOWN.names if name in numbers}
    table |= {numbers[name]: bpf.ALLOW for name in allowed if name in numbers}
    for rule in (*LIMITED, *rules):
        table |= {numbers[name]: rule.checks for name in rule.names if name in numbers}
    return table


@dataclass(frozen=True)
class SystemCalls:
    """A filter ready to be switched on, but for the process id of the worker."""

    program: ctypes.Array[ctypes.c_char]  # of which each worker has its own copy
    header: ctypes.Array[ctypes.c_char]
    own_process_at: tuple[int, ...]

    names: tuple[str, ...] = ("system calls", "processes", "network")

    def apply(self, start: Start) -> None:
        """Filter every system call that this process makes from now on."""
        own = os.getpid()
        for place in self.own_process_at:
            struct.pack_into("<I", self.program, place, own)
        kernel.never_more_rights()
        kernel.control(_SET_FILTER_MODE, _FILTER, ctypes.addressof(self.header))


def prepare(policy: Policy) -> SystemCalls | None:
    """The filter for this machine, or nothing where the kernel has none or its numbers are not known."""
    machine = platform.machine()
    if sys.platform != "linux" or machine not in ARCHITECTURES or sys.maxsize < 2**32:
        return None
    try:
        kernel.control(_GET_FILTER_MODE)
    except OSError:
        return None
    architecture, numbers = ARCHITECTURES[machine]
    code, own_process_at = bpf.encode(
        bpf.assemble(architecture, actions(numbers, policy.rules, policy.allowed), bpf.error(errno.EPERM))
    )
    program = ctypes.create_string_buffer(code, len(code))
    header = struct.pack("@HP", len(code) // 8, ctypes.addressof(program))
    return SystemCalls(program, ctypes.create_string_buffer(header, len(header)), own_process_at)
