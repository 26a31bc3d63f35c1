"""The fork server as the judge sees it, and the workers that it forks."""

from __future__ import annotations

import contextlib
import gc
import json
import os
import secrets
import shutil
import signal
import socket
import tempfile
import time
from pathlib import Path
from typing import Any

from grader.device.choice import computes_on_cuda
from grader.sandbox.transport import (
    SandboxProblem,
    WorkerDied,
    WorkerGone,
    WorkerMemory,
    WorkerScratch,
    WorkerTimeout,
)
from grader.sandbox.workers import ProcessSource, WorkerProcess

START_SECONDS = 60.0
MAX_MESSAGE = 4096
FORK_SECONDS = 5.0  # that a system without room for one more process may take to find some
FORK_PAUSE = 0.1
MUCH_MEMORY = 128 * 2**20  # bytes; who has taken less is not whom a system ends to get memory back


class ForkServer(ProcessSource):
    """A process that has imported torch; started before the judge reads anything hidden."""

    kind = "forked"

    def __init__(self) -> None:
        """Fork the server out of this process, which must have imported torch, run no backward, and no CUDA."""
        self.root = os.path.join(tempfile.gettempdir(), f"grade-{secrets.token_hex(8)}")
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)  # whole messages
        gc.freeze()  # so that the server's collection does not copy every page that it shares with the judge
        self.pid = os.fork()
        if self.pid == 0:
            self._become_server(theirs)
        theirs.close()
        self._control.settimeout(START_SECONDS)
        try:
            hello = self._receive()
        except SandboxProblem:
            self.close()
            raise
        self.layers = tuple(hello["layers"])
        self.missing = tuple(hello["missing"])
        self.has_volume = bool(hello["mounted"])

    def _become_server(self, control: socket.socket) -> None:
        try:
            self._control.close()
            _close_all_but(control.fileno())
            os.mkdir(self.root, 0o700)  # here: a judge that is killed removes nothing, and its server does
            os.chmod(self.root, 0o711)
            from grader.worker.server import serve

            serve(control, Path(self.root), computes_on_cuda())
        finally:
            os._exit(70)

    def _beside(self) -> WorkerProcess:
        """Return a process beside the current one, which may have left no room in the volume that both share.

        Raises:
            WorkerScratch: there was room once the current one was ended.
            SandboxProblem: there was none then either.
        """
        try:
            return super()._beside()
        except NotReady:
            if self._current is None or self._current.ended:
                raise
        self._current.end()
        super()._beside().end()
        raise WorkerScratch("it left no room for another folder beside its own")

    def _start(self, key: str) -> WorkerProcess:
        ours, theirs = socket.socketpair()
        with theirs:
            pid = self._forked(theirs.fileno())
        process = _ForkedProcess(self, ours, pid, key)
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

    def stop_worker(self, pid: int, grace: float) -> tuple[int, int]:
        """End a worker.

        Returns:
            The wait status with which it ended by itself within `grace` seconds, 0 if it did not, and the bytes by
            which it had grown.
        """
        self._say({"do": "stop", "pid": pid, "grace": grace})
        answer = self._receive()
        return int(answer["status"]), int(answer["grown"])

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
        self._hang_up()
        number = secrets.randbits(62)
        self._say({"do": "rest", "number": number})
        while self._receive().get("rested") != number:
            pass

    def _hang_up(self) -> None:
        if self._current is not None and not self._current.ended:
            self._current.connection.close()
        self._current = None

    def close(self) -> None:
        """End the server and whatever it runs; remove the scratch folders."""
        self._hang_up()
        self._control.close()
        with contextlib.suppress(ProcessLookupError, ChildProcessError):
            os.waitpid(self.pid, 0)
        shutil.rmtree(self.root, ignore_errors=True)


def _close_all_but(descriptor: int) -> None:
    """Let go of what the judge has open: another server's socket, held here, would keep that server alive."""
    os.closerange(3, descriptor)
    os.closerange(descriptor + 1, os.sysconf("SC_OPEN_MAX"))


class NotReady(SandboxProblem):
    """A worker ended before it was confined, or for want of a folder of its own."""


class _ForkedProcess(WorkerProcess):
    """A process that the server has forked, and ends."""

    def __init__(self, server: ForkServer, connection: socket.socket, pid: int, key: str) -> None:
        super().__init__(connection, pid, os.path.join(server.root, str(pid)), key, server.has_volume)
        self._server, self._kills = server, kills_for_memory()

    def _end(self, grace: float) -> WorkerGone | None:
        self.connection.close()
        status, grown = self._server.stop_worker(self.pid, grace)
        if os.WIFSIGNALED(status):
            was_short = grown >= MUCH_MEMORY and kills_for_memory() > self._kills
            return cause_of(signal.Signals(os.WTERMSIG(status)), was_short)
        if os.WIFEXITED(status) and status:
            return WorkerDied(f"the process exited with status {os.WEXITSTATUS(status)}")
        return None


def cause_of(number: signal.Signals, was_short_of_memory: bool) -> WorkerGone:
    """Tell the end of memory and of processor time from signals that a process sends to itself."""
    if number == signal.SIGKILL and was_short_of_memory:
        return WorkerMemory("the system ended the process to get memory back")
    if number == signal.SIGXCPU:
        return WorkerTimeout("the processor time of a test is used up")
    return WorkerDied(f"the process was ended by {number.name}")


def kills_for_memory() -> int:
    """How many processes this system has ended for want of memory; 0 where it does not say."""
    try:
        with open("/proc/vmstat", encoding="ascii") as file:
            counts = dict(line.split() for line in file)
    except (OSError, ValueError):
        return 0
    return int(counts.get("oom_kill", 0))
