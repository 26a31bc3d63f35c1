"""A worker where processes cannot be forked: an interpreter of its own, which calls back the judge that started it.

It watches for the end of the judge before anything else, so torch is imported where it is first needed.
"""

from __future__ import annotations

import contextlib
import gc
import os
import shutil
import signal
import socket
import sys
import threading

from grader.process.speedups import put_off


def call_back() -> None:
    """Call the judge and answer its requests; never returns."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the judge decides what Ctrl-C ends
    gc.disable()  # while torch is imported
    port, token, kind = sys.stdin.readline().split()
    watcher = threading.Thread(target=_end_with_judge, args=(os.dup(sys.stdin.fileno()), os.getcwd()), daemon=True)
    watcher.start()
    put_off()

    from grader.device.choice import Accelerator, using
    from grader.process.prepare import prepare_torch
    from grader.worker.endpoint import serve
    from grader.worker.warm_up import warm_up

    with using(Accelerator(kind)):
        prepare_torch()
        warm_up()
        with contextlib.suppress(ConnectionError):  # nobody listens: the judge has ended
            serve(_connected(int(port), token), watcher.join)
        watcher.join()


def _connected(port: int, token: str) -> socket.socket:
    """Return a connection that the judge knows by the token, and let go of all else that is the judge's."""
    connection = socket.create_connection(("127.0.0.1", port))
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    connection.sendall(token.encode())
    os.environ.clear()
    nothing = os.open(os.devnull, os.O_RDWR)
    for ours in (0, 1, 2):  # what the judge reads and writes, such as a report, is no submission's to write
        os.dup2(nothing, ours)
    return connection


def _end_with_judge(judge: int, scratch: str) -> None:
    """Wait for the end of the judge, however it ends: the system then closes its end of the pipe."""
    os.read(judge, 1)
    os.chdir(os.path.dirname(os.path.dirname(scratch)))
    shutil.rmtree(scratch, ignore_errors=True)
    with contextlib.suppress(OSError):  # another worker has a folder there, and removes both
        os.rmdir(os.path.dirname(scratch))
    os._exit(0)
