"""A class of two hundred, graded for real: right, the same again, cheap a second time, and safe from kills.

    python tests/benchmarks/class_of_200.py [--size N] [--kills N] [--jobs N] [--keep FOLDER] [--only PART ...]

Parts: alone (each kind of file by `grade_submission`, compared with the class), again (an empty gradebook, the same
seed), known (the same gradebook), kills, loop (what one endless loop costs the others). Each prints its figures; the
exit status says how many checks failed.
"""

from __future__ import annotations

import argparse
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

import class_runs as runs  # noqa: E402
from class_runs import Run, show  # noqa: E402

PARTS = ("alone", "again", "known", "kills", "loop")
MODES = ("main", "all", "judges")
MOST_TRIES = 4  # for each kill that is asked for
LONGEST_START = 3.0  # seconds until the first grading, or more
KNOWN_SHARE = 0.03  # of the first run, that a second one may take


class Runner:
    """One class, and what was found wrong about it so far."""

    def __init__(self, folder: Path, options: argparse.Namespace) -> None:
        """Make the class."""
        self.folder, self.options, self.failed = folder, options, 0
        self.maker = runs.made_class()
        self.made = self.maker.make(folder / "class", options.size, options.seed)
        self.tasks = self.maker.TASKS
        self.more = ["--jobs", str(options.jobs), "--device", "sim"]

    def check(self, name: str, good: bool, found: object = "") -> None:
        """Print one check."""
        show(name, f"{'yes' if good else 'NO'}  {found}")
        self.failed += not good

    def grade(self, out: str, made: Any = None, tasks: Any = None) -> Run:
        """Grade the class into a folder."""
        words = runs.command(made or self.made, self.folder / out, tasks or self.tasks, *self.more)
        found = runs.run(words, self.folder / "tmp", log=self.folder / f"{out}.log")
        show(f"run into {out}", _figures(found))
        left = found.left + found.folders
        self.check("  it ends well and leaves nothing", found.code == 0 and not left, " ".join(left))
        return found

    def outcome(self, out: str) -> dict[str, Any]:
        """How everybody stands, by student."""
        return runs.outcome(self.folder / out / "gradebook.sqlite")


def _figures(run: Run) -> str:
    return (
        f"exit {run.code}, {run.wall:.1f} s wall, {run.cpu:.1f} s CPU, main process {run.main:.0f} MB, "
        f"largest other {run.others:.0f} MB, gone {run.settled:.1f} s later"
    )


def outcomes(runner: Runner, rows: dict[str, Any]) -> None:
    """Everybody has exactly one outcome, the right one, and a reason."""
    expected = runner.made.expected
    show("outcomes", dict(Counter(row["outcome"] for row in rows.values())))
    strange = [key for key in rows if key not in expected]
    wrong = {key: rows.get(key, {}).get("outcome") for key, each in expected.items()
             if rows.get(key, {}).get("outcome") != each.outcome}  # fmt: skip
    runner.check("each student has one row with the expected outcome", not wrong, wrong or "")
    all_unknown = all(rows[key]["outcome"] == "unknown" for key in strange)
    runner.check(
        "whoever is on no list is a row of its own", len(strange) == runner.made.unknown and all_unknown
    )
    runner.check("each outcome is explained", all(row["reason"] for row in rows.values()))


# Grading alone


def alone(runner: Runner, rows: dict[str, Any]) -> None:
    """Compare the class with each distinct kind of file, graded alone."""
    from grader.course import load_course
    from grader.judge.grading import grade_submission
    from grader.report.json import as_dict

    course, found, folder = load_course(), {}, runner.folder / "alone"
    folder.mkdir()
    recipes = {recipe for each in runner.made.expected.values() for recipe in each.recipes}
    for number, recipe in enumerate(sorted(recipes, key=lambda one: (one.topic, one.name, one.suffix))):
        file = folder / str(number) / recipe.file
        file.parent.mkdir()
        file.write_bytes(recipe.data(course, "alone"))
        tasks = [task for task in runner.tasks if task.startswith(f"{recipe.topic}.")]
        report = grade_submission([file], tasks=tasks, seed=runs.SEED, jobs=1, device="sim")
        found[recipe] = {task["id"]: task for task in runs.without_durations(as_dict(report))["tasks"]}
    show("distinct kinds of files, graded alone", len(found))
    compared, wrong, wording = 0, [], []
    for student, expected in runner.made.expected.items():
        tasks = {task["id"]: task for task in (rows[student].get("report") or {"tasks": []})["tasks"]}
        for recipe in expected.recipes:
            for task_id, by_itself in found[recipe].items():
                compared += 1
                if essence(tasks.get(task_id)) != essence(by_itself):
                    wrong.append(
                        (student, recipe.name, task_id, essence(tasks.get(task_id)), essence(by_itself))
                    )
                elif tasks[task_id] != by_itself:
                    wording.append((recipe.name, task_id))
    runner.check("verdicts, points and mistakes are those of grading alone", not wrong, f"{compared} tasks")
    for each in wrong[:10]:
        print("   ", *each)
    show("  tasks whose messages differ in wording", f"{len(wording)} {dict(Counter(wording))}")


