"""Confinement put to the test: each forbidden thing is tried in a confined child of this process."""

from __future__ import annotations

import os
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from grader.doctor.attempts import ATTEMPTS, Attempt, Traces
from grader.worker.confine import Limits, Prepared, default_policy, environment, prepare
from grader.worker.confine.child import can_fork, in_child

# Small, so that running into them costs no time.
_LIMITS = Limits(memory=1 << 30, cpu_seconds=1, open_files=64, file_size=1 << 20, threads=16)
_VARIABLE = "TORCHGRADE_DOCTOR"
_HELD, _SUCCEEDED = "held: ", "succeeded"


@dataclass(frozen=True)
class Probe:
    """What came of one attempt."""

    layer: str
    attempt: str
    held: bool
    detail: str


@dataclass(frozen=True)
class Confinement:
    """What this machine has to confine a submission with, and how it stood the test."""

    layers: tuple[str, ...]
    missing: tuple[str, ...]
    notes: tuple[str, ...]
    probes: tuple[Probe, ...]


def probe() -> Confinement:
    """Confine a child for each attempt and let it try; without `fork` there is nothing to try."""
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder, "scratch")
        os.chmod(folder, 0o755)  # a worker of another user reaches its own folder in here
        scratch.mkdir()
        prepared = prepare(default_policy(scratch, _LIMITS))
        try:
            probes = tuple(_probes(prepared, Path(folder, "outside"))) if can_fork() else ()
        finally:
            prepared.close()
        return Confinement(prepared.layers, prepared.missing, prepared.notes, probes)


def _probes(prepared: Prepared, outside: Path) -> Iterator[Probe]:
    with _traces(outside) as traces:
        for attempt in ATTEMPTS:
            outcome = in_child(partial(_try, prepared, attempt, traces))
            prepared.sweep()
            yield _judged(attempt, outcome)


@contextmanager
def _traces(outside: Path) -> Iterator[Traces]:
    """Lay out a variable and an open file for the children to find."""
    secret = secrets.token_hex()
    os.environ[_VARIABLE] = secret
    with open(__file__, "rb") as file:
        try:
            yield Traces(secret, environment.prepare().blocks, file.fileno(), outside, os.getpid())
        finally:
            del os.environ[_VARIABLE]


def _try(prepared: Prepared, attempt: Attempt, traces: Traces, keep: tuple[int, ...]) -> str:
    prepared.apply(keep)
    try:
        attempt.make(traces)
    except Exception as refusal:
        return _HELD + (str(refusal) or type(refusal).__name__)
    return _SUCCEEDED


def _judged(attempt: Attempt, outcome: str | None) -> Probe:
    """An attempt is held only if the child lived to say how it was refused."""
    held = outcome is not None and outcome.startswith(_HELD)
    detail = (outcome or "the child died").removeprefix(_HELD)
    return Probe(attempt.layer, attempt.what, held, detail)
