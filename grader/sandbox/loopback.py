"""A worker in the judge's own process: for a breakpoint, for authors, for replays.

Values are copied and the random states kept apart, so that a suite cannot tell it from a process.
"""

from __future__ import annotations

import contextlib
import io
import random
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import torch

from grader.sandbox.transport import Answer, WorkerSource
from grader.wire.frame import Buffer, Header, pack, unpack
from grader.worker.endpoint import packed
from grader.worker.output import BoundedOutput
from grader.worker.worker import Worker


class Loopback:
    """A worker without a process."""

    def __init__(self, namespace: Any = None) -> None:
        """Serve `namespace`, or whatever a `load` request brings."""
        self._worker, self._printed = Worker(namespace), BoundedOutput() if namespace is None else None
        self._folder: str | None = None
        self.files = dict[str, str]()
        self._pythons, self._numpys = random.getstate(), np.random.get_state()
        self._own = torch.get_rng_state()

    @property
    def scratch(self) -> str:
        """A private folder, made when it is first asked for."""
        if self._folder is None:
            self._folder = tempfile.mkdtemp(prefix="grade-loopback-")
        return self._folder

    def request(self, header: Header, buffers: Sequence[Buffer]) -> Answer:
        """Answer in this process, under the worker's own random state."""
        with self._own_states(), self._printed.installed() if self._printed else contextlib.nullcontext():
            answer, parts = self._worker.handle(*_received(pack(header, buffers)))
        if self._printed:
            answer["printed"] = self._printed.take()
        return _received(packed(answer, parts))

    def allow(self, seconds: float) -> None:
        """Nothing bounds the time of this process."""

    @contextlib.contextmanager
    def _own_states(self) -> Iterator[None]:
        """Set torch's random state, which a suite may use between two requests; the others it never does."""
        judges = torch.get_rng_state()
        torch.set_rng_state(self._own)
        try:
            yield
        finally:
            self._own = torch.get_rng_state()
            torch.set_rng_state(judges)

    def close(self) -> None:
        """Give Python's and NumPy's random states back, and remove the folder."""
        random.setstate(self._pythons)
        np.random.set_state(self._numpys)
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)


class NoSandbox(WorkerSource):
    """Workers without a process."""

    def worker(self, seconds: float, key: str = "") -> Loopback:
        """Return a worker of its own, whatever the key."""
        return Loopback()


def _received(frame: Sequence[Buffer]) -> Answer:
    """Return what the other side would read: a copy, within the limits of a frame."""
    stream = io.BytesIO(b"".join(frame))
    return unpack(lambda count: bytearray(stream.read(count)))
