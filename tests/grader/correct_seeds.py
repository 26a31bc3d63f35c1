"""Grades correct submissions under many seeds: `python tests/grader/correct_seeds.py [PATH ...] [--seeds N]`.

A path is a folder with the files of one submission; without one all of `cases/correct_*` are graded. Each has to get
full marks for each task of its topic that it solves under every seed, and nothing may be named. Prints a line for each
submission with the seeds that it passed and for each failure its first message; exit 1 if there was any. Graded without
a sandbox, which decides no number.
"""

from __future__ import annotations

import argparse
import re
import sys
import tomllib
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from grader.classroom.grading.jobs import POOL, here
from grader.course import load_course
from grader.device.choice import simulated_accelerator
from grader.intake import find_submission
from grader.judge.order import JudgeKey, Order
from grader.report import TaskReport

CASES = Path(__file__).with_name("cases")
ROOT = Path(__file__).parents[2]
DEFINED = r"""\b(?:def|class) {0}\b|["']{0}["']|^[ "]*{0} *[=,:]"""  # by a statement, by its name, in a notebook too


def failures(key: JudgeKey, folder: Path, seed: int) -> list[str]:
    """Grade one submission under one seed; return what it lost or was told."""
    files = find_submission([folder, *beside(folder)], load_course().slugs)
    order = Order(files, solved(folder), "", seed, key.sandbox, False, None, key.accelerator)
    with POOL.lend(key) as judge:
        found = judge.grade(order)
    lost = [line for task in found.tasks.values() for line in _lost(task)]
    return lost + ([f"incomplete: {found.incomplete}"] if found.incomplete else [])


def solved(folder: Path) -> tuple[str, ...]:
    """Return the tasks that a submission solves: of its topic where it stands in a family, else of all its files."""
    family, _, topic = folder.resolve().parent.name.partition("_")
    names = {topic} if family == "correct" else {path.stem for path in folder.iterdir()}
    texts = {slug: "".join(file.read_text("utf-8") for file in folder.glob(f"{slug}.*")) for slug in names}
    tasks = [task for task in load_course().tasks if task.topic in texts]
    return tuple(task.id for task in tasks if re.search(DEFINED.format(task.name), texts[task.topic], re.MULTILINE))


def beside(folder: Path) -> list[Path]:
    """What lies beside a submission, as its case.toml says: the reference files of topics that it does not bring."""
    case, own = folder / "case.toml", {path.stem for path in folder.iterdir()}
    base = tomllib.loads(case.read_text(encoding="utf-8")).get("beside") if case.exists() else None
    return [path for path in sorted((ROOT / base).glob("*.py")) if path.stem not in own] if base else []


def _lost(task: TaskReport) -> Iterator[str]:
    for test in task.tests:
        if test.message:
            yield f"{task.id} {test.name}: {test.message}"
    if not task.points == task.max_points > 0:
        yield f"{task.id}: {task.verdict}, {task.points} of {task.max_points} points"


def main() -> int:
    """Grade, print, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="*", type=Path, metavar="PATH")
    parser.add_argument("--seeds", type=int, default=50, metavar="N", help="grade under the seeds 1 to N")
    parser.add_argument("--first", type=int, default=1, metavar="SEED", help="begin with another seed")
    parser.add_argument("--jobs", type=int, default=2, metavar="N", help="gradings at the same time")
    given = parser.parse_args()
    folders = given.folders or sorted(path for path in CASES.glob("correct_*/*") if path.is_dir())
    seeds = range(given.first, given.first + given.seeds)
    key = JudgeKey(tuple(task.id for task in load_course().tasks), "none", simulated_accelerator())
    failed = 0
    with here(given.jobs) as pool:
        for folder in folders:
            play = partial(failures, key, folder)
            lost = {seed: lines for seed, lines in zip(seeds, pool.map(play, seeds), strict=True) if lines}
            failed += len(lost)
            print(f"{folder.parent.name}/{folder.name}: {len(seeds) - len(lost)} of {len(seeds)} seeds", flush=True)
            for seed, lines in lost.items():
                print(f"  seed {seed}", *lines[:3], sep="\n    ", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
