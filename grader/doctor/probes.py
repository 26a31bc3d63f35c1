"""Confinement put to the test: each forbidden thing is tried in a confined child of this process.

Each attempt returns if it succeeds and raises if it does not. They are made in a confined child, and are
harmless where confinement is missing.
"""

from __future__ import annotations

import ctypes
import json
import os
import secrets
import signal
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import grader
from grader.process.kernel import can_fork, in_child
from grader.storage import from_plain
from grader.worker.confine import LAYERS, Limits, Prepared, default_policy, environment, prepare
from grader.worker.confine.scratch import mount

# More than `probes` allows, and no burden where nothing is refused.
LARGE, MANY, TOO_LONG = 2 << 30, 256, 2.5


@dataclass(frozen=True)
class Traces:
    """What the parent laid out for the children to find."""

    secret: str  # the value of a variable in the parent's environment
    blocks: tuple[tuple[int, int], ...]  # where the kernel put the parent's environment
    descriptor: int  # an open file of the parent
    outside: Path  # a file that the child must not make
    parent: int


@dataclass(frozen=True)
class Attempt:
    """One forbidden thing, and the words for it."""

    layer: str
    what: str
    make: Callable[[Traces], object]
    needs_volume: bool = False


def _fork(traces: Traces) -> None:
    if os.fork() == 0:
        os._exit(0)


def _trace_parent(traces: Traces) -> None:
    attach, nothing = 0x4206, ctypes.c_void_p()  # PTRACE_SEIZE, which does not stop the parent
    library: Any = ctypes.CDLL(None, use_errno=True)
    if library.ptrace(attach, traces.parent, nothing, nothing) < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def _stay_root(traces: Traces) -> None:
    if os.geteuid() != 0:
        raise PermissionError(f"runs as user {os.geteuid()}")


def _find_variable(traces: Traces) -> None:
    inherited = b"".join(ctypes.string_at(address, length) for address, length in traces.blocks)
    if traces.secret not in os.environ.values() and not inherited.strip(b"\0"):
        raise LookupError("nothing of it is left")


def _spin(traces: Traces) -> None:
    signal.signal(signal.SIGXCPU, _out_of_time)
    while time.process_time() < TOO_LONG:
        pass


def _out_of_time(number: int, frame: object) -> None:
    raise TimeoutError("stopped by the kernel")


def _open_many(traces: Traces) -> None:
    for _ in range(MANY):
        os.open(os.devnull, os.O_RDONLY)


def _write_much(traces: Traces) -> None:
    with open("large", "wb") as file:
        for _ in range(64):
            file.write(bytes(1 << 20))


def _fill(traces: Traces) -> None:
    for number in range(64):
        Path(f"part-{number}").write_bytes(bytes(1 << 18))


def _start_many_threads(traces: Traces) -> None:
    threading.stack_size(1 << 16)
    for _ in range(MANY):
        threading.Thread(target=threading.Event().wait, daemon=True).start()


HOME = Path.home()  # of this process: that of a worker is another
ATTEMPTS = (
    Attempt("files", "reads /etc/passwd", lambda _: Path("/etc/passwd").read_bytes()),
    Attempt("files", "reads the grader's own source", lambda _: Path(grader.__file__).read_bytes()),
    Attempt("files", "lists the home folder", lambda _: os.listdir(HOME)),
    Attempt("files", "lists the processes of the machine", lambda _: os.listdir("/proc")),
    Attempt("files", "writes outside its scratch folder", lambda traces: traces.outside.write_bytes(b"")),
    Attempt("files", "writes beside its scratch folder", lambda _: Path("../beside").write_bytes(b"")),
    Attempt("network", "opens a network socket", lambda _: socket.socket(socket.AF_INET).close()),
    Attempt("network", "opens a socket to a process of this machine", lambda _: socket.socket(socket.AF_UNIX).close()),
    Attempt("processes", "starts a process", _fork),
    Attempt("processes", "runs a program", lambda _: os.execv(sys.executable, [sys.executable, "-c", ""])),
    Attempt("processes", "signals the judge", lambda traces: os.kill(traces.parent, 0)),
    Attempt("system calls", "traces the judge", _trace_parent),
    Attempt("system calls", "changes the mode of a file", lambda _: os.chmod(".", 0o755)),
    Attempt("identity", "is root", _stay_root),
    Attempt("identity", "becomes root", lambda _: os.setuid(0)),
    Attempt("environment", "reads the judge's environment", _find_variable),
    Attempt("environment", "uses a file that the judge has open", lambda traces: os.fstat(traces.descriptor)),
    Attempt("memory", "takes more memory than it may", lambda _: bytearray(LARGE)),
    Attempt("cpu", "computes for longer than it may", _spin),
    Attempt("open files", "opens more files than it may", _open_many),
    Attempt("file size", "writes a file larger than it may", _write_much),
    Attempt("file size", "fills its folder with files", _fill, needs_volume=True),
    Attempt("threads", "starts more threads than it may", _start_many_threads),
)


