"""The fork server as the judge sees it, and the workers that it forks."""

from __future__ import annotations

import contextlib
import gc
import json
import os
import shutil
import signal
import socket
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from grader.device.choice import computes_on_cuda
from grader.sandbox.channel import Channel
from grader.sandbox.errors import SandboxProblem, WorkerDied, WorkerGone, WorkerMemory, WorkerTimeout
from grader.sandbox.transport import APART, Answer
from grader.sandbox.watch import MemoryWatch, ScratchWatch, both, kills_for_memory, limits_in_use
from grader.wire.frame import Buffer, Header

START_SECONDS = 60.0
MAX_MESSAGE = 4096
DYING_SECONDS = 0.5  # from a closed connection to an ended process


class ForkServer:
    """A process that has imported torch; started before the judge reads anything hidden."""

    def __init__(self, confined: bool = True) -> None:
        """Fork the server out of this process, which must have imported torch, run no backward, and no CUDA."""
        self.root = tempfile.mkdtemp(prefix="grade-")
        os.chmod(self.root, 0o711)
        self._control, theirs = socket.socketpair()
        gc.freeze()  # so that the server's collection does not copy every page that it shares with the judge
        self.pid = os.fork()
        if self.pid == 0:
            self._become_server(theirs, confined)
        theirs.close()
        self._control.settimeout(START_SECONDS)
        self._current: _Process | None = None
        self._kills = kills_for_memory()
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
            return ForkedWorker(self._fork(room), seconds)
        if self._current is None or self._current.ended or room != self._current.room or not room:
            if self._current is not None:
                self._current.end()
            self._current = self._fork(room)
        return ForkedWorker(self._current, seconds)

    def _fork(self, room: str) -> _Process:
        ours, theirs = socket.socketpair()
        socket.send_fds(self._control, [json.dumps({"do": "fork"}).encode()], [theirs.fileno()])
        theirs.close()
        pid = int(self._receive()["pid"])
        ours.settimeout(START_SECONDS)
        if not ours.recv(1):
            raise SandboxProblem("a worker could not be confined as its server was; see `grade doctor`")
        return _Process(self, ours, pid, os.path.join(self.root, str(pid)), room)

    def stop_worker(self, pid: int, grace: float = 0.0) -> int:
        """End a worker; return its wait status if it had ended by itself within `grace` seconds, else 0."""
        self._control.sendall(json.dumps({"do": "stop", "pid": pid, "grace": grace}).encode())
        return int(self._receive()["status"])

    def cause_of(self, number: signal.Signals) -> WorkerGone:
        """Tell the end of memory and of processor time from signals that a process sends to itself."""
        before, self._kills = self._kills, kills_for_memory()
        if number == signal.SIGKILL and self._kills > before:
            return WorkerMemory("the system ended the process to get memory back")
        if number == signal.SIGXCPU:
            return WorkerTimeout("the processor time of a test is used up")
        return WorkerDied(f"the process was ended by {number.name}")

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
        """End the worker that is still there for the next test of its room."""
        if self._current is not None:
            self._current.end()
            self._current = None

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


@dataclass
class _Process:
    """A worker process."""

    server: ForkServer
    connection: socket.socket
    pid: int
    scratch: str
    room: str
    ended: bool = False

    def end(self, grace: float = 0.0) -> int:
        """End the process; return its wait status if it ended by itself within `grace` seconds, else 0."""
        if self.ended:
            return 0
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
        self._channel = Channel(process.connection, seconds, watch)

    def request(self, header: Header, buffers: Sequence[Buffer]) -> Answer:
        """Ask the worker. Raises WorkerGone, with the reason that the system gives for a death."""
        try:
            return self._channel.request(header, buffers)
        except WorkerDied as death:
            raise self._cause(death) from None
        except WorkerGone:
            self._process.end()
            raise

    def _cause(self, death: WorkerDied) -> Exception:
        """Turn a broken connection into what ended the process."""
        status = self._process.end(DYING_SECONDS)
        if os.WIFSIGNALED(status):
            return self._process.server.cause_of(signal.Signals(os.WTERMSIG(status)))
        if os.WIFEXITED(status) and status:
            return WorkerDied(f"the process exited with status {os.WEXITSTATUS(status)}")
        return death

    def close(self) -> None:
        """Leave the process to the next test of its room."""
        if self._process.room == APART:
            self._process.end()
