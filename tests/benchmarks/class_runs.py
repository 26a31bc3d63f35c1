"""Runs of `grade class` in processes of their own, measured from outside; shared by the scripts beside it."""

from __future__ import annotations

import contextlib
import ctypes
import importlib.util
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
ADOPT_ORPHANS = 36  # PR_SET_CHILD_SUBREAPER: what a run leaves behind becomes a child of this process
SEED = 7
LOOK = 0.25  # seconds between two looks at the memory of a run
GRACE = 90.0  # seconds until what a run has started must be gone
MB = 1 << 20


@dataclass(frozen=True)
class Run:
    """What a run took."""

    code: int  # its exit status; negative: the signal that ended it
    wall: float
    cpu: float  # of all its processes
    main: float  # MB, the most that its main process held
    others: float  # MB, the most that any one other process held
    left: tuple[str, ...] = ()  # processes that were still there after a while
    folders: tuple[str, ...] = ()  # scratch folders that were
    settled: float = 0.0  # seconds after its end until nothing of it was there


def made_class() -> ModuleType:
    """Return the maker of classes beside the tests."""
    name = "torchgrade_tests_made_class"
    if name not in sys.modules:
        path = ROOT / "tests/grader/classroom/made_class.py"
        spec = importlib.util.spec_from_file_location(name, path)
        assert spec is not None and spec.loader is not None
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


def adopt_orphans() -> None:
    """Become the parent of every process whose own parent ends."""
    ctypes.CDLL(None).prctl(ADOPT_ORPHANS, 1, 0, 0, 0)


def command(made: Any, out: Path, tasks: Sequence[str], *more: str) -> list[str]:
    """The command line of a run over a made-up class."""
    named = [word for task in tasks for word in ("--task", task)]
    paths = [str(path) for path in made.paths]
    return [
        sys.executable, "-m", "grader", "class", *paths, "--out", str(out), "--roster", str(made.roster),
        "--seed", str(SEED), *named, *more,
    ]  # fmt: skip


def start(words: Sequence[str], scratch: Path, package: Path = ROOT, log: Path | None = None) -> int:
    """Start a run whose scratch folders lie in `scratch`; return its process id."""
    scratch.mkdir(exist_ok=True)
    scratch.chmod(0o711)
    environment = {**os.environ, "PYTHONPATH": str(package), "TMPDIR": str(scratch)}
    with open(log or os.devnull, "ab") as sink:
        process = subprocess.Popen(
            words, env=environment, cwd=scratch, stdout=sink, stderr=sink, stdin=subprocess.DEVNULL,
            start_new_session=True,
        )  # fmt: skip
    process.returncode = 0  # this module waits for it itself
    return process.pid


def finish(pid: int, scratch: Path, kill: Callable[[], bool] | None = None, mode: str = "main") -> Run:
    """Wait for a run, or kill it when `kill` says so, and then for everything that it has started."""
    started, before, main, others, killed = time.monotonic(), _cpu(), 0.0, 0.0, False
    while True:
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            break
        tree = family(os.getpid())
        main = max(main, peak(pid))
        others = max([others, *(peak(one) for one in tree if one != pid)])
        if kill is not None and not killed and kill():
            killed = True
            _kill(pid, tree, mode)
        time.sleep(LOOK)
    wall = time.monotonic() - started
    settled = _settle(scratch)
    left = tuple(_name(one) for one in family(os.getpid()))
    folders = tuple(sorted(path.name for path in scratch.iterdir()))
    code = os.waitstatus_to_exitcode(status)
    return Run(code, wall, _cpu() - before, main, others, left, folders, settled)


def run(words: Sequence[str], scratch: Path, package: Path = ROOT, log: Path | None = None) -> Run:
    """Run a command to its end."""
    return finish(start(words, scratch, package, log), scratch)


def _kill(pid: int, tree: Sequence[int], mode: str) -> None:
    """Kill the main process, or it and the judges, or everything at once."""
    chosen = {
        "main": [pid],
        "judges": [pid, *(one for one in tree if _parent(one) == pid)],
        "all": [*reversed(tree)],
    }[mode]
    for one in [*chosen, *chosen]:  # twice, for what was forked meanwhile
        with contextlib.suppress(ProcessLookupError):
            os.kill(one, signal.SIGKILL)
    if mode == "all":
        for one in family(os.getpid()):
            with contextlib.suppress(ProcessLookupError):
                os.kill(one, signal.SIGKILL)


def _settle(scratch: Path) -> float:
    """Wait until nothing of a run is there, but not for ever; return how long it took."""
    started = time.monotonic()
    while time.monotonic() < started + GRACE:
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        if not family(os.getpid()) and (not any(scratch.iterdir()) or time.monotonic() > started + 3):
            break  # with nobody there, a folder that is left is left for good
        time.sleep(0.1)
    return time.monotonic() - started


def family(root: int) -> list[int]:
    """Return every process below one, parents first, those that have ended left out."""
    parents = {one: parent for one, parent, state in _processes() if state != "Z"}
    found, last = [], [root]
    while last:
        last = [one for one, parent in parents.items() if parent in last]
        found += last
    return found


def _processes() -> Iterator[tuple[int, int, str]]:
    for name in os.listdir("/proc"):
        if name.isdigit():
            with contextlib.suppress(OSError):
                state, parent = Path(f"/proc/{name}/stat").read_text().rpartition(") ")[2].split()[:2]
                yield int(name), int(parent), state


def _parent(pid: int) -> int:
    return next((parent for one, parent, _ in _processes() if one == pid), 0)


def _name(pid: int) -> str:
    with contextlib.suppress(OSError):
        return f"{pid} {Path(f'/proc/{pid}/cmdline').read_bytes().decode().replace(chr(0), ' ')[:80]}"
    return str(pid)


def peak(pid: int) -> float:
    """Return the MB that a process has held at most so far, 0 if it is gone."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM"):
                return int(line.split()[1]) / 1024
    return 0.0


def _cpu() -> float:
    """Seconds of processor time of every process that was waited for."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def without_durations(value: Any) -> Any:
    """Return plain values without what no two gradings share."""
    if isinstance(value, dict):
        return {
            name: without_durations(each)
            for name, each in value.items()
            if name not in ("seconds", "started", "run")
        }
    return [without_durations(each) for each in value] if isinstance(value, list) else value


def outcome(book: Path) -> dict[str, Any]:
    """Return the last finished run of a gradebook as plain values, by student."""
    from grader.classroom.gradebook.book import Gradebook
    from grader.classroom.pages.terminal import as_dict as of_class
    from grader.report.json import as_dict as of_report

    with Gradebook(book) as opened:
        result = opened.result()
    rows = {each["id"]: each for each in of_class(result)["students"]}
    for standing in result.standings:
        rows[standing.student.id]["report"] = standing.report and of_report(standing.report)
    plain: dict[str, Any] = without_durations(rows)
    return plain


def show(name: str, value: object) -> None:
    """Print one figure."""
    print(f"{name:<58} {value}", flush=True)
