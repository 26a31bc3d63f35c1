"""Where processes cannot be forked, the next interpreter is ready while the current one is used, and met nothing."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Callable
from typing import Any

import pytest

from grader.judge.parallel import process_context
from grader.judge.subject import open_workers
from grader.process.kernel import START_METHOD, can_fork
from grader.proxy.session import Session
from grader.proxy.submission import Submission
from grader.sandbox.spawned import SpawnedWorkers
from grader.sandbox.transport import SandboxProblem

SOURCE = """
import os

def spoil():
    torch.softmax = os.strerror
    return os.getpid()

def is_spoilt():
    return torch.softmax is os.strerror, os.getpid()
"""


WRITES = """
import os, sys

def write():
    print("forged", file=sys.__stdout__, flush=True)
    os.write(2, b"forged")
    return os.write(1, b"forged")
"""


@pytest.mark.parametrize("workers", ["spawned"], indirect=True)
def test_next_interpreter_has_met_nothing(spawned: SpawnedWorkers, opened: Callable[..., Any]) -> None:
    first = opened(SOURCE, room="a::0").spoil()
    waiting = spawned._next.process
    assert opened(SOURCE, room="a::0").is_spoilt() == (True, first)
    assert waiting.poll() is None  # it waits beside the one that is used
    assert opened(SOURCE, room="a::1").is_spoilt() == (False, waiting.pid)


def test_spawned_worker_cannot_write_where_its_judge_does(capfd: pytest.CaptureFixture[str]) -> None:
    with contextlib.closing(SpawnedWorkers()) as workers:
        session = Session(workers.worker(30.0), {})
        session.load("learned", {"learned": WRITES}, {"learned": session.compile("learned", WRITES)}, 1)
        assert Submission(session).write() == 6
    assert capfd.readouterr() == ("", "")


def test_nothing_is_forked_when_the_start_method_is_spawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(START_METHOD, "spawn")
    workers = open_workers("auto")
    workers.close()
    assert (workers.kind, process_context().get_start_method(), can_fork()) == ("spawned", "spawn", False)


def test_interpreter_that_waits_ends_with_its_source() -> None:
    workers = SpawnedWorkers()
    workers.close()
    assert workers._next.process.poll() is not None


def test_stranger_that_calls_first_is_not_taken_for_the_interpreter() -> None:
    with contextlib.closing(SpawnedWorkers()) as workers, socket.socket() as stranger:
        stranger.connect(workers._next.listener.getsockname())
        stranger.sendall(b"a guess")
        answer, _ = workers.worker(30.0).request({"op": "begin"}, [])
        assert (answer["value"], stranger.recv(1)) == (None, b"")


def test_interpreter_that_cannot_start_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("grader.sandbox.spawned.COMMAND", "raise SystemExit(1)")
    with contextlib.closing(SpawnedWorkers()) as workers, pytest.raises(SandboxProblem, match="ended"):
        workers.worker(1.0)
