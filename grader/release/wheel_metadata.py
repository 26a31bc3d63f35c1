"""What a wheel for students says of itself."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path

from grader.course.locate import PACKAGE
from grader.export.packages import requirements

OURS = "torchgrade"  # the package that this grader was installed as
EXTRA = "notebook"  # what learners may want besides


def metadata_text(name: str, version: str) -> str:
    """Return what pip reads: the name, the version and what has to be installed besides."""
    torch, others = requirements(PACKAGE)
    lines = ["Metadata-Version: 2.4", f"Name: {name}", f"Version: {version}", "Requires-Python: >=3.11"]
    lines.append("Summary: A PyTorch course with its visible tests, and the grader that runs them")
    lines += ["License-Expression: MIT", "License-File: LICENSE"] * bool(licence())
    lines += [f"Requires-Dist: {line}" for line in (*torch, *others)]
    extra = _extra(PACKAGE)
    lines += [f"Provides-Extra: {EXTRA}"] * bool(extra)
    lines += [f"Requires-Dist: {line}; extra == '{EXTRA}'" for line in extra]
    return "\n".join(lines) + "\n"


def _extra(package: Path) -> Sequence[str]:
    """Return what the grader wants for notebooks, as its own package says."""
    file = package.parent / "pyproject.toml"
    if file.is_file():
        project = tomllib.loads(file.read_text(encoding="utf-8")).get("project", {})
        return list(project.get("optional-dependencies", {}).get(EXTRA, []))
    try:
        lines = metadata.requires(OURS) or []
    except metadata.PackageNotFoundError:
        return []
    return [line.partition(";")[0].strip() for line in lines if re.search(rf"extra == .{EXTRA}\b", line)]


def licence() -> str | None:
    """Return the licence, which goes with every copy of the grader; None where it is not at hand."""
    file = PACKAGE.parent / "LICENSE"
    if file.is_file():
        return file.read_text(encoding="utf-8")
    try:
        return metadata.distribution(OURS).read_text("licenses/LICENSE")
    except metadata.PackageNotFoundError:
        return None
