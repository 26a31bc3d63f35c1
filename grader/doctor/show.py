"""A diagnosis as text that can be pasted into a question: it does not tell who somebody is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from getpass import getuser
from pathlib import Path

from grader.doctor.machine import VARIABLE, Diagnosis
from grader.doctor.probes import Confinement
from grader.worker.confine import LAYERS

HOMES = re.compile(r"(?:/home/|/Users/|[A-Za-z]:\\Users\\)[^/\\\s,;:]+|/root(?=[/\s,;:]|$)")


def masked(text: str) -> str:
    """Return a text with `~` for every home folder and `<user>` for the name of whoever is logged in."""
    home = str(Path.home())
    if len(home) > 1:  # of some users of services it is "/"
        text = re.sub(rf"{re.escape(home)}(?=[/\\\s,;:]|$)", "~", text)
    text = HOMES.sub("~", text)
    name = _login()
    return re.sub(rf"(?<![\w.-]){re.escape(name)}(?![\w.-])", "<user>", text) if len(name) > 1 else text


def _login() -> str:
    try:
        return getuser()
    except (ImportError, KeyError, OSError):  # the system does not say
        return ""


_WIDTH = 12


def render(diagnosis: Diagnosis) -> str:
    """The whole diagnosis as text that can be pasted into a question."""
    sections = (_machine(diagnosis), _openmp(diagnosis), _confinement(diagnosis.confinement))
    return masked("\n\n".join("\n".join(lines) for section in sections if (lines := list(section))))


def _machine(diagnosis: Diagnosis) -> Iterator[str]:
    for each in diagnosis.versions:
        yield _line(each.name, (each.version or "not installed") + (f" ({each.note})" if each.note else ""))
    yield _line("system", f"{diagnosis.system}, {_count(diagnosis.processors, 'processor')}")
    if diagnosis.torch is not None:
        build = f"CUDA {diagnosis.torch.cuda}" if diagnosis.torch.cuda else "built without CUDA"
        yield _line("torch build", f"{build}, {_count(diagnosis.torch.threads, 'thread')}")
        yield _line("devices", ", ".join(diagnosis.torch.devices))
        yield from (_line("this torch", without) for without in diagnosis.torch.without)


def _openmp(diagnosis: Diagnosis) -> Iterator[str]:
    if len(diagnosis.openmp) > 1:
        yield "Two OpenMP runtimes are loaded. Results may differ and threads contend; on macOS Python aborts."
        yield from (f"  {path}" for path in diagnosis.openmp)
        yield "Make a new environment and install torch and numpy from one source: both by pip, or both by conda."
    if diagnosis.openmp_silenced:
        yield f"{VARIABLE} is set: it hides that there are two OpenMP runtimes and mends nothing. Take it out of"
        yield "your shell, or out of the `os.environ` line of your notebook, and see what Python says without it."


def _confinement(confinement: Confinement) -> Iterator[str]:
    yield "A submission is confined by these layers; each was tried now."
    for layer in LAYERS:
        probes = [probe for probe in confinement.probes if probe.layer == layer]
        failed = [probe for probe in probes if not probe.held and probe.answered]
        late = [probe for probe in probes if not probe.answered]
        yield _line(
            layer, _state(layer in confinement.layers, len(probes), len(failed), len(late)), indent="  "
        )
        yield from (f"    a submission {probe.attempt}: {probe.detail}" for probe in (*failed, *late))
    yield from (f"  {note}" for note in confinement.notes)
    if confinement.missing:
        yield "`--sandbox strict` refuses to grade on this machine."


def _state(active: bool, tried: int, failed: int, late: int) -> str:
    if not active:
        return "missing"
    if not tried:
        return "present, not tried"
    if failed:
        return f"does not hold ({failed} of {tried} attempts succeeded)"
    return f"not known ({late} of {tried} attempts gave no answer)" if late else f"held ({tried} tried)"


def _line(label: str, value: str, indent: str = "") -> str:
    return f"{indent}{label:<{_WIDTH}}  {value}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
