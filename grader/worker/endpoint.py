"""The worker's end of the wire: read a request, answer it, until the judge hangs up."""

from __future__ import annotations

import faulthandler
import os
import signal
import socket
from collections.abc import Callable

from grader.wire.frame import Ahead, pack, unpack
from grader.worker.output import BoundedOutput
from grader.worker.worker import Worker

HUNG_UP = 0


def serve(connection: socket.socket, farewell: Callable[[], None] = lambda: None) -> None:
    """Answer requests over `connection`; call `farewell` when the judge hangs up.

    Never returns, since leaving an interpreter with torch costs half a second.
    """
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
        try:
            frame = pack(answer, parts)
        except Exception as problem:  # a result that no frame can carry is an answer of its own
            text = f"returned {problem}"
            raised = {"type": "TypeError", "builtin": "TypeError", "text": text, "frames": []}
            frame = pack({"raised": raised, "asked": header.get("asked")}, [])
        for part in frame:
            connection.sendall(part)
