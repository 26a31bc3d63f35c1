"""The program that filters system calls, run on a model of the kernel's machine, for every architecture."""

from __future__ import annotations

import errno
import struct

import pytest

from grader.worker.confine import seccomp
from grader.worker.confine.calls import ARCHITECTURES, HIGHEST, LIMITED, calls, numbers_on
from grader.worker.confine.seccomp import actions

OWN = 4321
ALLOWED, REFUSED_BY, NOT_KNOWN = seccomp.ALLOW, seccomp.error(errno.EPERM), seccomp.error(errno.ENOSYS)


def run(code: bytes, architecture: int, number: int, *arguments: int) -> int:
    """What the kernel would answer: an independent reading of its manual."""
    words = [argument & (1 << 64) - 1 for argument in (*arguments, 0, 0, 0, 0, 0, 0)[:6]]
    data = struct.pack("<IIQ6Q", number, architecture, 0, *words)
    program = list(struct.iter_unpack("<HBBI", code))
    at = held = 0
    while True:
        operation, yes, no, operand = program[at]
        at += 1
        match operation:
            case 0x20:
                (held,) = struct.unpack_from("<I", data, operand)
            case 0x54:
                held &= operand
            case 0x15:
                at += yes if held == operand else no
            case 0x35:
                at += yes if held >= operand else no
            case 0x05:
                at += operand
            case 0x06:
                return operand


@pytest.fixture(params=sorted(ARCHITECTURES))
def kernel(request):
    """Ask the filter of one architecture by name."""
    architecture, numbers = ARCHITECTURES[request.param][0], numbers_on(request.param)
    code, places = seccomp.encode(seccomp.assemble(architecture, actions(request.param), REFUSED_BY))
    for place in places:
        code = code[:place] + struct.pack("<I", OWN) + code[place + 4 :]

    def ask(call, *arguments, architecture=architecture):
        return run(code, architecture, numbers.get(call, call), *arguments)

    ask.numbers = numbers
    return ask


def test_every_number_gets_what_the_policy_says(kernel):
    refused = {kernel.numbers[name] for name in calls("refused") if name in kernel.numbers}
    unknown = {kernel.numbers[name] for name in calls("unknown")}
    limited = {kernel.numbers[name] for rule in LIMITED for name in rule.names if name in kernel.numbers}
    for number in set(range(HIGHEST + 1)) - limited:
        want = REFUSED_BY if number in refused else NOT_KNOWN if number in unknown else ALLOWED
        assert kernel(number) == want, number


def test_numbers_beyond_the_known_are_unknown_and_those_of_x32_refused(kernel):
    assert {kernel(number) for number in (HIGHEST + 1, 1000, 0x3FFFFFFF)} == {NOT_KNOWN}
    assert {kernel(number) for number in (0x40000000, 0x40000002, 0xFFFFFFFF)} == {REFUSED_BY}


def test_another_architecture_is_refused(kernel):
    assert {kernel(number, architecture=0x40000003) for number in (0, 1, 11, 60)} == {REFUSED_BY}


def test_clone_makes_threads_only(kernel):
    assert kernel("clone", 0x003D0F00) == ALLOWED
    assert kernel("clone", 0x01200011) == REFUSED_BY


@pytest.mark.parametrize("call", ["kill", "tgkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo"])
def test_signals_reach_the_own_process_only(kernel, call):
    assert kernel(call, OWN) == ALLOWED
    assert {kernel(call, target) for target in (0, 1, -1, -OWN, OWN + 1)} == {REFUSED_BY}


def test_limits_are_read_and_not_written(kernel):
    assert {kernel("prlimit64", who, 7, 0, 0xFFFF) for who in (0, OWN)} == {ALLOWED}
    assert {kernel("prlimit64", 0, 7, new, 0) for new in (1, 1 << 32, 0x7FFF00000000)} == {REFUSED_BY}
    assert kernel("prlimit64", 1, 7, 0, 0) == REFUSED_BY


def test_a_file_is_not_truncated_by_opening_it_for_reading(kernel):
    truncate, write = 0o1000, 0o1
    assert kernel("openat", 0, 0, truncate) == REFUSED_BY
    assert {kernel("openat", 0, 0, flags) for flags in (0, write, write | truncate, 2 | truncate)} == {
        ALLOWED
    }


def test_only_harmless_controls_pass(kernel):
    assert {kernel("ioctl", 3, request) for request in (0x5401, 0x5421, 0x5451)} == {ALLOWED}
    assert {kernel("ioctl", 3, request) for request in (0x5412, 0x8901, 0)} == {REFUSED_BY}
    assert {kernel("fcntl", 3, command) for command in (0, 1, 2, 3, 4, 1030)} == {ALLOWED}
    assert {kernel("fcntl", 3, command) for command in (8, 10, 15, 1024, 1026)} == {REFUSED_BY}
