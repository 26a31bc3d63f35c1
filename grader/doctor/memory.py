"""How much memory is free: of the machine, or of the container if that has less."""

from __future__ import annotations

from pathlib import Path

GROUP = Path("/sys/fs/cgroup")
MACHINE = Path("/proc/meminfo")


def free_memory(machine: Path = MACHINE, group: Path = GROUP) -> int | None:
    """Return the bytes that are free; None where the system does not tell."""
    found = [value for value in (_of_machine(machine), _of_container(group)) if value is not None]
    return min(found, default=None)


def _of_machine(file: Path) -> int | None:
    lines = [line.split() for line in _read(file).splitlines() if line.startswith("MemAvailable:")]
    return int(lines[0][1]) * 1024 if lines else None


def _of_container(folder: Path) -> int | None:
    most, used = _read(folder / "memory.max").strip(), _read(folder / "memory.current").strip()
    return max(0, int(most) - int(used)) if most.isdigit() and used.isdigit() else None


def _read(file: Path) -> str:
    try:
        return file.read_text()
    except OSError:
        return ""
