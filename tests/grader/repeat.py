"""Plays every broken and hostile case again and again: `python tests/grader/repeat.py [--runs N] [--only WORD]`.

A run grades each case as the test of the cases does and asks the same of it. Prints a line for each run and for each
thing that should not be, and at the end how often each happened; exit 1 if anything did. Root and an ordinary user
meet other layers: run it as both (`runuser -u NAME -- python tests/grader/repeat.py`).
"""

from __future__ import annotations

import argparse
import ctypes
import importlib.util
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

HERE = Path(__file__).parent
ADOPT_ORPHANS = 36  # PR_SET_CHILD_SUBREAPER: what outlives its parents becomes a child of this process
KINDS = ("undeserved point", "leak", "survivor", "disturbance", "unexpected")


def load(name: str) -> ModuleType:
    """Import a module that lies beside this one."""
    spec = importlib.util.spec_from_file_location(f"torchgrade_tests_{name}", HERE / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


tests = load("test_cases")


def faults_of(case: Any, found: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield what one grading of a case did that it must not do: the kind, and details."""
    try:
        tests._nothing_stays(found)
    except (AssertionError, KeyError) as problem:
        yield "survivor", str(found.get("crash", problem))
    if "json" not in found:
        if not case.expect.usage or any(word not in found.get("usage", "") for word in case.expect.usage):
            yield "unexpected", str({key: found.get(key) for key in ("crash", "ours", "usage")})
        return
    report = json.loads(found["json"])
    tasks = {task["id"]: task for task in report["tasks"]}
    for task in case.tasks:
        if tasks[task]["points"] > case.expect.most_points:
            yield "undeserved point", f"{tasks[task]['points']} points for {task}"
    asked = (
        ("disturbance", lambda: tests._others(case, tasks)),
        ("leak", lambda: tests._words(case, found, report, [tasks[task] for task in case.tasks])),
        ("unexpected", lambda: tests._own_tasks(case, tasks)),
    )
    for kind, ask in asked:
        try:
            ask()
        except AssertionError as problem:
            yield kind, str(problem)[:2000]
    if report.get("incomplete"):
        yield "unexpected", f"incomplete: {report['incomplete']}"


def play(cases: list[Any]) -> Iterator[tuple[Any, dict[str, Any]]]:
    """Grade the cases once, a few at the same time; yield each with what came of it."""
    with tempfile.TemporaryDirectory(prefix="cases-") as name:
        results = Path(name)
        results.chmod(0o711)
        orders = "".join(json.dumps(case.order()) + "\n" for case in cases)
        environment = {**os.environ, **tests.ONE_THREAD, **tests.TOKEN}
        command = [sys.executable, HERE / "case_host.py", name]
        subprocess.run(command, input=orders, text=True, env=environment, check=True)
        for number, case in enumerate(cases):
            yield case, json.loads((results / f"{number}.json").read_text())


def traces() -> set[str]:
    """What lies where anybody may write, and what runs below this process."""
    places = {
        str(path)
        for folder in ("/tmp", "/var/tmp", "/dev/shm", "/dev/mqueue")
        for path in entries(Path(folder))
    }
    return {path for path in places if Path(path).name.startswith(("grade-", "cases-"))} | set(children())


def entries(folder: Path) -> Iterator[Path]:
    """Yield what this user owns in a folder, if there is one."""
    for path in folder.iterdir() if folder.is_dir() else ():
        try:
            if path.lstat().st_uid == os.getuid() or path.lstat().st_uid >= 61_000:
                yield path
        except OSError:
            continue


def children() -> Iterator[str]:
    """Yield the processes that have this one for a parent."""
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            name, _, rest = status.read_text().rpartition(") ")
        except OSError:
            continue
        if int(rest.split()[1]) == os.getpid():
            yield f"process {name}"


def main() -> None:
    """Play, count, and say how it went."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--only", default="", help="cases with this word in their name")
    options = parser.parse_args()
    ctypes.CDLL(None).prctl(ADOPT_ORPHANS, 1, 0, 0, 0)
    cases = [case for case in tests.CASES if options.only in case.name]
    print(f"{len(cases)} cases as user {os.getuid()}", flush=True)
    total, gradings, before = Counter[str](), 0, traces()
    for run in range(1, options.runs + 1):
        started, counted = time.monotonic(), Counter[str]()
        for case, found in play(cases):
            gradings += 1
            for kind, details in faults_of(case, found):
                counted[kind] += 1
                print(f"  {case.name}: {kind}: {details}", flush=True)
        total += counted
        print(f"run {run}: {dict(counted) or 'clean'}, {time.monotonic() - started:.0f} s", flush=True)
    left = traces() - before
    print(
        f"{gradings} gradings as user {os.getuid()}: " + ", ".join(f"{total[kind]} {kind}" for kind in KINDS)
    )
    print(f"left behind: {sorted(left) or 'nothing'}")
    raise SystemExit(1 if total or left else 0)


if __name__ == "__main__":
    main()
