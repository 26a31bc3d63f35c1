"""The zip file that Gradescope takes: our package with the course in it, two scripts, and what was decided."""

from __future__ import annotations

import re

from grader import __version__
from grader.course import Course
from grader.course.digest import contents_under
from grader.course.topics import IN_WHEEL
from grader.release.gradescope_run import RESERVE
from grader.release.gradescope_settings import Settings, to_text
from grader.release.wheel import TEMPLATES, package_files, rendered, requirements
from grader.render.gradescope import as_text, failed_results
from grader.storage import zipped

TORCH = re.compile(r"torch\b(?![-.\w])")
SCRIPTS = ("setup.sh", "run_autograder")
PEAK = 503  # MiB; of all processes together, grading the references of the whole course with one job
TIMES = "one topic took 18 seconds or more, the whole course 247, on two processors that were busy with other work"
UNFINISHED = (
    "The grading did not come to an end: it was stopped by the memory or time limit, or could not start."
)
ASK = "Ask the course staff; they find more in the output of the autograder and in its README.md."


def bundle(course: Course, settings: Settings, torch_index: str = "") -> bytes:
    """The whole zip file.

    Args:
        course: the course that goes with it, whole: the digest of a grading is that of the course.
        settings: what was decided.
        torch_index: the package index that has the CPU build of torch; empty for the one that pip knows.
    """
    needed, _ = requirements()
    torch = [line for line in needed if TORCH.match(line)]
    texts = {
        **{name: (TEMPLATES / name).read_text(encoding="utf-8") for name in SCRIPTS},
        "README.md": readme(settings, torch_index),
        "settings.json": to_text(settings),
        "unfinished.json": as_text(failed_results(UNFINISHED, ASK)),
        "torch.txt": "\n".join(torch) + "\n",
        "torch_index.txt": torch_index,
        "requirements.txt": "\n".join(line for line in needed if line not in torch) + "\n",
    }
    files = {
        f"{place}/{name}": data
        for place in IN_WHEEL
        for name, data in contents_under(getattr(course, place)).items()
    }
    package = {f"torchgrade/{name}": data for name, data in package_files(files).items()}
    return zipped({name: text.encode() for name, text in texts.items()} | package, SCRIPTS)


def readme(settings: Settings, torch_index: str) -> str:
    """What the person who uploads it should know."""
    return rendered(
        "gradescope.md.j2", settings=settings, torch_index=torch_index, version=__version__, peak=PEAK, times=TIMES,
        reserve=f"{RESERVE:g}",
    )  # fmt: skip
