"""What `run_autograder` starts on Gradescope: grade one submission and write `results.json`, whatever happens.

The grading runs in a process of its own, so that running out of memory or time ends that one, and not the page that
tells of it. This process stays small: it never imports torch.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from grader import __file__ as package
from grader import __version__
from grader.course import load_course
from grader.release.gradescope_settings import (
    Metadata,
    Settings,
    from_text,
    late_percent,
    read_metadata,
    visibility,
)
from grader.render.gradescope import Look, as_text, failed_results, results_of
from grader.report import Report
from grader.report.json import NotAReport, from_json
from grader.storage import atomic_write
from grader.text.escape import one_line
from grader.text.formatting import number

RESERVE = 45.0  # seconds between our own end and Gradescope's
WRONG_CALL = 2  # the exit code of `grade` for a submission that cannot be graded
KILLED = (-9, 137)
ASK = "Nothing is wrong with your submission as far as is known. Ask the course staff to run it again."
OUT_OF_MEMORY = (
    "The grading ran out of memory. Staff: give the container more, in the assignment's Autograder Settings."
)
OUT_OF_TIME = (
    "The grading did not end within {minutes:g} minutes. Staff: allow more in the assignment's settings."
)
OURS = "The grader failed (exit code {code}). Staff: the log below says why."


def main(arguments: Sequence[str]) -> int:
    """Grade the submission under a root folder, `/autograder` if none is given."""
    started = time.monotonic()
    root = Path(arguments[0] if arguments else "/autograder")
    print(f"torchgrade {__version__} from {Path(package).parent}", flush=True)
    try:
        settings = from_text((root / "source" / "settings.json").read_text(encoding="utf-8"))
        load_course().select(settings.tasks)  # a name that the course does not have is no fault of a learner
        metadata = read_metadata(root / "submission_metadata.json")
        results = _graded(root, settings, metadata, started)
    except Exception as problem:  # whatever it is, the page has to say something
        print(f"{type(problem).__name__}: {problem}", flush=True)
        results = failed_results(f"The grader failed: {type(problem).__name__}.", ASK)
    # In one step, so that half of them is never found.
    atomic_write(root / "results" / "results.json", as_text(results).encode("ascii"))
    return 0


def _graded(root: Path, settings: Settings, metadata: Metadata, started: float) -> dict[str, Any]:
    left = max(1.0, 60 * settings.minutes - RESERVE - (time.monotonic() - started))
    with TemporaryDirectory(prefix="torchgrade-") as folder:
        file = Path(folder) / "report.json"
        command = [sys.executable, "-P", "-m", "grader", *_arguments(root, file, settings)]
        try:
            done = subprocess.run(
                command, timeout=left, cwd=root, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            return failed_results(OUT_OF_TIME.format(minutes=settings.minutes), ASK)
        told = done.stderr.decode("utf-8", "replace").strip()
        print(told, flush=True)
        if done.returncode == WRONG_CALL:
            return _refused(told)
        try:
            report = from_json(file.read_bytes())
        except (OSError, NotAReport) as problem:
            print(problem, flush=True)
            return failed_results(_fault(done.returncode, told), ASK)
    return _results(report, settings, metadata)


def _fault(code: int, told: str) -> str:
    killed = code in KILLED or "a grading process ended" in told
    return OUT_OF_MEMORY if killed else OURS.format(code=code)


def _arguments(root: Path, file: Path, settings: Settings) -> list[str]:
    return [
        str(root / "submission"), "--format", "json", "--output", str(file),
        "--seed", str(settings.seed), "--sandbox", settings.sandbox,
        "--jobs", str(settings.jobs), *([] if settings.needs else ["--ignore-needs"]),
        *(word for task in settings.tasks for word in ("--task", task)),
    ]  # fmt: skip


def _refused(told: str) -> dict[str, Any]:
    """What a learner handed in cannot be graded: no points, and the page says what to hand in."""
    why = one_line(told.rpartition("Error: ")[2] or told)
    text = f"0 points: {why}\nHand in again: the file of each topic, under its own name."
    return {"score": 0.0, "output": text, "output_format": "text", "stdout_visibility": "hidden", "tests": []}


def _results(report: Report, settings: Settings, metadata: Metadata) -> dict[str, Any]:
    missing = ", ".join(report.environment.missing_layers) or "none"
    print(f"seed {report.seed}, sandbox {report.environment.sandbox}, layers missing: {missing}", flush=True)
    everything, shown = visibility(settings, metadata)
    factor = settings.points / report.max_score if settings.points and report.max_score else 1.0
    percent = late_percent(settings, metadata)
    remarks = (f"Handed in late: {number(percent)} % of the points are taken.",) if percent else ()
    extra = {"late_percent": percent} if percent else {}
    look = Look(everything, shown, factor, remarks=remarks, extra=extra)
    score = report.score * factor * (1 - percent / 100)
    return results_of(report, look, score=score)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
