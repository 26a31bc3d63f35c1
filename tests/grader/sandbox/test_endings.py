"""Whatever a submission does to its process, the judge hears of it in time and goes on."""

from __future__ import annotations

import io
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from grader.proxy.submission import Submission
from grader.sandbox import workers
from grader.sandbox.transport import (
    MOST_WAITING,
    Channel,
    WorkerDied,
    WorkerGone,
    WorkerMemory,
    WorkerTimeout,
)
from grader.sandbox.workers import waited_for_processor

Opened = Callable[..., Submission]

SECONDS = 0.4
SLACK = 1.5  # seconds on a busy machine

LATE = """
    import time
    import threading

    def busy():
        while True:
            pass

    def asleep():
        time.sleep(1000)

    def swallows():
        while True:
            try:
                while True:
                    time.sleep(0.01)
            except BaseException:
                pass

    def blocks_in_c():
        sum(range(10**12))

    def ignores_signals():
        import signal
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGALRM):
            signal.signal(number, signal.SIG_IGN)
        busy()

    def in_threads():
        for _ in range(3):
            threading.Thread(target=busy).start()
        busy()

    def drips(n):
        time.sleep(0.15)
        return n
"""

DEADLY = """
    import os
    import signal
    import ctypes
    import sys

    def exits():
        os._exit(3)

    def exits_well():
        os._exit(0)

    def terminates():
        os.kill(os.getpid(), signal.SIGTERM)

    def aborts():
        os.abort()

    def segfaults():
        ctypes.string_at(0)

    def leaves():
        sys.exit(3)

    def one():
        return 1
"""


FORKED = pytest.mark.parametrize("workers", ["forked"], indirect=True)
SPAWNED = pytest.mark.parametrize("workers", ["spawned"], indirect=True)


@FORKED
@pytest.mark.parametrize(
    "name", ["busy", "asleep", "swallows", "blocks_in_c", "ignores_signals", "in_threads"]
)
def test_deadline_holds(opened: Opened, name: str) -> None:
    submission = opened(LATE)
    submission._session.transport.allow(SECONDS)
    started = time.monotonic()
    with pytest.raises(WorkerTimeout):
        getattr(submission, name)()
    assert time.monotonic() - started < (1 + MOST_WAITING) * SECONDS + SLACK  # its threads wait for each other
    assert opened(LATE).drips(1) == 1


@SPAWNED
def test_deadline_of_a_spawned_worker_holds(opened: Opened) -> None:
    submission = opened(LATE)
    submission._session.transport.allow(SECONDS)
    with pytest.raises(WorkerTimeout):
        submission.swallows()


@pytest.mark.parametrize(("name", "code"), [("busy", ("while True:", "pass")), ("asleep", ("time.sleep(1000)",))])
def test_late_worker_says_where_it_stands(opened: Opened, name: str, code: tuple[str, ...]) -> None:
    submission = opened(LATE)
    submission._session.transport.allow(SECONDS)
    with pytest.raises(WorkerTimeout) as late:
        getattr(submission, name)()
    assert [frame.function for frame in late.value.frames] == [name]
    assert late.value.frames[-1].text in code


@FORKED
def test_deadline_is_for_all_calls_of_a_test_together(opened: Opened) -> None:
    submission = opened(LATE)
    submission._session.transport.allow(SECONDS)
    with pytest.raises(WorkerTimeout):
        for n in range(6):
            submission.drips(n)


def test_deadline_does_not_count_the_judge(opened: Opened) -> None:
    submission = opened(LATE)
    submission._session.transport.allow(SECONDS)
    time.sleep(SECONDS + 0.1)
    assert submission.drips(5) == 5


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("exits", "status 3"),
        ("exits_well", "ended|status 0"),
        ("terminates", "SIGTERM"),
        ("aborts", "SIGABRT"),
    ],
)
@FORKED
def test_death_is_told_with_its_reason(opened: Opened, name: str, reason: str) -> None:
    submission = opened(DEADLY)
    with pytest.raises(WorkerDied, match=reason):
        getattr(submission, name)()
    assert opened(DEADLY).one() == 1


@SPAWNED
def test_death_of_a_spawned_worker_is_told(opened: Opened) -> None:
    with pytest.raises(WorkerDied, match="status 3"):
        opened(DEADLY).exits()
    with pytest.raises(WorkerDied, match="SIGABRT"):
        opened(DEADLY).aborts()
    assert opened(DEADLY).one() == 1


@FORKED
def test_segmentation_fault_is_told(opened: Opened) -> None:
    with pytest.raises(WorkerGone):
        opened(DEADLY).segfaults()
    assert opened(DEADLY).one() == 1


