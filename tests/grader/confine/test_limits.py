"""How much of the machine a worker may use."""

from __future__ import annotations

import os
import resource
import signal
import threading
from contextlib import closing
from pathlib import Path

import pytest

from grader.process.kernel import mapped
from grader.worker.confine import Limits, default_policy, prepare

MEBIBYTE = 1 << 20


def test_memory_above_what_was_mapped_is_limited(limited):
    play = limited(memory=256 * MEBIBYTE)
    assert play(lambda: len(bytearray(100 * MEBIBYTE))) == f"returned {100 * MEBIBYTE}"
    assert play(lambda: bytearray(300 * MEBIBYTE)) == "MemoryError"


def test_the_memory_that_is_mapped_already_does_not_count(limited):
    ballast = bytearray(600 * MEBIBYTE)
    assert (
        limited(memory=256 * MEBIBYTE)(lambda: len(bytearray(100 * MEBIBYTE))) == f"returned {100 * MEBIBYTE}"
    )
    assert mapped() > len(ballast)


def wait_status(policy, task) -> int:
    with closing(prepare(policy)) as prepared:
        child = os.fork()
        if child == 0:
            prepared.apply()
            task()
            os._exit(0)
        status = os.waitpid(child, 0)[1]
        prepared.sweep()
    return status


def spin() -> None:
    while True:
        pass


def spin_on() -> None:
    signal.signal(signal.SIGXCPU, signal.SIG_IGN)
    spin()


@pytest.mark.parametrize(("task", "end"), [(spin, signal.SIGXCPU), (spin_on, signal.SIGKILL)])
def test_computing_is_limited_and_the_signal_says_so_unless_it_is_ignored(scratch, task, end):
    policy = default_policy(scratch, Limits(cpu_seconds=1))
    assert os.WTERMSIG(wait_status(policy, task)) == end


def test_open_files_are_limited(limited):
    assert limited(open_files=32)(lambda: [os.open(os.devnull, os.O_RDONLY) for _ in range(64)]) == "EMFILE"


def test_the_size_of_a_file_is_limited(limited):
    def write(count, length):
        with open("file", "wb", buffering=0) as file:
            file.write(bytes(count))
            file.truncate(length)

    play = limited(file_size=MEBIBYTE)
    assert play(lambda: write(MEBIBYTE, MEBIBYTE)) == "returned None"
    assert play(lambda: write(10, MEBIBYTE + 1)) == "EFBIG"
    assert play(lambda: Path("file").write_bytes(bytes(MEBIBYTE + 1))) == "EFBIG"


def test_threads_are_limited(limited):
    def start_many():
        threading.stack_size(1 << 16)
        for _ in range(200):
            threading.Thread(target=threading.Event().wait, daemon=True).start()

    assert limited(threads=20)(start_many) == "RuntimeError"


def test_no_core_is_dumped_and_nothing_pinned(confined):
    assert confined(lambda: resource.getrlimit(resource.RLIMIT_CORE)) == "returned (0, 0)"
    assert confined(lambda: resource.getrlimit(resource.RLIMIT_MEMLOCK)) == "returned (0, 0)"


def test_a_lower_limit_of_the_system_stays(scratch):
    policy = default_policy(scratch, Limits(open_files=1 << 30))
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]

    def within() -> None:
        os._exit(int(resource.getrlimit(resource.RLIMIT_NOFILE) != (most, most)))

    assert wait_status(policy, within) == 0
