"""The worker's end of the wire: read a request, answer it, until the judge hangs up.

Where processes cannot be forked, a worker is an interpreter of its own, which calls the judge back.
"""

from __future__ import annotations

import contextlib
import faulthandler
import gc
import os
import shutil
import signal
import socket
import sys
import threading
from collections.abc import Callable, Sequence

from grader.device.choice import Accelerator, using
from grader.process.prepare import prepare_torch
from grader.wire.frame import Ahead, Buffer, Header, pack, unpack
from grader.worker.output import BoundedOutput
from grader.worker.warm_up import warm_up
from grader.worker.worker import Worker

HUNG_UP = 0
# A worker is short-lived: looking for cycles early costs more than it frees.
GARBAGE_THRESHOLDS = (20_000, 20, 20)


def serve(connection: socket.socket, farewell: Callable[[], None] = lambda: None) -> None:
    """Answer requests over `connection`; call `farewell` when the judge hangs up.

    Never returns, since leaving an interpreter with torch costs half a second.
    """
    gc.freeze()
    gc.set_threshold(*GARBAGE_THRESHOLDS)
    gc.enable()
    worker, output = Worker(), BoundedOutput()
    output.install()
    if hasattr(faulthandler, "register"):  # whoever is late says where it stands
        faulthandler.register(signal.SIGUSR1, connection.fileno(), all_threads=False)

    def receive(view: memoryview) -> int:
        received = connection.recv_into(view)
        if not received:
            farewell()
            os._exit(HUNG_UP)
        return received

    requests = Ahead(receive)
    while True:
        header, buffers = unpack(requests.read)
        answer, parts = worker.handle(header, buffers)
        answer["printed"], answer["asked"] = output.take(), header.get("asked")
        for part in packed(answer, parts):
            connection.sendall(part)


def packed(answer: Header, parts: Sequence[Buffer]) -> list[Buffer]:
    """Return the frame of an answer; a result that no frame can carry is an answer of its own."""
    try:
        return pack(answer, parts)
    except Exception as problem:
        raised = {"type": "TypeError", "builtin": "TypeError", "text": f"returned {problem}", "frames": []}
        return pack({"raised": raised, "asked": answer.get("asked")}, [])


def call_back() -> None:
    """Call the judge that started this interpreter and answer its requests; never returns."""
    port, token, kind = sys.stdin.readline().split()
    judge, scratch = os.dup(sys.stdin.fileno()), os.getcwd()
    threading.Thread(target=_end_with_judge, args=(judge, scratch), daemon=True).start()
    for_good = contextlib.ExitStack()
    for_good.enter_context(using(Accelerator(kind)))
    prepare_torch()
    warm_up()
    connection = socket.create_connection(("127.0.0.1", int(port)))
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    connection.sendall(token.encode())
    os.environ.clear()
    nothing = os.open(os.devnull, os.O_RDWR)
    for ours in (0, 1, 2):  # what the judge reads and writes, such as a report, is no submission's to write
        os.dup2(nothing, ours)
    serve(connection, lambda: _clean(scratch))


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
