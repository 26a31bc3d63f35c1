"""Workers where a process cannot be forked: each is a new interpreter, which costs seconds and behaves the same."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass

from grader.device.choice import chosen
from grader.sandbox.forked import cause_of
from grader.sandbox.transport import SandboxProblem, WorkerDied, WorkerGone
from grader.sandbox.workers import ProcessSource, WorkerProcess

START_SECONDS = 120.0
LOOK_SECONDS = 0.5  # between two looks whether an interpreter that starts has ended
TOKEN_SECONDS = 10.0  # from a call to the token; a stranger that says nothing takes no longer
COMMAND = "from grader.worker.interpreter import call_back; call_back()"
# What an interpreter needs to start, and to find the judge's card; no tokens, no home.
PASSED_ON = ("SYSTEMROOT", "PATH", "LD_LIBRARY_PATH", "CUDA_VISIBLE_DEVICES", "CUDA_DEVICE_ORDER")


class SpawnedWorkers(ProcessSource):
    """Starts interpreters; each calls back on a loopback socket of its own and shows a token that only it was given.

    The next one starts while the current one is used: it has imported torch, and met nothing, when its turn comes.
    """

    kind = "spawned"
    missing = ("files", "network", "processes", "system calls", "identity", "memory", "cpu")
    _apart: WorkerProcess | None = None

    def __init__(self) -> None:
        """Start the first."""
        self.root = tempfile.mkdtemp(prefix="grade-")
        self._next = self._launched()

    def _beside(self) -> WorkerProcess:
        """Return the one beside the current, which serves every conversation there is beside that, and ends with it."""
        if self._apart is None or self._apart.ended:
            self._apart = self._interpreter("")
        return self._apart

    def _start(self, key: str) -> WorkerProcess:
        if self._apart is not None:
            self._apart.end()
        return self._interpreter(key)

    def _interpreter(self, key: str) -> _Interpreter:
        started, self._next = self._next, self._launched()
        return _Interpreter(started, started.connection(), key)

    def _launched(self) -> _Launched:
        """Start an interpreter, which gets ready while the caller goes on."""
        token, scratch = secrets.token_hex(16), tempfile.mkdtemp(dir=self.root)
        ours = {"OMP_NUM_THREADS": "1", "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        listener = socket.create_server(("127.0.0.1", 0))
        listener.settimeout(LOOK_SECONDS)
        process = subprocess.Popen(
            [sys.executable, "-P", "-c", COMMAND], stdin=subprocess.PIPE, cwd=scratch,
            env={name: os.environ[name] for name in PASSED_ON if name in os.environ} | ours,
        )  # fmt: skip
        assert process.stdin is not None
        process.stdin.write(f"{listener.getsockname()[1]} {token} {chosen().kind}\n".encode())
        process.stdin.flush()  # and stays open: its end tells the worker of the judge's
        return _Launched(process, listener, token, scratch)

    def close(self) -> None:
        """End the workers and the next one, and remove the scratch folders."""
        for worker in filter(None, (self._current, self._apart)):
            worker.end()
        self._next.end()
        shutil.rmtree(self.root, ignore_errors=True)


@dataclass(frozen=True)
class _Launched:
    """An interpreter that has started, or still does."""

    process: subprocess.Popen[bytes]
    listener: socket.socket
    token: str
    scratch: str

    def connection(self) -> socket.socket:
        """Wait until it calls back. Raises SandboxProblem where it does not."""
        end = time.monotonic() + START_SECONDS
        with self.listener:
            while self.process.poll() is None and time.monotonic() < end:
                with contextlib.suppress(OSError):
                    caller, _ = self.listener.accept()
                    caller.settimeout(TOKEN_SECONDS)
                    if secrets.compare_digest(caller.recv(64), self.token.encode()):
                        caller.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                        return caller
                    caller.close()
        self.end()
        raise SandboxProblem(f"a new interpreter ended, or did not start within {START_SECONDS:.0f} s")

    def end(self) -> None:
        """Kill it, and remove its folder."""
        with self.process:  # which waits for its end, and lets go of its input
            self.process.kill()
        self.listener.close()
        shutil.rmtree(self.scratch, ignore_errors=True)


class _Interpreter(WorkerProcess):
    """A worker that is a child of this process."""

    def __init__(self, launched: _Launched, connection: socket.socket, key: str) -> None:
        super().__init__(connection, launched.process.pid, launched.scratch, key)
        self._launched = launched

    def _end(self, grace: float) -> WorkerGone | None:
        status = None
        with contextlib.suppress(subprocess.TimeoutExpired):
            status = self._launched.process.wait(grace) if grace else None
        self._launched.end()  # first: a worker that sees the judge gone removes the folders
        self.connection.close()
        if status is not None and status < 0:  # never on Windows
            return cause_of(signal.Signals(-status), was_short_of_memory=False)
        return WorkerDied(f"the process exited with status {status}") if status else None
