"""The worker's end of the wire: read a request, answer it, until the judge hangs up."""

from __future__ import annotations

import os
import socket

from grader.wire.frame import pack, unpack
from grader.worker.output import BoundedOutput
from grader.worker.worker import Worker

HUNG_UP = 0


def serve(connection: socket.socket) -> None:
    """Answer requests over `connection`; never returns, since leaving an interpreter with torch costs half a second."""
    worker, output = Worker(), BoundedOutput()
    output.install()

    def read(count: int) -> bytearray:
        data = bytearray(count)
        view, done = memoryview(data), 0
        while done < count:
            received = connection.recv_into(view[done:])
            if not received:
                os._exit(HUNG_UP)
            done += received
        return data

    while True:
        header, buffers = unpack(read)
        answer, parts = worker.handle(header, buffers)
        answer["printed"] = output.take()
        try:
            frame = pack(answer, parts)
        except Exception as problem:  # a result that no frame can carry is an answer of its own
            text = f"returned {problem}"
            frame = pack(
                {"raised": {"type": "TypeError", "builtin": "TypeError", "text": text, "frames": []}}, []
            )
        for part in frame:
            connection.sendall(part)
