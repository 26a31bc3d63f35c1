"""The fork server: it has imported torch, is warmed up, forks workers, and never sees a submission.

It runs no backward pass and never touches CUDA: neither survives a fork.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import resource
import shutil
import signal
import socket
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from grader.worker.confine import DEFAULT_LIMITS, Prepared, default_policy, prepare, scratch
from grader.worker.endpoint import serve as answer_requests
from grader.worker.warm_up import warm_up

MAX_MESSAGE = 4096
READY = b"\x01"  # a worker's first byte: it is confined, and has met nothing of the submission yet
NOT_CONFINED = 71


def serve(control: socket.socket, scratch_root: Path, card: bool = False) -> None:
    """Obey the judge until it hangs up; never returns."""
    os.setsid()  # so that the kernel gives all its threads together one share of the processors
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the judge decides what Ctrl-C ends
    mounted = scratch.mount(scratch_root, DEFAULT_LIMITS)
    prepared = prepare(default_policy(scratch_root, card=card), dedicated=True)
    warm_up()
    gc.collect()
    gc.freeze()  # a collection in a worker would copy every page of torch
    gc.enable()
    server = _Server(control, prepared, shares_threads=not mounted and os.geteuid() != 0)
    server.answer({"layers": prepared.layers, "missing": prepared.missing, "mounted": mounted})
    while True:
        message, descriptors = _receive(control)
        match message.get("do"):
            case None:  # also when the judge was killed
                server.end_all()
                if mounted:
                    scratch.unmount(scratch_root)
                shutil.rmtree(scratch_root, ignore_errors=True)
                os._exit(0)
            case "fork":
                server.fork(descriptors[0])
            case "rest":
                server.end_all()
                server.count_threads()
                server.answer({"rested": message["number"]})
            case _:
                server.end(message["pid"], message["grace"])


@dataclass
class _Server:
    """The workers that run, and who asks for them."""

    control: socket.socket
    prepared: Prepared
    shares_threads: bool = False  # with whatever else the same user runs
    workers: set[int] = field(default_factory=set)

    def answer(self, message: dict[str, Any]) -> None:
        """Tell the judge; one that has hung up is noticed when it is listened to."""
        with contextlib.suppress(OSError):
            self.control.sendall(json.dumps(message).encode())

    def fork(self, connection: int) -> None:
        """Fork a worker for a connection; say so where the system has no room for one more process."""
        try:
            worker = os.fork()
        except OSError as problem:
            self.answer({"pid": 0, "why": str(problem)})
        else:
            if worker == 0:
                _become_worker(self.control, connection, self.prepared)
            self.workers.add(worker)
            self.answer({"pid": worker})
        finally:
            os.close(connection)

    def end(self, worker: int, grace: float) -> None:
        """End a worker and remove what it left; tell how it ended if it did so by itself within `grace` seconds."""
        status, grown = _stop(worker, grace) if grace else (0, 0)
        self.answer({"status": status, "grown": grown})
        if not grace:  # nobody waits to hear how it ended: the judge goes on meanwhile
            _stop(worker)
        self.workers.discard(worker)
        self.prepared.sweep(worker if self.workers else None)

    def end_all(self) -> None:
        """End every worker and remove what they left."""
        for worker in self.workers:
            _stop(worker)
        if self.workers:
            self.prepared.sweep()
        self.workers.clear()

    def count_threads(self) -> None:
        """Count anew what the user of the workers runs: a server may stand for hours, and its limit goes on top."""
        if self.shares_threads:
            self.prepared = self.prepared.with_threads_counted()


def _receive(control: socket.socket) -> tuple[dict[str, Any], list[int]]:
    """Return what the judge says, and nothing when it has hung up, even if it left an answer unread."""
    try:
        data, descriptors, _, _ = socket.recv_fds(control, MAX_MESSAGE, 1)
    except ConnectionError:
        return {}, []
    return (json.loads(data) if data else {}), descriptors


def _stop(worker: int, grace: float = 0.0) -> tuple[int, int]:
    """End the worker if it still runs after `grace` seconds.

    Returns:
        Its wait status and the bytes by which its memory had grown; zeros if it was ended here.
    """
    deadline = time.monotonic() + grace
    while True:
        found, status, used = os.wait4(worker, os.WNOHANG)
        if found:
            ours = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # what it was forked with
            return status, 1024 * max(0, used.ru_maxrss - ours)
        if time.monotonic() >= deadline:
            break
        time.sleep(0.002)
    os.kill(worker, signal.SIGKILL)
    os.waitpid(worker, 0)
    return 0, 0


def _become_worker(control: socket.socket, descriptor: int, prepared: Prepared) -> None:
    try:
        gc.disable()
        control.close()
        connection = socket.socket(fileno=descriptor)
        if set(prepared.apply((descriptor,))) != set(prepared.layers):
            os._exit(NOT_CONFINED)
        connection.sendall(READY)
        answer_requests(connection)
    finally:
        os._exit(70)  # whatever happened, a worker never goes on as a second server
