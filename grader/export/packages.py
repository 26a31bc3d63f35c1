"""What has to be installed beside the grader, as its own package says."""

from __future__ import annotations

import re
import tomllib
from importlib import metadata
from pathlib import Path

TORCH = re.compile(r"torch\b(?![-.\w])")


class NotInstalled(Exception):
    """This torchgrade lies in no checkout and has not been installed, so that nobody knows what it needs."""


def requirements(package: Path) -> tuple[list[str], list[str]]:
    """Return torch's own line, and the lines of everything else.

    Raises:
        NotInstalled: there is neither a pyproject.toml beside the package nor the record of an installation.
    """
    lines = _of_checkout(package.parent / "pyproject.toml") or _of_installation()
    torch = [line for line in lines if TORCH.match(line)]
    return torch, [line for line in lines if line not in torch]


def _of_checkout(file: Path) -> list[str]:
    if not file.is_file():
        return []
    project = tomllib.loads(file.read_text(encoding="utf-8")).get("project", {})
    return list(project.get("dependencies", [])) if project.get("name") == "torchgrade" else []


def _of_installation() -> list[str]:
    try:
        lines = metadata.requires("torchgrade") or []
    except metadata.PackageNotFoundError:
        raise NotInstalled("install torchgrade, or run it in its checkout, and export again") from None
    return [line for line in lines if "extra ==" not in line]
