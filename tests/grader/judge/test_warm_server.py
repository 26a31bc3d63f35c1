"""The workers' server serves hundreds of submissions: what one of them leaves undone does not reach the next."""

from __future__ import annotations

import json
import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from grader.process.kernel import can_fork
from grader.sandbox import forked
from grader.sandbox.forked import ForkServer, NotReady
from grader.sandbox.transport import APART, SandboxProblem, WorkerScratch
from grader.worker import server
from grader.worker.confine import Policy, Prepared, limits
from grader.worker.confine.policy import Start
from grader.worker.server import _receive, _Server

pytestmark = pytest.mark.skipif(not can_fork(), reason="judges stand where processes are forked")

if sys.platform != "win32":
    import resource

POLICY = Policy(scratch=Path(), readable=())
Pair = tuple[socket.socket, socket.socket]


@pytest.fixture
def ends() -> Iterator[Pair]:
    """The judge's and the server's end of a connection."""
    pair = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    yield pair
    for end in pair:
        end.close()


@pytest.fixture
def judge(ends: Pair, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The judge's view of a server, without one."""
    found: Any = object.__new__(ForkServer)
    found._control, found._current = ends[0], None
    monkeypatch.setattr(forked, "FORK_PAUSE", 0.0)
    return found


def say(end: socket.socket, *messages: dict[str, Any]) -> None:
    for message in messages:
        end.sendall(json.dumps(message).encode())


def test_server_goes_on_when_the_system_cannot_fork(ends: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that gets no process says so, and keeps no descriptor of the worker that did not start."""

    def refuse() -> int:
        raise BlockingIOError(11, "no room")

    monkeypatch.setattr(server.os, "fork", refuse)
    descriptor = os.open(os.devnull, os.O_RDONLY)
    _Server(ends[1], Prepared(POLICY, ())).fork(descriptor)
    assert json.loads(ends[0].recv(4096)) == {"pid": 0, "why": "[Errno 11] no room"}
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(descriptor)


def test_judge_asks_again_for_a_worker_when_there_is_no_room(judge: Any, ends: Pair) -> None:
    """A system that is short of processes for a moment fails nobody."""
    say(ends[1], {"pid": 0, "why": "no room"}, {"pid": 0, "why": "no room"}, {"pid": 7})
    assert judge._forked(ends[1].fileno()) == 7


def test_failure_is_of_the_sandbox_when_there_is_no_room_for_long(
    judge: Any, ends: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A system that stays short of processes is no submission's fault."""
    monkeypatch.setattr(forked, "FORK_SECONDS", 0.0)
    say(ends[1], {"pid": 0, "why": "no room"})
    with pytest.raises(SandboxProblem, match="no room"):
        judge._forked(ends[1].fileno())


def test_judge_takes_no_answer_that_was_meant_for_a_process_that_died(
    judge: Any, ends: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After an order everything that the server still had to say is read, up to the answer that is asked for."""
    monkeypatch.setattr(forked.secrets, "randbits", lambda bits: 9)
    say(ends[1], {"pid": 5}, {"status": 0}, {"rested": 8}, {"rested": 9}, {"pid": 6})
    judge.rest()
    assert json.loads(ends[1].recv(4096)) == {"do": "rest", "number": 9}
    assert judge._receive() == {"pid": 6}


def test_rest_fails_when_the_server_has_ended(judge: Any, ends: Pair) -> None:
    """A server that ended is noticed by the judge, and not by the next submission."""
    ends[1].close()
    with pytest.raises(SandboxProblem, match="fork server ended"):
        judge.rest()


def test_server_hears_the_end_of_a_judge_that_left_an_answer_unread(ends: Pair) -> None:
    """The system tells of a reset connection then; the server still removes what it made."""
    say(ends[1], {"pid": 5})
    ends[0].close()
    assert _receive(ends[1]) == ({}, [])


def test_limit_of_threads_goes_on_top_of_what_runs_now(ends: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    """What else a user starts while a judge stands takes no thread from a submission."""
    monkeypatch.setattr(limits.os, "getuid", lambda: 1000)
    counts = iter((10, 300, 0))
    monkeypatch.setattr(limits, "threads_of", lambda user: next(counts))
    lowered: list[int] = []
    monkeypatch.setattr(
        limits, "_lower", lambda which, value, warning=0: which == resource.RLIMIT_NPROC and lowered.append(value)
    )
    monkeypatch.setattr(limits, "_write", lambda path, text: None)
    bounds = limits.prepare(POLICY, None)
    assert bounds is not None
    standing = _Server(ends[1], Prepared(POLICY, (bounds,)), shares_threads=True)
    for _ in range(2):
        standing.prepared.steps[0].apply(Start((), ""))
        standing.count_threads()
    assert [value - POLICY.limits.threads for value in lowered] == [10, 300]


@pytest.mark.parametrize(("room_then", "problem"), [(True, WorkerScratch), (False, NotReady)])
def test_full_folder_is_the_doing_of_a_submission_when_there_is_room_without_it(
    judge: Any, room_then: bool, problem: type[Exception]
) -> None:
    """Whether a submission left no room for a worker beside its own is found out by ending it."""
    current = SimpleNamespace(ended=False, key="task", end=lambda: vars(current).update(ended=True))

    def start(key: str) -> Any:
        if not (current.ended and room_then):
            raise NotReady("no folder")
        return SimpleNamespace(end=lambda: None)

    judge._current, judge._start = current, start
    with pytest.raises(problem):
        judge.worker(1.0, APART)
    assert current.ended
