"""Plays every broken and hostile case through standing judges: `python tests/benchmarks/standing_corpus.py`.

A class is graded by judges that stand for all of it. So each case is graded, in a random order, by one judge, and after
each come two submissions of somebody else, a right one and a wrong one, whose reports must be those of an undisturbed
judge but for durations. Each case must get what its case.toml says. At the end the judge and its server must be as they
were, and after that nothing of them may be left. `--judges 2` plays them through two judges at the same time.
Prints a line for each thing that should not be, then figures; exit 1 if anything was wrong. Root and an ordinary user
meet other layers: run it as both.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import random
import re
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from difflib import unified_diff
from pathlib import Path
from types import ModuleType
from typing import Any

from grader.course import load_course
from grader.device.choice import simulated_accelerator
from grader.intake import Content, IntakeError, NothingFound, Submission, TwoCandidates, find_submission
from grader.judge.grading import report_of
from grader.judge.order import JudgeKey, Order, OurProblem, ShardResult
from grader.judge.warm_pool import JudgeDied, start_judge
from grader.render.junit import to_junit
from grader.report import Report
from grader.report.json import to_json

GRADER_TESTS = Path(__file__).resolve().parents[1] / "grader"
NO_MATTER = re.compile(
    r'"(seconds": [0-9.e+-]+|course_digest": "\w+")'
)  # the second: while somebody edits the course
RIGHT = (GRADER_TESTS / "cases/bystander/losses.py").read_text(encoding="utf-8")
OTHERS = {"right": RIGHT, "wrong": RIGHT.replace("strength / 2", "strength")}
THEIR_TASK = "losses.l2_penalty"
NOT_DEAR = "not derivatives"  # finite differences make as many calls as all other tests together
LATE = '"verdict": "timeout"'  # of a machine that is busy with other work: it is played again, and counted
GROWTH = 1.02  # of memory: the allocator's own rounding


def load(name: str) -> ModuleType:
    """Import a module that lies beside the tests of the grader."""
    spec = importlib.util.spec_from_file_location(f"torchgrade_tests_{name}", GRADER_TESTS / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


repeat, case_host = load("repeat"), load("case_host")
COURSE = load_course()


class Judge:
    """A standing judge, replaced where it dies, and what the system says about its process and its server's."""

    def __init__(self, tasks: tuple[str, ...]) -> None:
        self.tasks, self.died = tasks, 0
        self._start()

    def _start(self) -> None:
        self.standing = start_judge(JudgeKey(tuple(self.tasks), "auto", simulated_accelerator()))
        self.standing.wait()
        self.pid = self.standing._process.pid
        (self.server,) = children(self.pid)

    def grade(self, order: Order) -> ShardResult:
        """Grade; count a judge that dies, and give the order to another one, once."""
        try:
            return self.standing.grade(order)
        except JudgeDied:
            self.died += 1
            self._start()
            return self.standing.grade(order)

    def left(self) -> list[str]:
        """What a grading left behind: processes below the judge and its server, files in the scratch folder."""
        beside = [f"process {pid}" for pid in children(self.pid) if pid != self.server]
        below = [f"worker {pid}" for pid in children(self.server)]
        root = Path(f"/proc/{self.server}/root{tempfile.gettempdir()}")
        files = [str(path) for folder in root.glob("grade-*") for path in everything_in(folder)]
        return beside + below + files

    def facts(self) -> dict[str, int]:
        """Memory in KiB, descriptors and threads of the judge and of its server."""
        return {
            f"{what} of the {name}": count
            for name, pid in (("judge", self.pid), ("server", self.server))
            for what, count in facts_of(pid)
        }


def children(pid: int) -> list[int]:
    """The processes that a process has started."""
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def everything_in(folder: Path) -> list[Path]:
    """The names in a folder; none where it may not be looked into: only its server's user may."""
    try:
        return list(folder.iterdir())
    except OSError:
        return []


def facts_of(pid: int) -> Iterator[tuple[str, int]]:
    """Yield what one process holds."""
    status = Path(f"/proc/{pid}/status").read_text()
    yield "KiB", int(re.findall(r"RssAnon:\s+(\d+)", status)[0])
    yield "threads", int(re.findall(r"Threads:\s+(\d+)", status)[0])
    yield "descriptors", len(os.listdir(f"/proc/{pid}/fd"))


def order_of(case: Any) -> Order:
    """The order of a case; raises as `grade` does for paths that are no submission."""
    asked = case.order()
    files = find_submission([Path(path) for path in asked["paths"]], COURSE.slugs)
    read = {slug: Content(path.name, path.read_bytes()) for slug, path in files.files.items()}
    return Order(
        replace(files, files=read), tuple(asked["tasks"]), asked["keyword"], asked["seed"], "auto", False,
        asked["seconds"], simulated_accelerator(),
    )  # fmt: skip


def of_somebody_else(text: str) -> Order:
    """The order for a submission that must not notice the others."""
    files = {"losses": Content("losses.py", text.encode())}
    return Order(
        Submission(files, "losses"), (THEIR_TASK,), NOT_DEAR, 7, "auto", False, None, simulated_accelerator()
    )