def essence(task: Any) -> Any:
    """What must be equal: the verdict, the points, and for each test its verdict and the mistake that is named."""
    if task is None:
        return None
    tests = [
        (test["name"], test["verdict"], (test["message"] or {}).get("mistake")) for test in task["tests"]
    ]
    return task["verdict"], task["points"], tests


# Kills


def kills(runner: Runner, undisturbed: Callable[[], dict[str, Any]]) -> None:
    """Kill a run at random moments, resume it each time, and compare what comes out in the end.

    A run that came to its end before its moment is not counted, and another one takes its place.
    """
    draw, out = random.Random(runner.options.seed), runner.folder / "killed"
    scratch, log = runner.folder / "tmp", runner.folder / "killed.log"
    words = runs.command(runner.made, out, runner.tasks, *runner.more)
    kept, lost, left, folders, settled = 0, 0, 0, Counter[str](), []
    stage, wanted = Counter[str](), runner.options.kills
    while stage["killed"] < wanted and stage.total() < MOST_TRIES * wanted:
        number = stage.total()
        mode = MODES[number % len(MODES)]
        moment = Moment(draw, out, kept, 2.2 * len(runner.made.expected) / wanted)
        found = runs.finish(runs.start(words, scratch, log=log), scratch, moment.has_come, mode)
        now, finished = in_book(out)
        stage["came to its end before" if found.code == 0 else "killed"] += 1
        lost += now < kept
        left += bool(found.left)
        folders[mode] += len(found.folders)
        settled.append(found.settled)
        show(f"  kill {number + 1}, {mode}, {moment.words}, at {found.wall:.1f} s",
             f"{now} gradings kept, {finished} runs finished, gone {found.settled:.1f} s later"
             f"{' LEFT ' + str(found.left) if found.left else ''}")  # fmt: skip
        kept = now
        for name in found.folders:
            shutil.rmtree(scratch / name, ignore_errors=True)
    show("runs that were disturbed", dict(stage))
    runner.check("as many were killed as asked for", stage["killed"] == wanted)
    final = runner.grade("killed")
    unequal = differences(undisturbed(), runner.outcome("killed"))
    runner.check("killed and resumed: nothing kept was lost", lost == 0)
    runner.check("the result is that of the undisturbed run", not unequal, unequal[:5] or "")
    runner.check("no process outlives a kill", left == 0, f"the slowest took {max(settled):.1f} s")
    runner.check(
        "no scratch folder does, but where everything is killed", not folders["main"] + folders["judges"]
    )
    show("  empty scratch folders where everything was killed", folders["all"])
    runner.check("nothing is there twice", once(out))
    strays = [path.name for path in out.rglob(".*.part")]
    runner.check("no half-written file is left in the results", not strays, strays or "")
    show("  the run that came to its end", _figures(final))


class Moment:
    """A random moment of a run: one in three while it starts, the others after some more gradings.

    Once nothing is left to grade a run is little more than its start and its end, the writing of pages.
    """

    def __init__(self, draw: random.Random, out: Path, kept: int, most: float) -> None:
        self.out, self.kept, self.started = out, kept, time.monotonic()
        self.gradings = draw.randint(1, max(1, round(most))) if draw.random() < 2 / 3 else 0
        self.delay = draw.uniform(0.0, 0.5 if self.gradings else LONGEST_START)
        self.reached: float | None = None if self.gradings else self.started

    @property
    def words(self) -> str:
        return f"{self.gradings} gradings and {self.delay:.1f} s" if self.gradings else f"{self.delay:.1f} s"

    def has_come(self) -> bool:
        if self.reached is None and in_book(self.out)[0] >= self.kept + self.gradings:
            self.reached = time.monotonic()
        return self.reached is not None and time.monotonic() >= self.reached + self.delay


def in_book(out: Path) -> tuple[int, int]:
    """Return how many gradings are kept, and how many runs were finished."""
    import sqlite3

    if not (out / "gradebook.sqlite").is_file():
        return 0, 0
    with closing(sqlite3.connect(out / "gradebook.sqlite")) as book:
        try:
            (kept,) = book.execute("SELECT count(*) FROM reports").fetchone()
            (finished,) = book.execute("SELECT count(*) FROM runs WHERE finished IS NOT NULL").fetchone()
        except sqlite3.OperationalError:  # killed while it was made
            return 0, 0
    return kept, finished


