"""The filter of system calls: an assembler of its program and the layer itself; `calls` is the policy."""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct
import sys
from collections.abc import Iterable, Mapping, Sequence

from grader.process import kernel
from grader.worker.confine.calls import (
    ARCHITECTURES,
    HIGHEST,
    LIMITED,
    OWN_PROCESS,
    Check,
    Rule,
    calls,
    numbers_on,
)
from grader.worker.confine.policy import Policy, Start, Step

ALLOW = 0x7FFF0000
_ERROR = 0x00050000

_LOAD, _AND = 0x20, 0x54
_IF_EQUAL, _IF_AT_LEAST, _SKIP, _ANSWER = 0x15, 0x35, 0x05, 0x06
_NUMBER_AT, _ARCHITECTURE_AT, _ARGUMENTS_AT = 0, 4, 16

# Code, jump if true, jump if false, operand. A jump counts the instructions that it leaves out.
Instruction = tuple[int, int, int, int]
Action = int | tuple[Check, ...]

_LAYOUT = struct.Struct("<HBBI")
_OPERAND_AT = 4


def error(number: int) -> int:
    """The action that answers with an error number instead of making the call."""
    return _ERROR | number


def _check(check: Check, refuse: int) -> list[Instruction]:
    """Fall through when the check holds; answer `refuse` otherwise."""
    program = [(_ANSWER, 0, 0, refuse)] if check.among else [(_SKIP, 0, 0, 1), (_ANSWER, 0, 0, refuse)]
    for mask, values in reversed(((check.mask, check.values), *check.other)):
        end = len(program)  # a match jumps behind all that follows it, and a forbidden one onto the answer
        last = len(values) - 1
        jumps = [(_IF_EQUAL, end + last - i - (not check.among), 0, value) for i, value in enumerate(values)]
        program = [*_loaded(check, mask), *jumps, *program]
    return program


def _loaded(check: Check, mask: int) -> list[Instruction]:
    return [(_LOAD, 0, 0, _ARGUMENTS_AT + 8 * check.argument + 4 * check.high), (_AND, 0, 0, mask)]


def _leaf(action: Action, refuse: int) -> list[Instruction]:
    if isinstance(action, int):
        return [(_ANSWER, 0, 0, action)]
    checks = [instruction for check in action for instruction in _check(check, refuse)]
    return [*checks, (_ANSWER, 0, 0, ALLOW)]


def _tree(runs: Sequence[tuple[int, Action]], refuse: int) -> list[Instruction]:
    """A binary search over runs of numbers with one action each: a dozen steps for any call."""
    if len(runs) == 1:
        return _leaf(runs[0][1], refuse)
    middle = len(runs) // 2
    below, above = _tree(runs[:middle], refuse), _tree(runs[middle:], refuse)
    return [(_IF_AT_LEAST, len(below), 0, runs[middle][0]), *below, *above]


def _runs(actions: Mapping[int, Action]) -> list[tuple[int, Action]]:
    """Each action with the first number that has it; what equals the number before is left out."""
    numbers = sorted(actions)
    return [
        (number, actions[number])
        for previous, number in zip([None, *numbers], numbers, strict=False)
        if previous is None or actions[previous] != actions[number]
    ]


def assemble(architecture: int, actions: Mapping[int, Action], refuse: int) -> list[Instruction]:
    """A filter that refuses other architectures; a number without an action has that of the nearest below."""
    return [
        (_LOAD, 0, 0, _ARCHITECTURE_AT),
        (_IF_EQUAL, 1, 0, architecture),
        (_ANSWER, 0, 0, refuse),
        (_LOAD, 0, 0, _NUMBER_AT),
        *_tree(_runs(actions), refuse),
    ]


def encode(program: Sequence[Instruction]) -> tuple[bytes, tuple[int, ...]]:
    """The kernel's bytes, and where in them the worker's own process id is to be written."""
    own = [index for index, (*_, operand) in enumerate(program) if operand == OWN_PROCESS]
    words = [(code, yes, no, operand & 0xFFFFFFFF) for code, yes, no, operand in program]
    places = tuple(_LAYOUT.size * index + _OPERAND_AT for index in own)
    return b"".join(_LAYOUT.pack(*word) for word in words), places


_GET_FILTER_MODE, _SET_FILTER_MODE, _FILTER = 21, 22, 2  # PR_GET_SECCOMP, PR_SET_SECCOMP, SECCOMP_MODE_FILTER
_FIRST_OF_X32 = 0x40000000


def actions(machine: str, rules: Iterable[Rule] = (), allowed: Iterable[str] = ()) -> dict[int, Action]:
    """What the filter answers to each number, for every number that exists and from there on.

    A call that is `allowed` is not refused, and `rules` say of others when they are.
    """
    numbers, refuse, unknown = numbers_on(machine), error(errno.EPERM), error(errno.ENOSYS)
    table: dict[int, Action] = dict.fromkeys(range(HIGHEST + 1), ALLOW)
    table |= {HIGHEST + 1: unknown, _FIRST_OF_X32: refuse}
    answers: dict[str, Action] = dict.fromkeys(calls("refused"), refuse)
    answers |= dict.fromkeys(calls("unknown"), unknown) | dict.fromkeys(allowed, ALLOW)
    answers |= {name: rule.checks for rule in (*LIMITED, *rules) for name in rule.names}
    return table | {numbers[name]: answer for name, answer in answers.items() if name in numbers}


def prepare(policy: Policy) -> Step | None:
    """The filter for this machine, or nothing where the kernel has none or its numbers are not known."""
    machine = platform.machine()
    if sys.platform != "linux" or machine not in ARCHITECTURES or sys.maxsize < 2**32:
        return None
    try:
        kernel.control(_GET_FILTER_MODE)
    except OSError:
        return None
    answers = actions(machine, policy.rules, policy.allowed)
    code, own_process_at = encode(assemble(ARCHITECTURES[machine][0], answers, error(errno.EPERM)))
    program = ctypes.create_string_buffer(code, len(code))  # of which each worker has its own copy
    pointer = struct.pack("@HP", len(code) // _LAYOUT.size, ctypes.addressof(program))
    header = ctypes.create_string_buffer(pointer, len(pointer))

    def apply(start: Start) -> None:
        """Filter every system call that this process makes from now on."""
        for place in own_process_at:
            struct.pack_into("<I", program, place, os.getpid())
        kernel.never_more_rights()
        kernel.control(_SET_FILTER_MODE, _FILTER, ctypes.addressof(header))

    return Step(("system calls", "processes", "network"), apply)
