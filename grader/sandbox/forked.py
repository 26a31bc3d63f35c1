"""The fork server as the judge sees it, and the workers that it forks."""

from __future__ import annotations

import contextlib
import functools
import gc
import json
import os
import secrets
import shutil
import signal
import socket
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from grader.device.choice import computes_on_cuda
from grader.sandbox.transport import (
    APART,
    Answer,
    Channel,
    SandboxProblem,
    WorkerDied,
    WorkerGone,
    WorkerMemory,
    WorkerScratch,
    WorkerTimeout,
)
from grader.sandbox.watch import (
    MemoryWatch,
    ScratchWatch,
    both,
    kills_for_memory,
    limits_in_use,
    stack_of,
    waited_for_processor,
)
from grader.wire.frame import Buffer, Header

START_SECONDS = 60.0
MAX_MESSAGE = 4096
DYING_SECONDS = 0.5  # from a closed connection to an ended process
FORK_SECONDS = 5.0  # that a system without room for one more process may take to find some
FORK_PAUSE = 0.1
MUCH_MEMORY = 128 * 2**20  # bytes; who has taken less is not whom a system ends to get memory back


class ForkServer:
    """A process that has imported torch; started before the judge reads anything hidden."""

    def __init__(self, confined: bool = True) -> None:
        """Fork the server out of this process, which must have imported torch, run no backward, and no CUDA."""
        self.root = os.path.join(tempfile.gettempdir(), f"grade-{secrets.token_hex(8)}")
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)  # whole messages
        gc.freeze()  # so that the server's collection does not copy every page that it shares with the judge
        self.pid = os.fork()
        if self.pid == 0:
            self._become_server(theirs, confined)
        theirs.close()
        self._control.settimeout(START_SECONDS)
        self._current: _Process | None = None
        self.limits = limits_in_use()
        try:
            hello = self._receive()
        except SandboxProblem:
            self.close()
            raise
        self.layers: tuple[str, ...] = tuple(hello["layers"])
        self.missing: tuple[str, ...] = tuple(hello["missing"])
        self.has_volume = bool(hello["mounted"])

    def _become_server(self, control: socket.socket, confined: bool) -> None:
        try:
            self._control.close()
            _close_all_but(control.fileno())
            os.mkdir(self.root, 0o700)  # here: a judge that is killed removes nothing, and its server does
            os.chmod(self.root, 0o711)
            from grader.worker.server import serve

            serve(control, self.root, confined, computes_on_cuda())
        finally:
            os._exit(70)

    def worker(self, seconds: float, room: str = "") -> ForkedWorker:
        """Return a worker that has `seconds` to answer in all.

        Tests with the same `room` share a process, one after the other, until one of them ends it; a new room
        gets a new process, and the room APART one beside the current.
        """
        if room == APART:
            return ForkedWorker(self._beside(), seconds)
        if self._current is None or self._current.ended or room != self._current.room or not room:
            if self._current is not None:
                self._current.end()
            self._current = self._fork(room)
        return ForkedWorker(self._current, seconds)

    def _beside(self) -> _Process:
        """Return a process beside the current one, which may have left no room in the volume that both share.

        Raises:
            WorkerScratch: there was room once the current one was ended.
            SandboxProblem: there was none then either.
        """
        try:
            return self._fork(APART)
        except NotReady:
            if self._current is None or self._current.ended:
                raise
        self._current.end()
        self._fork(APART).end()
        raise WorkerScratch("it left no room for another folder beside its own")

    def _fork(self, room: str) -> _Process:
        ours, theirs = socket.socketpair()
        with theirs:
            pid = self._forked(theirs.fileno())
        process = _Process(self, ours, pid, os.path.join(self.root, str(pid)), room, kills_for_memory())
        ours.settimeout(START_SECONDS)
        with contextlib.suppress(OSError):
            if ours.recv(1):
                return process
        process.end()
        raise NotReady("a worker could not be confined as its server was; see `grade doctor`")

    def _forked(self, connection: int) -> int:
        """Let the server fork a worker for a connection; return its process id."""
        end = time.monotonic() + FORK_SECONDS
        while True:
            self._say({"do": "fork"}, connection)
            answer = self._receive()
            if pid := int(answer["pid"]):
                return pid
            if time.monotonic() > end:
                raise SandboxProblem(f"the system has no room for one more process: {answer['why']}")
            time.sleep(FORK_PAUSE)

    def stop_worker(self, pid: int, grace: float = 0.0) -> Ending:
        """End a worker; tell how it had ended by itself within `grace` seconds."""
        self._say({"do": "stop", "pid": pid, "grace": grace})
        answer = self._receive()
        return Ending(int(answer["status"]), int(answer["grown"]))

    def _say(self, message: dict[str, Any], *descriptors: int) -> None:
        try:
            socket.send_fds(self._control, [json.dumps(message).encode()], descriptors)
        except OSError as problem:
            raise SandboxProblem(f"the fork server ended ({problem}); see `grade doctor`") from None

    def _receive(self) -> dict[str, Any]:
        try:
            data = self._control.recv(MAX_MESSAGE)
        except OSError as problem:
            raise SandboxProblem(f"the fork server does not answer: {problem}") from None
        if not data:
            raise SandboxProblem("the fork server ended; see `grade doctor`")
        message: dict[str, Any] = json.loads(data)
        return message

    def rest(self) -> None:
        """End every worker there is, also those that a child of this process had; answers meant for it are dropped.

        Raises:
            SandboxProblem: the server has ended, or does not answer.
        """
        if self._current is not None and not self._current.ended:
            self._current.connection.close()
        self._current = None
        number = secrets.randbits(62)
        self._say({"do": "rest", "number": number})
        while self._receive().get("rested") != number:
            pass

    def leave(self) -> None:
        """Let go of the server, which another process uses; it ends with that one."""
        self._control.close()

    def close(self) -> None:
        """End the server and whatever it runs; remove the scratch folders."""
        if self._current is not None and not self._current.ended:
            self._current.connection.close()
        self._control.close()
        with contextlib.suppress(ProcessLookupError, ChildProcessError):
            os.waitpid(self.pid, 0)
        shutil.rmtree(self.root, ignore_errors=True)


