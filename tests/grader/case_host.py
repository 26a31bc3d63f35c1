"""Grades cases in processes of their own, as `grade` would: nothing hidden has been read where a grading begins.

Run as a script with a folder for the results; a line of JSON on standard input is a case to grade.
"""

from __future__ import annotations

import ctypes
import gc
import hashlib
import json
import os
import shutil
import sys
import tempfile
import threading
import time
import traceback
from io import StringIO
from multiprocessing import resource_tracker
from pathlib import Path
from typing import Any

import pytest  # noqa: F401  nothing of it is hidden, and each grading would import it anew
from rich.console import Console

from grader.judge.grading import grade_submission
from grader.judge.order import OurProblem, UsageProblem
from grader.process.prepare import prepare_torch
from grader.render import terminal
from grader.render.junit import to_junit
from grader.report import Report
from grader.report.json import to_json
from grader.worker.confine import default_policy

AT_ONCE = 3
ADOPT_ORPHANS = 36  # PR_SET_CHILD_SUBREAPER: whatever a grading leaves behind becomes a child of this process
GRACE = 1.0  # seconds for an ended process to be gone


def main(results: Path) -> None:
    """Grade what standard input names, a few at the same time."""
    default_policy(results)  # looks for the distributions once, for all gradings
    prepare_torch()  # costs nothing a second time
    gc.freeze()  # so that no grading goes over all of torch when it collects
    running: set[int] = set()
    for number, line in enumerate(sys.stdin):
        if len(running) == AT_ONCE:
            running.discard(os.wait()[0])
        pid = os.fork()
        if pid == 0:
            _become_grading(json.loads(line), results / str(number))
        running.add(pid)
    while running:
        running.discard(os.wait()[0])


def _become_grading(order: dict[str, Any], folder: Path) -> None:
    try:
        answer = _grade(order, folder)
    except BaseException:
        answer = {"crash": traceback.format_exc()}
    part = folder.with_suffix(".part")
    part.write_text(json.dumps(answer))
    part.rename(folder.with_suffix(".json"))
    os._exit(0)


def _grade(order: dict[str, Any], folder: Path) -> dict[str, Any]:
    ctypes.CDLL(None).prctl(ADOPT_ORPHANS, 1, 0, 0, 0)
    folder.mkdir()
    folder.chmod(0o711)
    tempfile.tempdir = str(folder)
    if order.get("links"):
        order["paths"][0] = _with_links(Path(order["paths"][0]), order["links"], folder.with_suffix(".case"))
    before, descriptors, started = _digest(order["paths"]), _descriptors(), time.monotonic()
    answer = _report(order)
    resource_tracker._resource_tracker._stop()  # the standard library's, where processes are spawned
    return {
        **answer,
        "seconds": time.monotonic() - started,
        "unchanged": _digest(order["paths"]) == before,
        "processes": _children(),
        "threads": [thread.name for thread in threading.enumerate()][1:],
        "descriptors": len(_descriptors()) - len(descriptors),
        "files": sorted(os.listdir(folder)),
    }


def _with_links(case: Path, links: dict[str, str], copy: Path) -> str:
    """Copy a case and make its links, which may lead anywhere."""
    shutil.copytree(case, copy)
    for name, target in links.items():
        (copy / name).symlink_to(target)
    return str(copy)


def _report(order: dict[str, Any]) -> dict[str, Any]:
    names = ("tasks", "keyword", "seed", "seconds", "sandbox")
    try:
        report = grade_submission(
            [Path(path) for path in order["paths"]], **{name: order[name] for name in names}
        )
    except UsageProblem as problem:
        return {"usage": str(problem)}
    except OurProblem as problem:
        return {"ours": str(problem)}
    printed = {task.id: "".join(test.printed or "" for test in task.tests) for task in report.tasks}
    return {
        "printed": printed,
        "json": to_json(report),
        "junit": to_junit(report),
        "terminal": _on_terminal(report),
    }


def _on_terminal(report: Report) -> str:
    console = Console(file=StringIO(), width=100, force_terminal=False, color_system=None)
    terminal.show(report, console, paths="submission")
    return str(console.file.getvalue())  # type: ignore[attr-defined]


def _digest(paths: list[str]) -> str:
    """Names, bytes and times of everything under the paths."""
    found = hashlib.sha256()
    for path in sorted(file for given in paths for file in [Path(given), *Path(given).rglob("*")]):
        facts = path.lstat()
        found.update(f"{path} {facts.st_mode} {facts.st_mtime_ns}\n".encode())
        found.update(path.read_bytes() if path.is_file() else b"")
    return found.hexdigest()


def _descriptors() -> list[str]:
    return os.listdir("/proc/self/fd")


def _children() -> list[str]:
    """What still runs below this process a moment later."""
    end = time.monotonic() + GRACE
    while (left := _running_children()) and time.monotonic() < end:
        time.sleep(0.02)
    return left


def _running_children() -> list[str]:
    left = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            name, _, rest = stat.read_text().rpartition(") ")
        except OSError:
            continue
        state, parent = rest.split()[:2]
        if int(parent) == os.getpid() and state != "Z":
            left.append(name)
    return left


if __name__ == "__main__":
    main(Path(sys.argv[1]))
