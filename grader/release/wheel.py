"""What is packed: texts with values, the grader and what it requires, and the wheel of a course."""

from __future__ import annotations

import base64
import hashlib
import re
import tomllib
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from grader import __version__
from grader.course.digest import contents_under
from grader.course.topics import PACKAGE
from grader.storage import zipped

OURS = "torchgrade"  # the package that this grader was installed as
EXTRA = "notebook"  # what learners may want besides
TEMPLATES = Path(__file__).with_name("templates")


def rendered(template: str, **values: Any) -> str:
    """Return a text for people with values in it."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        trim_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template(template).render(values)


class NotInstalled(Exception):
    """This torchgrade lies in no checkout and has not been installed, so that nobody knows what it needs."""

    exit_code = 3


def requirements() -> tuple[list[str], list[str]]:
    """Return what has to be installed besides the grader, and what it wants for notebooks.

    Raises:
        NotInstalled: there is neither a pyproject.toml beside the package nor the record of an installation.
    """
    file = PACKAGE.parent / "pyproject.toml"
    project = tomllib.loads(file.read_text(encoding="utf-8")).get("project", {}) if file.is_file() else {}
    if project.get("name") == OURS:
        return project["dependencies"], project["optional-dependencies"][EXTRA]
    try:
        lines = metadata.requires(OURS) or []
    except metadata.PackageNotFoundError:
        raise NotInstalled("install torchgrade, or run it in its checkout, and export again") from None
    extra = [line.partition(";")[0].strip() for line in lines if re.search(rf"extra == .{EXTRA}\b", line)]
    return [line for line in lines if "extra ==" not in line], extra


def metadata_text(name: str, version: str) -> str:
    """Return what pip reads: the name, the version and what has to be installed besides."""
    needed, extra = requirements()
    lines = ["Metadata-Version: 2.4", f"Name: {name}", f"Version: {version}", "Requires-Python: >=3.11"]
    lines.append("Summary: A PyTorch course with its visible tests, and the grader that runs them")
    lines += ["License-Expression: MIT", "License-File: LICENSE"] * bool(licence())
    lines += [f"Requires-Dist: {line}" for line in needed]
    lines += [f"Provides-Extra: {EXTRA}", *(f"Requires-Dist: {line}; extra == '{EXTRA}'" for line in extra)]
    return "\n".join(lines) + "\n"


def licence() -> str | None:
    """Return the licence, which goes with every copy of the grader; None where it is not at hand."""
    file = PACKAGE.parent / "LICENSE"
    if file.is_file():
        return file.read_text(encoding="utf-8")
    try:
        return metadata.distribution(OURS).read_text("licenses/LICENSE")
    except metadata.PackageNotFoundError:
        return None


NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?")
WHEEL = "Wheel-Version: 1.0\nGenerator: torchgrade {version}\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
COMMAND = "[console_scripts]\ngrade = grader.cli:main\n"


def wheel_name(name: str, files: Mapping[str, bytes]) -> str:
    """Return the file name of a wheel."""
    return f"{_stem(name, files)}-py3-none-any.whl"


def wheel(name: str, files: Mapping[str, bytes]) -> bytes:
    """Return a wheel called `name` with the grader and, under `grader/_course`, the files of a course."""
    info = f"{_stem(name, files)}.dist-info"
    content = package_files(files) | {
        f"{info}/METADATA": metadata_text(name, _version(files)).encode(),
        f"{info}/WHEEL": WHEEL.format(version=__version__).encode(),
        f"{info}/entry_points.txt": COMMAND.encode(),
    }
    if text := licence():
        content[f"{info}/licenses/LICENSE"] = text.encode()
    content[f"{info}/RECORD"] = _record(content, f"{info}/RECORD").encode()
    return zipped(content)


def package_files(course: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the files of the grader as a wheel has them, with those of a course under `_course`."""
    ours = {
        f"grader/{path}": data
        for path, data in contents_under(PACKAGE).items()
        if not path.startswith("_course/")
    }
    return ours | {f"grader/_course/{path}": data for path, data in course.items()}


def _stem(name: str, files: Mapping[str, bytes]) -> str:
    return f"{re.sub(r'[-_.]+', '_', name).lower()}-{_version(files)}"


def _version(files: Mapping[str, bytes]) -> str:
    """Our version and a digest of the course: pip takes a mended course for another version, and installs it."""
    total = hashlib.sha256()
    for name, data in sorted(files.items()):
        for part in (name.encode(), data):
            total.update(len(part).to_bytes(8, "big") + part)
    return f"{__version__}+{total.hexdigest()[:8]}"


def _record(content: Mapping[str, bytes], own: str) -> str:
    lines = []
    for name, data in content.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
        lines.append(f"{name},sha256={digest},{len(data)}")
    return "\n".join([*lines, f"{own},,"]) + "\n"
