"""The zip file that Gradescope takes: our package with the course in it, two scripts, and what was decided."""

from __future__ import annotations

import io
import re
import tomllib
import zipfile
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from grader import __version__
from grader.course import Course
from grader.course.topics import IN_WHEEL, PACKAGE
from grader.release.gradescope_run import RESERVE
from grader.release.gradescope_settings import EACH, FRESH, Settings, to_text
from grader.render.gradescope import as_text, failed_results

TORCH = re.compile(r"torch\b(?![-.\w])")


class NotInstalled(Exception):
    """This torchgrade lies in no checkout and has not been installed, so that nobody knows what it needs."""

    exit_code = 3


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


TEMPLATES = Path(__file__).with_name("gradescope")
SCRIPTS = ("setup.sh", "run_autograder")
INSIDE = "torchgrade/grader"
DATE = (1980, 1, 1, 0, 0, 0)  # the same content is the same file
FILE, SCRIPT = 0o100644, 0o100755
PEAK = 503  # MiB; of all processes together, grading the references of the whole course with one job
TIMES = "one topic took 18 seconds or more, the whole course 247, on two processors that were busy with other work"
UNFINISHED = (
    "The grading did not come to an end: it was stopped by the memory or time limit, or could not start."
)
ASK = "Ask the course staff; they find more in the output of the autograder and in its README.md."
SEEDS = {
    "": "the same for everybody and in every run, seed {seed}",
    EACH: "the same in every run of one student, drawn from seed {seed} and the ids of those who hand in together",
    FRESH: "new ones in each run; two runs of one submission may differ where a test trains or samples",
}
LEFT_OUT = ("__pycache__", "_course")


def bundle(course: Course, settings: Settings, torch_index: str = "") -> bytes:
    """The whole zip file.

    Args:
        course: the course that goes with it, whole: the digest of a grading is that of the course.
        settings: what was decided.
        torch_index: the package index that has the CPU build of torch; empty for the one that pip knows.
    """
    torch, others = requirements(PACKAGE)
    texts = {
        "README.md": readme(settings, torch_index),
        "settings.json": to_text(settings),
        "unfinished.json": as_text(failed_results(UNFINISHED, ASK)),
        "torch.txt": "\n".join(torch) + "\n",
        "torch_index.txt": torch_index,
        "requirements.txt": "\n".join(others) + "\n",
    }
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in SCRIPTS:
            _add(archive, name, (TEMPLATES / name).read_bytes().replace(b"\r\n", b"\n"), SCRIPT)
        for name, text in texts.items():
            _add(archive, name, text.encode("utf-8"), FILE)
        for name, file in _files(course):
            _add(archive, name, file.read_bytes(), FILE)
    return data.getvalue()


def readme(settings: Settings, torch_index: str) -> str:
    """What the person who uploads it should know."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        trim_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template("README.md.j2").render(
        settings=settings, torch_index=torch_index, version=__version__, peak=PEAK, times=TIMES,
        reserve=f"{RESERVE:g}", seeds=SEEDS[settings.seeds].format(seed=settings.seed),
    )  # fmt: skip


def _files(course: Course) -> Iterator[tuple[str, Path]]:
    """Our package as a wheel has it: the course's folders under `_course`."""
    yield from _below(PACKAGE, INSIDE)
    for place in IN_WHEEL:
        folder: Path = getattr(course, place)
        if folder.is_dir():
            yield from _below(folder, f"{INSIDE}/_course/{place}")


def _below(folder: Path, prefix: str) -> Iterator[tuple[str, Path]]:
    for file in sorted(folder.rglob("*")):
        inside = file.relative_to(folder)
        if file.is_file() and not any(part in LEFT_OUT or part.startswith(".") for part in inside.parts):
            yield f"{prefix}/{inside.as_posix()}", file


def _add(archive: zipfile.ZipFile, name: str, content: bytes, mode: int) -> None:
    entry = zipfile.ZipInfo(name, DATE)
    entry.create_system = 3  # Unix, whose permission bits these are
    entry.external_attr = mode << 16
    archive.writestr(entry, content, zipfile.ZIP_DEFLATED, 6)