def once(out: Path) -> bool:
    """Whether each grading and each student of each run is in the book once, and the book is sound."""
    import sqlite3

    with closing(sqlite3.connect(out / "gradebook.sqlite")) as book:
        twice = book.execute(
            "SELECT count(*) FROM (SELECT run, student_id FROM standings GROUP BY 1, 2 HAVING count(*) > 1)"
        ).fetchone()[0]
        keys, different = book.execute("SELECT count(key), count(DISTINCT key) FROM reports").fetchone()
        sound = book.execute("PRAGMA integrity_check").fetchone()[0]
    return bool(twice == 0 and keys == different and sound == "ok")


def differences(one: dict[str, Any], other: dict[str, Any]) -> list[str]:
    """Return whose rows differ, and in what."""
    found = []
    for student in sorted(one.keys() | other.keys()):
        before, after = one.get(student, {}), other.get(student, {})
        found += [f"{student}: {name}" for name in before.keys() | after.keys()
                  if before.get(name) != after.get(name)]  # fmt: skip
    return found


# An endless loop


def loop(runner: Runner) -> None:
    """Grade a small class with and without an endless loop, twice each in turn."""
    from statistics import mean

    found: dict[bool, list[tuple[float, float, float, float]]] = {True: [], False: []}
    for turn in range(2):
        for with_loop in (True, False):
            name = f"loop-{turn}-{with_loop}"
            made = runner.maker.make(runner.folder / name, 30, runner.options.seed, runner.maker.SMALL, with_loop)
            run = runner.grade(f"{name}-out", made, runner.maker.SMALL)
            looping, others = seconds_of(runner, f"{name}-out", made)
            found[with_loop].append((run.wall, run.cpu, looping, others))
    for place, name in enumerate(
        ("wall of the run", "CPU of the run", "grading the loop", "grading the others")
    ):
        there, without = (mean(each[place] for each in found[key]) for key in (True, False))
        show(f"  {name}, with and without the loop, s", f"{there:.1f} {without:.1f}")


def seconds_of(runner: Runner, out: str, made: Any) -> tuple[float, float]:
    """Return the seconds that gradings took: of the endless loop, and of all others."""
    from grader.classroom.gradebook.book import Gradebook

    with Gradebook(runner.folder / out / "gradebook.sqlite") as book:
        result = book.result()
    looping = others = 0.0
    for standing in result.standings:
        recipes = made.expected[standing.student.id].recipes if standing.student.id in made.expected else ()
        if standing.report is None:
            continue
        if any(recipe.name == "endless loop" for recipe in recipes):
            looping += standing.report.seconds
        else:
            others += standing.report.seconds
    return looping, others


def main() -> int:
    """Do what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--keep", type=Path, help="a new folder for all that is made, which stays")
    parser.add_argument(
        "--against", type=Path, help="compare with this undisturbed run of the same class, and make none"
    )
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS)
    options = parser.parse_args()
    runs.adopt_orphans()
    with tempfile.TemporaryDirectory(prefix="class-of-200-") as name:
        Path(name).chmod(0o711)
        if options.keep:
            options.keep.mkdir(parents=True)
        runner = Runner(options.keep or Path(name), options)
        _parts(runner, options.only)
        show("checks that failed", runner.failed)
        return min(runner.failed, 100)


def _parts(runner: Runner, only: list[str]) -> None:
    show("students", len(runner.made.expected))
    if set(only) == {"loop"}:
        loop(runner)
        return
    if runner.options.against:
        _kills_against(runner, runner.options.against)
        return
    first = runner.grade("first")
    rows = runner.outcome("first")
    outcomes(runner, rows)
    if "known" in only:
        second = runner.grade("first")
        shares = second.wall / first.wall, second.cpu / first.cpu
        runner.check("a second run is cheap: share of wall, of CPU", max(shares) < KNOWN_SHARE,
                    " ".join(f"{share:.2%}" for share in shares))  # fmt: skip
        unequal = differences(rows, runner.outcome("first"))
        runner.check("  and finds the same", not unequal, unequal[:5] or "")
    if "alone" in only:
        alone(runner, rows)
    if "again" in only:
        runner.grade("again")
        unequal = differences(rows, runner.outcome("again"))
        runner.check(
            "graded again into an empty gradebook, everything is the same", not unequal, unequal[:5] or ""
        )
        same = (runner.folder / "first/grades.csv").read_bytes() == (
            runner.folder / "again/grades.csv"
        ).read_bytes()
        runner.check("  and grades.csv byte for byte", same)
    if "kills" in only:
        kills(runner, lambda: rows)
    if "loop" in only:
        loop(runner)


def _kills_against(runner: Runner, out: Path) -> None:
    """Do the kills alone; the other run may still go on meanwhile, and has to end before these do."""
    kills(runner, lambda: runs.outcome(out / "gradebook.sqlite"))


if __name__ == "__main__":
    sys.exit(main())
