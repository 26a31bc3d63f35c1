"""A small assembler for the programs by which the kernel filters system calls."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence

from grader.worker.confine.calls import OWN_PROCESS, Check

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