# Small, so that running into them costs no time.
_LIMITS = Limits(
    memory=1 << 30, cpu_seconds=1, open_files=64, file_size=1 << 20, scratch_size=4 << 20, threads=16
)
_SECONDS = 300.0  # for all attempts together
_EACH = 60.0
_LATE = f"no answer within {_EACH:g} s: try again when the machine is less busy"
_VOLUME = "the folder of a submission is a volume of its own, of which the kernel counts every byte and file"
_WATCH = "no volume for a submission's folder: the judge counts its files, not removed ones that are open"
_VARIABLE = "TORCHGRADE_DOCTOR"
_HELD, _SUCCEEDED = "held: ", "succeeded"


@dataclass(frozen=True)
class Probe:
    """What came of one attempt."""

    layer: str
    attempt: str
    held: bool
    detail: str
    answered: bool = True  # False where the machine was too busy to say


@dataclass(frozen=True)
class Confinement:
    """What this machine has to confine a submission with, and how it stood the test."""

    layers: tuple[str, ...]
    missing: tuple[str, ...]
    notes: tuple[str, ...]
    probes: tuple[Probe, ...]


def probe() -> Confinement:
    """Confine a child for each attempt and let it try; without `fork` there is nothing to try."""
    with tempfile.TemporaryDirectory() as name:
        folder, scratch = Path(name), Path(name, "scratch")
        folder.chmod(0o755)  # a worker of another user reaches its own folder in here
        scratch.mkdir()
        if not can_fork():
            return _confinement(prepare(default_policy(scratch, _LIMITS)), (), ())
        answer = in_child(lambda keep: json.dumps(asdict(_probed(folder, scratch))), _SECONDS)
    if answer is None:
        return Confinement((), LAYERS, ("the attempts could not be made",), ())
    return from_plain(json.loads(answer), Confinement)


def _probed(folder: Path, scratch: Path) -> Confinement:
    """As a server of workers does it: with a volume for their folders, in a process that ends afterwards."""
    mounted = mount(scratch, _LIMITS)
    prepared = prepare(default_policy(scratch, _LIMITS))
    attempts = [attempt for attempt in ATTEMPTS if mounted or not attempt.needs_volume]
    probes = tuple(_probes(prepared, attempts, folder / "outside"))
    return _confinement(prepared, (_VOLUME if mounted else _WATCH,), probes)


def _confinement(prepared: Prepared, notes: tuple[str, ...], probes: tuple[Probe, ...]) -> Confinement:
    return Confinement(prepared.layers, prepared.missing, (*prepared.notes, *notes), probes)


def _probes(prepared: Prepared, attempts: Sequence[Attempt], outside: Path) -> Iterator[Probe]:
    with _traces(outside) as traces:
        for attempt in attempts:
            started = time.monotonic()
            outcome = in_child(partial(_try, prepared, attempt, traces), _EACH)
            prepared.sweep()
            yield _judged(attempt, outcome, late=time.monotonic() - started >= _EACH)


@contextmanager
def _traces(outside: Path) -> Iterator[Traces]:
    """Lay out a variable and an open file for the children to find."""
    secret = secrets.token_hex()
    os.environ[_VARIABLE] = secret
    with open(__file__, "rb") as file:
        try:
            yield Traces(secret, environment.blocks(), file.fileno(), outside, os.getpid())
        finally:
            del os.environ[_VARIABLE]


def _try(prepared: Prepared, attempt: Attempt, traces: Traces, keep: tuple[int, ...]) -> str:
    prepared.apply(keep)
    try:
        attempt.make(traces)
    except Exception as refusal:
        return _HELD + (str(refusal) or type(refusal).__name__)
    return _SUCCEEDED


def _judged(attempt: Attempt, outcome: str | None, late: bool = False) -> Probe:
    """An attempt is held only if the child lived to say how it was refused; one that was too slow tells nothing."""
    if outcome is None and late:
        return Probe(attempt.layer, attempt.what, held=False, detail=_LATE, answered=False)
    held = outcome is not None and outcome.startswith(_HELD)
    detail = (outcome or "the child died").removeprefix(_HELD)
    return Probe(attempt.layer, attempt.what, held, detail)
