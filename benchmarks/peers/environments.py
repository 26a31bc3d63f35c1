"""Virtual environments for the peers, made when they are first asked for."""

from __future__ import annotations

import subprocess
import sys
import venv
from pathlib import Path

TORCH = "torch==2.13.0"


class NotInstalled(Exception):
    """A peer could not be installed; the text says why."""


def environment(folder: Path, *packages: str) -> Path:
    """Return the folder of programs of an environment with torch and `packages`, made if it is not there."""
    programs = folder / ("Scripts" if sys.platform == "win32" else "bin")
    done = folder / "installed"
    if not done.is_file():
        venv.create(folder, with_pip=True, clear=True)
        # torch first and alone, so that a CPU build at hand is kept
        for asked in ((TORCH, "numpy"), packages):
            _install(programs, asked)
        done.write_text("\n".join(packages))
    return programs


def _install(programs: Path, packages: tuple[str, ...]) -> None:
    command = [str(programs / "python"), "-m", "pip", "install", "--quiet", *packages]
    made = subprocess.run(command, capture_output=True, text=True, check=False)
    if made.returncode:
        raise NotInstalled(f"{' '.join(packages)}: {made.stderr.strip()[-300:]}")


def version_of(programs: Path, package: str) -> str:
    """Return the version of a package in an environment."""
    code = f"from importlib.metadata import version; print(version({package!r}))"
    command = [str(programs / "python"), "-c", code]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
