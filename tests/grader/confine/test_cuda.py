"""What a worker may do where the accelerator is a graphics card. There is none here: its parts are tried one by one."""

from __future__ import annotations

import errno
import mmap
import os
import socket
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from grader.device.choice import CUDA, Accelerator, using
from grader.sandbox.workers import limits_in_use
from grader.worker.confine import DEFAULT_LIMITS, default_policy, prepare, seccomp
from grader.worker.confine.calls import ARCHITECTURES, numbers_on
from grader.worker.confine.policy import _existing
from grader.worker.confine.seccomp import actions

MEBIBYTE, TEBIBYTE = 1 << 20, 1 << 40
MAP_NORESERVE = 0x4000  # which Python has no name for
CONTROLS_OF_THE_DRIVER = (0xC020462A, 0xC8, 0x30000001, 37, 0xC00C4701)
OTHER_CONTROLS = (0x5412, 0x8901, 0x4B3A, 0x12345678, 0x30000003)


@pytest.fixture
def policy(scratch):
    return default_policy(scratch, card=True)


def test_only_the_devices_of_a_card_may_be_controlled(scratch, policy):
    assert default_policy(scratch).devices == ()
    assert all(path.name.startswith(("nvidia", "dxg")) for path in policy.devices)


def test_nothing_private_becomes_readable(scratch, policy):
    more = set(policy.readable) - set(default_policy(scratch).readable)
    assert all(str(path).startswith(("/proc/", "/sys/", "/usr/")) for path in more)


def test_what_is_there_is_found():
    assert _existing(("/dev/nul*", "/dev/nothing-of-that-name")) == (Path("/dev/null"),)


@pytest.fixture(params=sorted(ARCHITECTURES))
def answer(request, policy):
    """Ask the filter beside a card, as test_filter asks the usual one."""
    numbers, table = numbers_on(request.param), actions(request.param, policy.rules, policy.allowed)

    def ask(call, *arguments):
        action = table[numbers[call]]
        return action if isinstance(action, int) else all(held(check, arguments) for check in action)

    return ask


def held(check, arguments):
    """Whether a check holds, read off its definition."""
    value = arguments[check.argument]
    return any(value & mask in values for mask, values in ((check.mask, check.values), *check.other))


def test_the_driver_may_be_controlled_and_nothing_else(answer):
    assert all(answer("ioctl", 3, request) for request in CONTROLS_OF_THE_DRIVER)
    assert not any(answer("ioctl", 3, request) for request in OTHER_CONTROLS)


def test_the_only_socket_is_a_local_one_that_reaches_nobody(answer):
    assert answer("socket", socket.AF_UNIX, socket.SOCK_SEQPACKET | socket.SOCK_CLOEXEC)
    assert not answer("socket", socket.AF_UNIX, socket.SOCK_STREAM)
    assert not answer("socket", socket.AF_INET, socket.SOCK_SEQPACKET)
    assert answer("connect") == answer("accept") == answer("socketpair") == seccomp.error(errno.EPERM)


def reserve():
    flags = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | MAP_NORESERVE
    return len(mmap.mmap(-1, 4 * TEBIBYTE, flags=flags, prot=0))


def test_address_space_may_be_reserved_and_writable_memory_is_limited(under, policy, limited):
    assert under(policy)(reserve) == f"returned {4 * TEBIBYTE}"
    assert limited()(reserve) == "ENOMEM"
    play = under(replace(policy, limits=replace(policy.limits, memory=256 * MEBIBYTE)))
    assert play(lambda: len(bytearray(100 * MEBIBYTE))) == f"returned {100 * MEBIBYTE}"
    assert play(lambda: bytearray(300 * MEBIBYTE)) == "MemoryError"


def test_every_layer_holds_beside_a_card_too(scratch, policy):
    with closing(prepare(default_policy(scratch))) as usual, closing(prepare(policy)) as beside_a_card:
        assert beside_a_card.layers == usual.layers


def test_a_device_of_the_policy_may_be_written_and_no_other(under, policy, started):
    def write():
        return os.write(os.open("/dev/full", os.O_RDWR), b"x")

    assert started(write) == "EACCES"
    assert under(replace(policy, devices=(Path("/dev/full"),)))(write) == "ENOSPC"


def test_a_worker_beside_a_card_computes(under, policy):
    assert under(policy)(lambda: (torch.ones(3, 3) @ torch.ones(3)).tolist()) == "returned [3.0, 3.0, 3.0]"


def test_limits_beside_a_card_are_wider_in_memory_alone():
    with using(Accelerator(CUDA)):
        limits = limits_in_use()
    assert limits_in_use() is DEFAULT_LIMITS
    assert limits.reserving and limits.resident > DEFAULT_LIMITS.resident
    assert (limits.cpu_seconds, limits.threads) == (DEFAULT_LIMITS.cpu_seconds, DEFAULT_LIMITS.threads)