@FORKED
def test_worker_is_gone_after_its_end(opened: Opened) -> None:
    submission = opened(DEADLY)
    with pytest.raises(WorkerGone):
        submission.exits()
    with pytest.raises(WorkerGone):
        submission.one()


@FORKED
def test_death_at_import_is_told(opened: Opened) -> None:
    with pytest.raises(WorkerDied):
        opened("import os; os._exit(1)")


def test_exit_by_exception_does_not_end_the_worker(opened: Opened) -> None:
    submission = opened(DEADLY)
    with pytest.raises(Exception, match="SystemExit"):
        submission.leaves()
    assert submission.one() == 1


@FORKED
def test_too_much_memory_is_told(opened: Opened) -> None:
    submission = opened("""
    def hoard():
        kept = []
        while True:
            kept.append(torch.ones(2**24))
    """)
    with pytest.raises((WorkerMemory, RuntimeError)) as failure:
        submission.hoard()
    assert isinstance(failure.value, WorkerMemory) or "allocate memory" in str(failure.value)


# Rooms


COUNTING = """
    import builtins
    import os

    builtins.count = getattr(builtins, "count", 0) + 1

    def process():
        return os.getpid()

    def leave(path):
        with open(path, "w") as file:
            file.write("x")

    def there(path):
        return os.path.exists(path)
"""


def test_tests_of_one_room_share_a_process(opened: Opened) -> None:
    first = opened(COUNTING, room="one::test").process()
    assert opened(COUNTING, room="one::test").process() == first


def test_another_task_gets_another_process(opened: Opened) -> None:
    first = opened(COUNTING, room="one::test").process()
    assert opened(COUNTING, room="two::test").process() != first


def test_another_room_of_the_same_task_gets_another_process(opened: Opened) -> None:
    """What failed beside others is tried again alone: in a process that has served no other test."""
    first = opened(COUNTING, room="one::1").process()
    assert opened(COUNTING, room="one::2").process() != first


def test_failure_gives_another_process(opened: Opened) -> None:
    submission = opened(COUNTING + DEADLY, room="one::test")
    first = submission.process()
    with pytest.raises(WorkerDied):
        submission.exits()
    assert opened(COUNTING, room="one::test").process() != first


def test_files_of_a_room_are_gone_in_the_next(opened: Opened) -> None:
    submission = opened(COUNTING, room="one::test")
    path = submission.scratch + "/kept"
    submission.leave(path)
    submission._session.transport.close()
    assert opened(COUNTING, room="two::test").there(path) is False


# What a worker waits for a processor


@pytest.fixture
def silent() -> Iterator[Callable[..., float]]:
    """Ask somebody who never answers; return after how many seconds that was given up."""
    ours, theirs = socket.socketpair()

    def ask(seconds: float, waited: Callable[[], float]) -> float:
        channel, started = Channel(ours, seconds, lambda: None, waited), time.monotonic()
        with pytest.raises(WorkerTimeout):
            channel.request({"op": "x"}, [])
        return time.monotonic() - started

    yield ask
    ours.close(), theirs.close()


def test_deadline_moves_by_what_the_worker_waits_for_a_processor(silent: Callable[..., float]) -> None:
    """A worker that runs half of the time has twice the time."""
    started = time.monotonic()
    assert 0.5 < silent(0.3, lambda: (time.monotonic() - started) / 2) < 0.6 + SLACK


def test_deadline_does_not_move_for_a_worker_that_sleeps(silent: Callable[..., float]) -> None:
    assert silent(0.3, lambda: 0.0) < 0.3 + SLACK


def test_deadline_moves_within_bounds_whatever_a_worker_waits_for(silent: Callable[..., float]) -> None:
    """Many threads of a submission wait for each other."""
    started = time.monotonic()
    assert silent(0.2, lambda: 100 * (time.monotonic() - started)) < (1 + MOST_WAITING) * 0.2 + SLACK


@pytest.mark.skipif(not Path("/proc/self/schedstat").exists(), reason="this system does not say")
def test_a_process_that_sleeps_waits_for_no_processor() -> None:
    sleeper = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    try:
        time.sleep(0.5)
        before = waited_for_processor(sleeper.pid)
        time.sleep(0.3)
        assert waited_for_processor(sleeper.pid) - before < 0.05
    finally:
        sleeper.kill()
        sleeper.wait()
    assert waited_for_processor(sleeper.pid) == 0


def test_thread_that_has_ended_hides_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    def opened(file: str, **_: str) -> io.StringIO:
        if "/8/" in file:
            raise FileNotFoundError(file)
        return io.StringIO("1 2000000000 3")

    monkeypatch.setattr(workers.os, "listdir", lambda folder: ["7", "8", "9"])
    monkeypatch.setattr(workers, "open", opened, raising=False)
    assert waited_for_processor(1) == 4.0
