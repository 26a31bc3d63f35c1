"""The worker's end of the wire: read a request, answer it, until the judge hangs up."""

from __future__ import annotations

import faulthandler
import gc
import os
import signal
import socket
from collections.abc import Callable, Sequence

from grader.wire.frame import Ahead, Buffer, Header, pack, unpack
from grader.worker.output import BoundedOutput
from grader.worker.worker import Worker

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
            os._exit(0)
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
