"""A worker as an interpreter of its own, where processes cannot be forked."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import sys
import threading

from grader.device.choice import Accelerator, using
from grader.process.prepare import prepare_torch
from grader.worker.endpoint import HUNG_UP, serve


def main() -> None:
    """Call the judge back and answer its requests; never returns."""
    port, token, kind = sys.stdin.readline().split()
    judge, scratch = _taken_away(sys.stdin.fileno()), os.getcwd()
    threading.Thread(target=_end_with_judge, args=(judge, scratch), daemon=True).start()
    for_good = contextlib.ExitStack()
    for_good.enter_context(using(Accelerator(kind)))
    prepare_torch()
    connection = socket.create_connection(("127.0.0.1", int(port)))
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    connection.sendall(token.encode())
    os.environ.clear()
    serve(connection, lambda: _clean(scratch))


def _taken_away(standard_input: int) -> int:
    """Return what was standard input, under another number; a submission reads from an empty file instead."""
    judge, nothing = os.dup(standard_input), os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, standard_input)
    os.close(nothing)
    return judge


def _end_with_judge(judge: int, scratch: str) -> None:
    """Wait for the end of the judge, however it ends: the system then closes its end of the pipe."""
    os.read(judge, 1)
    _clean(scratch)
    os._exit(HUNG_UP)


def _clean(scratch: str) -> None:
    """Remove the folders that a killed judge could not."""
    os.chdir(os.path.dirname(os.path.dirname(scratch)))
    shutil.rmtree(scratch, ignore_errors=True)
    with contextlib.suppress(OSError):
        os.rmdir(os.path.dirname(scratch))
