"""A diagnosis in plain lines."""

from __future__ import annotations

from collections.abc import Iterator

from grader.doctor.probes import Confinement
from grader.doctor.report import Diagnosis
from grader.worker.confine import LAYERS

_WIDTH = 12


def render(diagnosis: Diagnosis) -> str:
    """The whole diagnosis as text."""
    sections = (_machine(diagnosis), _openmp(diagnosis.openmp), _confinement(diagnosis.confinement))
    return "\n\n".join("\n".join(lines) for section in sections if (lines := list(section)))


def _machine(diagnosis: Diagnosis) -> Iterator[str]:
    for each in diagnosis.versions:
        yield _line(each.name, each.version or "not installed")
    yield _line("system", f"{diagnosis.system}, {_count(diagnosis.processors, 'processor')}")
    if diagnosis.free_memory is not None:
        yield _line("free memory", f"{diagnosis.free_memory / 2**30:.1f} GiB")
    if diagnosis.torch is not None:
        build = f"CUDA {diagnosis.torch.cuda}" if diagnosis.torch.cuda else "built without CUDA"
        yield _line("torch build", f"{build}, {_count(diagnosis.torch.threads, 'thread')}")
        yield _line("devices", ", ".join(diagnosis.torch.devices))


def _openmp(runtimes: tuple[str, ...]) -> Iterator[str]:
    if len(runtimes) < 2:
        return
    yield "Two OpenMP runtimes are loaded. Results may differ and threads contend; on macOS Python aborts."
    yield from (f"  {path}" for path in runtimes)
    yield "Install torch and numpy from one source. KMP_DUPLICATE_LIB_OK=TRUE only hides the problem."


def _confinement(confinement: Confinement) -> Iterator[str]:
    yield "A submission is confined by these layers; each was tried now."
    for layer in LAYERS:
        probes = [probe for probe in confinement.probes if probe.layer == layer]
        failed = [probe for probe in probes if not probe.held]
        yield _line(layer, _state(layer in confinement.layers, len(probes), len(failed)), indent="  ")
        yield from (f"    a submission {probe.attempt}: {probe.detail}" for probe in failed)
    yield from (f"  {note}" for note in confinement.notes)
    if confinement.missing:
        yield "`--sandbox strict` refuses to grade on this machine."


def _state(active: bool, tried: int, failed: int) -> str:
    if not active:
        return "missing"
    if not tried:
        return "present, not tried"
    return f"does not hold ({failed} of {tried} attempts succeeded)" if failed else f"held ({tried} tried)"


def _line(label: str, value: str, indent: str = "") -> str:
    return f"{indent}{label:<{_WIDTH}}  {value}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
