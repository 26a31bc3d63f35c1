"""Confinement put to the test: each forbidden thing is tried in a confined child of this process."""

from __future__ import annotations

import json
import os
import secrets
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

from grader.doctor.attempts import ATTEMPTS, Attempt, Traces
from grader.worker.confine import LAYERS, Limits, Prepared, default_policy, environment, prepare, volume
from grader.worker.confine.child import can_fork, in_child

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
    found = json.loads(answer)
    probes = tuple(Probe(**each) for each in found.pop("probes"))
    return Confinement(**{name: tuple(words) for name, words in found.items()}, probes=probes)


def _probed(folder: Path, scratch: Path) -> Confinement:
    """As a server of workers does it: with a volume for their folders, in a process that ends afterwards."""
    mounted = volume.mount(scratch, _LIMITS)
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


def _judged(attempt: Attempt, outcome: str | None, late: bool = False) -> Probe:
    """An attempt is held only if the child lived to say how it was refused; one that was too slow tells nothing."""
    if outcome is None and late:
        return Probe(attempt.layer, attempt.what, held=False, detail=_LATE, answered=False)
    held = outcome is not None and outcome.startswith(_HELD)
    detail = (outcome or "the child died").removeprefix(_HELD)
    return Probe(attempt.layer, attempt.what, held, detail)
