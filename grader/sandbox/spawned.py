"""Workers where a process cannot be forked: each is a new interpreter, which costs seconds and behaves the same."""

from __future__ import annotations

import contextlib
import functools
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass

from grader.device.choice import chosen, computes_on_cuda
from grader.sandbox.transport import (
    APART,
    Answer,
    Channel,
    SandboxProblem,
    WorkerDied,
    WorkerGone,
    WorkerTimeout,
)
from grader.sandbox.watch import (
    MemoryWatch,
    ScratchWatch,
    both,
    limits_in_use,
    stack_of,
    waited_for_processor,
)
from grader.wire.frame import Buffer, Header

START_SECONDS = 120.0
COMMAND = """
from grader.process.speedups import put_off
put_off()
from grader.worker.spawn import main
main()
"""
MISSING = ("files", "network", "processes", "system calls", "identity", "memory", "cpu")
PASSED_ON = ("SYSTEMROOT", "PATH")  # what an interpreter needs to start; no tokens, no home
FOR_A_CARD = (
    "CUDA_VISIBLE_DEVICES",
    "CUDA_DEVICE_ORDER",
    "LD_LIBRARY_PATH",
)  # so that it is the judge's card


class SpawnedWorkers:
    """Starts interpreters; they call back on a loopback socket and show a token that only they were given."""

    missing = MISSING

    def __init__(self) -> None:
        """Listen."""
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(START_SECONDS)
        self.root = tempfile.mkdtemp(prefix="grade-")
        self._last, self._room = _Process(None, None, ""), ""

    def worker(self, seconds: float, room: str) -> SpawnedWorker:
        """Return a worker that has `seconds` to answer in all.

        Tests with the same `room` share a process, until one of them ends it; one without a room shares with nobody.

        Raises:
            SandboxProblem: it did not call back.
        """
        if room == APART:
            return SpawnedWorker(self._start(), seconds, apart=True)
        ended = self._last.process is None or self._last.process.poll() is not None
        if ended or room != self._room or not room:
            self._last.end()
            self._room, self._last = room, self._start()
        return SpawnedWorker(self._last, seconds)

    def _start(self) -> _Process:
        token, scratch = secrets.token_hex(16), tempfile.mkdtemp(dir=self.root)
        names = (*PASSED_ON, *(FOR_A_CARD if computes_on_cuda() else ()))
        environment = {name: os.environ[name] for name in names if name in os.environ}
        process = subprocess.Popen(
            [sys.executable, "-P", "-c", COMMAND],
            stdin=subprocess.PIPE,
            env={
                **environment,
                "OMP_NUM_THREADS": "1",
                "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
            },
            cwd=scratch,
        )
        assert process.stdin is not None
        process.stdin.write(f"{self._listener.getsockname()[1]} {token} {chosen().kind}\n".encode())
        process.stdin.flush()  # and stays open: its end tells the worker of the judge's
        return _Process(process, self._accept(token), scratch)

    def _accept(self, token: str) -> socket.socket:
        while True:
            try:
                connection, _ = self._listener.accept()
            except TimeoutError:
                raise SandboxProblem(
                    f"a new interpreter did not start within {START_SECONDS:.0f} s"
                ) from None
            connection.settimeout(START_SECONDS)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if secrets.compare_digest(connection.recv(64).decode(errors="replace"), token):
                return connection
            connection.close()

    def close(self) -> None:
        """Stop listening; end the last worker and remove the scratch folders."""
        self._last.end()
        self._listener.close()
        shutil.rmtree(self.root, ignore_errors=True)


@dataclass
class _Process:
    process: subprocess.Popen[bytes] | None
    connection: socket.socket | None
    scratch: str

    def end(self) -> None:
        if self.process is not None and self.connection is not None:
            self.process.kill()  # first: a worker that sees the judge gone removes the folders
            self.process.wait()
            self.connection.close()
            if self.process.stdin is not None:
                self.process.stdin.close()
            shutil.rmtree(self.scratch, ignore_errors=True)
        self.process = None


class SpawnedWorker:
    """One test's use of a worker process; loading the source again makes it forget what came before."""

    def __init__(self, running: _Process, seconds: float, apart: bool = False) -> None:
        """Talk to a running process, which ends with the conversation if it is `apart`."""
        self._apart = apart
        assert running.process is not None and running.connection is not None
        self.scratch = running.scratch
        self._running = running
        self._process = running.process
        memory = MemoryWatch(running.process.pid, limits_in_use().resident)
        watch = both(memory, ScratchWatch(running.scratch))
        waited = functools.partial(waited_for_processor, running.process.pid)
        self._channel = Channel(running.connection, seconds, watch, waited)

    def allow(self, seconds: float) -> None:
        """Allow `seconds` for all that follows."""
        self._channel.allow(seconds)

    def request(self, header: Header, buffers: Sequence[Buffer]) -> Answer:
        """Ask the worker. Raises WorkerGone, after which the process is not used again."""
        try:
            return self._channel.request(header, buffers)
        except WorkerTimeout as late:
            late.stack = stack_of(self._process.pid, self._channel)
            self._running.end()
            raise
        except WorkerGone as gone:
            raise self._cause(gone) from None

    def _cause(self, gone: WorkerGone) -> WorkerGone:
        status = None
        if isinstance(gone, WorkerDied):
            with contextlib.suppress(subprocess.TimeoutExpired):
                status = self._process.wait(0.5)
        self._running.end()
        return gone if status is None else WorkerDied(f"the process exited with status {status}")

    def close(self) -> None:
        """Empty the scratch folder; the process stays for the next test of its task."""
        if self._apart:
            self._running.end()
        for entry in os.scandir(self.scratch) if os.path.isdir(self.scratch) else ():
            if entry.is_dir(follow_symlinks=False):
                shutil.rmtree(entry.path, ignore_errors=True)
            else:
                os.unlink(entry.path)
