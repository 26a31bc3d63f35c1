"""The package that students install: the grader with their course in it, in the format of wheels."""

from __future__ import annotations

import base64
import hashlib
import io
import re
import tomllib
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from importlib import metadata
from pathlib import Path

from grader import __version__
from grader.course.topics import PACKAGE
from grader.release.gradescope_zip import requirements

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


DATE = (1980, 1, 1, 0, 0, 0)  # the same content is the same file
LEFT_OUT = ("__pycache__", "_course")
NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?")
WHEEL = "Wheel-Version: 1.0\nGenerator: torchgrade {version}\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
COMMAND = "[console_scripts]\ngrade = grader.cli:main\n"


def wheel_name(name: str, files: Mapping[str, bytes]) -> str:
    """Return the file name of a wheel."""
    return f"{_stem(name, files)}-py3-none-any.whl"


def wheel(name: str, files: Mapping[str, bytes]) -> bytes:
    """Return a wheel called `name` with the grader and, under `grader/_course`, the files of a course."""
    info = f"{_stem(name, files)}.dist-info"
    content = dict(_grader()) | {f"grader/_course/{path}": data for path, data in files.items()}
    content |= {
        f"{info}/METADATA": metadata_text(name, _version(files)).encode(),
        f"{info}/WHEEL": WHEEL.format(version=__version__).encode(),
        f"{info}/entry_points.txt": COMMAND.encode(),
    }
    if text := licence():
        content[f"{info}/licenses/LICENSE"] = text.encode()
    content[f"{info}/RECORD"] = _record(content, f"{info}/RECORD").encode()
    return zipped(content)


def zipped(content: Mapping[str, bytes]) -> bytes:
    """Return a zip file of some files, the same for the same content."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in content.items():
            entry = zipfile.ZipInfo(name, DATE)
            entry.create_system, entry.external_attr = 3, 0o100644 << 16
            archive.writestr(entry, part, zipfile.ZIP_DEFLATED, 6)
    return data.getvalue()


def _stem(name: str, files: Mapping[str, bytes]) -> str:
    return f"{re.sub(r'[-_.]+', '_', name).lower()}-{_version(files)}"


def _version(files: Mapping[str, bytes]) -> str:
    """Our version and a digest of the course: pip takes a mended course for another version, and installs it."""
    total = hashlib.sha256()
    for name, data in sorted(files.items()):
        for part in (name.encode(), data):
            total.update(len(part).to_bytes(8, "big") + part)
    return f"{__version__}+{total.hexdigest()[:8]}"


def _grader() -> Iterator[tuple[str, bytes]]:
    for file in sorted(PACKAGE.rglob("*")):
        inside = file.relative_to(PACKAGE)
        if file.is_file() and not any(part in LEFT_OUT or part.startswith(".") for part in inside.parts):
            yield f"grader/{inside.as_posix()}", file.read_bytes()


def _record(content: Mapping[str, bytes], own: str) -> str:
    lines = []
    for name, data in content.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
        lines.append(f"{name},sha256={digest},{len(data)}")
    return "\n".join([*lines, f"{own},,"]) + "\n"
