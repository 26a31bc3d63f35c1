"""Workers where a process cannot be forked: each is a new interpreter, which costs seconds and behaves the same."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile

from grader.device.choice import chosen, computes_on_cuda
from grader.sandbox.transport import SandboxProblem, WorkerDied, WorkerGone
from grader.sandbox.workers import ProcessSource, WorkerProcess

START_SECONDS = 120.0
COMMAND = """
from grader.process.speedups import put_off
put_off()
from grader.worker.endpoint import call_back
call_back()
"""
MISSING = ("files", "network", "processes", "system calls", "identity", "memory", "cpu")
PASSED_ON = ("SYSTEMROOT", "PATH")  # what an interpreter needs to start; no tokens, no home
FOR_A_CARD = ("CUDA_VISIBLE_DEVICES", "CUDA_DEVICE_ORDER", "LD_LIBRARY_PATH")  # so that it is the judge's card


class SpawnedWorkers(ProcessSource):
    """Starts interpreters; they call back on a loopback socket and show a token that only they were given."""

    kind, missing = "spawned", MISSING

    def __init__(self) -> None:
        """Listen."""
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(START_SECONDS)
        self.root = tempfile.mkdtemp(prefix="grade-")

    def _start(self, key: str) -> WorkerProcess:
        token, scratch = secrets.token_hex(16), tempfile.mkdtemp(dir=self.root)
        names = (*PASSED_ON, *(FOR_A_CARD if computes_on_cuda() else ()))
        ours = {"OMP_NUM_THREADS": "1", "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        process = subprocess.Popen(
            [sys.executable, "-P", "-c", COMMAND],
            stdin=subprocess.PIPE,
            env={name: os.environ[name] for name in names if name in os.environ} | ours,
            cwd=scratch,
        )
        assert process.stdin is not None
        process.stdin.write(f"{self._listener.getsockname()[1]} {token} {chosen().kind}\n".encode())
        process.stdin.flush()  # and stays open: its end tells the worker of the judge's
        return _Interpreter(process, self._accept(token), scratch, key)

    def _accept(self, token: str) -> socket.socket:
        while True:
            try:
                connection, _ = self._listener.accept()
            except TimeoutError:
                raise SandboxProblem(f"a new interpreter did not start within {START_SECONDS:.0f} s") from None
            connection.settimeout(START_SECONDS)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if secrets.compare_digest(connection.recv(64).decode(errors="replace"), token):
                return connection
            connection.close()

    def close(self) -> None:
        """Stop listening; end the last worker and remove the scratch folders."""
        if self._current is not None:
            self._current.end()
        self._listener.close()
        shutil.rmtree(self.root, ignore_errors=True)


class _Interpreter(WorkerProcess):
    """A worker that is a child of this process."""

    def __init__(
        self, process: subprocess.Popen[bytes], connection: socket.socket, scratch: str, key: str
    ) -> None:
        super().__init__(connection, process.pid, scratch, key)
        self._process = process

    def _end(self, grace: float) -> WorkerGone | None:
        status = None
        with contextlib.suppress(subprocess.TimeoutExpired):
            status = self._process.wait(grace) if grace else None
        self._process.kill()  # first: a worker that sees the judge gone removes the folders
        self._process.wait()
        self.connection.close()
        if self._process.stdin is not None:
            self._process.stdin.close()
        shutil.rmtree(self.scratch, ignore_errors=True)
        return None if status is None else WorkerDied(f"the process exited with status {status}")
