"""The package that students install: the grader with their course in it, in the format of wheels."""

from __future__ import annotations

import base64
import hashlib
import io
import re
import zipfile
from collections.abc import Iterator, Mapping

from grader import __version__
from grader.course.locate import PACKAGE
from grader.release.wheel_metadata import licence, metadata_text

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