def report(order: Order, result: ShardResult) -> Report:
    """The report that a class would get."""
    tasks = [COURSE.task(task_id) for task_id in order.task_ids]
    return report_of(
        COURSE, tasks, result, name=order.submission.name, seed=order.seed, accelerator=order.accelerator,
        seconds=0.0, notes=order.submission.notes,
    )  # fmt: skip


def without_durations(judge: Judge, text: str) -> list[str]:
    """The lines of the report of somebody else, but for durations."""
    order = of_somebody_else(text)
    return NO_MATTER.sub("", to_json(report(order, judge.grade(order)))).splitlines()


def found_of(case: Any, judge: Judge) -> dict[str, Any]:
    """What came of a case, as the test of the cases wants to see it."""
    nothing = {"unchanged": True, "processes": [], "threads": [], "files": [], "descriptors": 0}
    try:
        order = order_of(case)
    except (IntakeError, NothingFound, TwoCandidates) as problem:
        return {**nothing, "usage": str(problem)}
    try:
        made = report(order, judge.grade(order))
    except OurProblem as problem:
        return {**nothing, "ours": f"{type(problem).__name__}: {problem}"}
    printed = {task.id: "".join(test.printed or "" for test in task.tests) for task in made.tasks}
    shown = case_host._on_terminal(made)
    return {**nothing, "printed": printed, "json": to_json(made), "junit": to_junit(made), "terminal": shown}


class Play:
    """What is still to be played, and what went wrong."""

    def __init__(self, cases: list[Any], judges: int) -> None:
        tasks = {task for case in cases for task in case.order()["tasks"]} | {THEIR_TASK}
        ids = tuple(task.id for task in COURSE.tasks if task.id in tasks)
        self.cases, self.wrong, self.played, self.late = cases, 0, 0, 0
        self.judges = [Judge(ids) for _ in range(judges)]
        self.expected = {name: without_durations(self.judges[0], text) for name, text in OTHERS.items()}
        self.before = [judge.facts() for judge in self.judges]
        self.lock = threading.Lock()

    def say(self, name: str, what: str) -> None:
        """Tell of something that should not be."""
        with self.lock:
            self.wrong += 1
            print(f"  {name}: {what}", flush=True)

    def all(self, judge: Judge) -> None:
        """Play cases until there are none."""
        while True:
            with self.lock:
                if not self.cases:
                    return
                case = self.cases.pop()
            try:
                self._one(case, judge)
            except Exception as problem:
                self.say(case.name, f"{type(problem).__name__}: {problem}")

    def _one(self, case: Any, judge: Judge) -> None:
        started, died = time.monotonic(), judge.died
        found = found_of(case, judge)
        seconds = time.monotonic() - started
        for kind, details in repeat.faults_of(case, found):
            self.say(case.name, f"{kind}: {details}")
        for trace in judge.left():
            self.say(case.name, f"left {trace}")
        for name in OTHERS:
            difference = self._difference(name, judge)
            if any(LATE in line for line in difference):
                self.late += 1
                difference = self._difference(name, judge)
            if difference:
                self.say(case.name, f"disturbed the {name} submission after it: {difference}")
        if judge.died > died:
            self.say(case.name, "a judge died")
        with self.lock:
            self.played += 1
            print(f"{self.played} {case.name} {seconds:.1f} s", flush=True)

    def _difference(self, name: str, judge: Judge) -> list[str]:
        """The lines in which a report of somebody else differs from the undisturbed one."""
        return list(
            unified_diff(self.expected[name], without_durations(judge, OTHERS[name]), n=0, lineterm="")
        )

    def compare(self) -> None:
        """Say where a judge or its server has grown."""
        for judge, before in zip(self.judges, self.before, strict=True):
            after = judge.facts()
            print(json.dumps({name: [before[name], after[name]] for name in after}))
            for name, count in after.items():
                if count > before[name] * (GROWTH if "KiB" in name else 1):
                    self.say(name, f"grew from {before[name]} to {count}")


def main() -> None:
    """Play all cases, and say how it went."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--judges", type=int, default=1)
    parser.add_argument("--only", default="", help="cases with this word in their name")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    cases = [case for case in repeat.tests.CASES if options.only in case.name]
    random.Random(options.seed).shuffle(cases)
    total, started = len(cases), time.monotonic()
    os.environ.update(repeat.tests.TOKEN)
    with tempfile.TemporaryDirectory(prefix="cases-") as name:
        os.chmod(name, 0o711)
        os.environ["TMPDIR"] = tempfile.tempdir = name
        play = Play(cases, options.judges)
        threads = [threading.Thread(target=play.all, args=(judge,)) for judge in play.judges]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        play.compare()
        pids = [pid for judge in play.judges for pid in (judge.pid, judge.server)]
        for judge in play.judges:
            judge.warm.close()
        for trace in [
            *(f"process {pid}" for pid in pids if Path(f"/proc/{pid}").exists()),
            *os.listdir(name),
        ]:
            play.say("at the end", f"left {trace}")
    print(
        f"{total} cases, each before a right and a wrong submission, through {options.judges} judge(s) as user "
        f"{os.getuid()}, seed {options.seed}: {play.wrong} things wrong, "
        f"{play.late} played again for being late, {time.monotonic() - started:.0f} s"
    )
    raise SystemExit(1 if play.wrong else 0)


if __name__ == "__main__":
    main()