def _close_all_but(descriptor: int) -> None:
    """Let go of what the judge has open: another server's socket, held here, would keep that server alive."""
    os.closerange(3, descriptor)
    os.closerange(descriptor + 1, os.sysconf("SC_OPEN_MAX"))


def cause_of(number: signal.Signals, was_short_of_memory: bool) -> WorkerGone:
    """Tell the end of memory and of processor time from signals that a process sends to itself."""
    if number == signal.SIGKILL and was_short_of_memory:
        return WorkerMemory("the system ended the process to get memory back")
    if number == signal.SIGXCPU:
        return WorkerTimeout("the processor time of a test is used up")
    return WorkerDied(f"the process was ended by {number.name}")


class NotReady(SandboxProblem):
    """A worker ended before it was confined, or for want of a folder of its own."""


class Ending(NamedTuple):
    """How a worker ended by itself: its wait status, 0 if it did not, and the bytes by which it had grown."""

    status: int = 0
    grown: int = 0


@dataclass
class _Process:
    """A worker process; `kills` is how often the system had ended a process for memory as it began."""

    server: ForkServer
    connection: socket.socket
    pid: int
    scratch: str
    room: str
    kills: int = 0
    ended: bool = False

    def end(self, grace: float = 0.0) -> Ending:
        """End the process; tell how it had ended by itself within `grace` seconds."""
        if self.ended:
            return Ending()
        self.ended = True
        self.connection.close()
        return self.server.stop_worker(self.pid, grace)


class ForkedWorker:
    """One test's use of a worker process."""

    def __init__(self, process: _Process, seconds: float) -> None:
        """Talk to `process` for at most `seconds`."""
        self.scratch = process.scratch
        self._process = process
        memory = MemoryWatch(process.pid, process.server.limits.resident)
        watch = memory.check if process.server.has_volume else both(memory, ScratchWatch(process.scratch))
        self._channel = Channel(
            process.connection, seconds, watch, functools.partial(waited_for_processor, process.pid)
        )

    def allow(self, seconds: float) -> None:
        """Allow `seconds` for all that follows."""
        self._channel.allow(seconds)

    def request(self, header: Header, buffers: Sequence[Buffer]) -> Answer:
        """Ask the worker. Raises WorkerGone, with the reason that the system gives for a death."""
        try:
            return self._channel.request(header, buffers)
        except WorkerDied as death:
            raise self._cause(death) from None
        except WorkerTimeout as late:
            late.stack = stack_of(self._process.pid, self._channel)
            self._process.end()
            raise
        except WorkerGone:
            self._process.end()
            raise

    def _cause(self, death: WorkerDied) -> Exception:
        """Turn a broken connection into what ended the process."""
        status, grown = self._process.end(DYING_SECONDS)
        if os.WIFSIGNALED(status):
            was_short = grown >= MUCH_MEMORY and kills_for_memory() > self._process.kills
            return cause_of(signal.Signals(os.WTERMSIG(status)), was_short)
        if os.WIFEXITED(status) and status:
            return WorkerDied(f"the process exited with status {os.WEXITSTATUS(status)}")
        return death

    def close(self) -> None:
        """Leave the process to the next test of its room."""
        if self._process.room == APART:
            self._process.end()
