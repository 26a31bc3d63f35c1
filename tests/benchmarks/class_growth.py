"""How the time and the memory of a class run grow with the class.

    python tests/benchmarks/class_growth.py [--sizes 50 200 1000] [--jobs N]

A made-up course of four small functions with twelve tests, and as many different submissions as asked, a third of
them wrong in one function. Each size is a fresh run of `grade class`; the memory is the most that its main process
and the largest of its others held.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import class_runs as runs  # noqa: E402

TASKS = {"double": "2 * x", "negate": "-x", "square": "x * x", "halve": "x / 2"}
WRONG = {"double": "2 * x + 1", "negate": "x", "square": "x.abs()", "halve": "x / 4"}

HEAD = '"""Small sums."""\n\nimport torch\nfrom torch import Tensor\n'
SOLUTION = '''

def {name}(x: Tensor) -> Tensor:
    """Return {formula}."""
    ### BEGIN SOLUTION
    return {formula}
    ### END SOLUTION
'''
STUB = '''

def {name}(x: Tensor) -> Tensor:
    """Return {formula}."""
    raise NotImplementedError("{name}")
'''
WORK = """

def {name}(x: Tensor) -> Tensor:
    return {formula}
"""
TASK = """
[[tasks]]
name = "{name}"
title = "The function {name}"
points = 1
computes = false
needs = []
hints = ["read its sentence"]
"""
SUITE = '''"""Suite of sums.{name}."""

import pytest
import torch

from grader.suite import check_close, check_shape


@pytest.mark.visible
def test_{name}_values(submission):
    """Three numbers come out as computed by hand."""
    x = torch.tensor([1.0, 2.0, -3.0])
    check_close(submission.{name}(x), {formula})


def test_{name}_shape(submission, rng):
    """The result has the shape of x."""
    check_shape(submission.{name}(rng.normal(4, 3)), (4, 3))


def test_{name}_of_random_numbers(submission, rng):
    """Random numbers come out as expected."""
    x = rng.normal(5)
    check_close(submission.{name}(x), {formula})
'''
MISTAKES = '''"""Wrong variants of sums.{name}."""

from grader.suite import mistake


@mistake("this is {wrong}")
def another_formula(x):
    return {wrong}
'''


@dataclass(frozen=True)
class Class:
    """A class in a folder, as `class_runs.command` wants it."""

    paths: list[Path]
    roster: Path


def course(root: Path) -> Path:
    """Write the grader with the made-up course beside it, and return the folder for the path of Python."""
    shutil.copytree(runs.ROOT / "grader", root / "grader", ignore=shutil.ignore_patterns("__pycache__"))
    files = {"exercises/sums/README.md": "# Sums\n", "datasets/README.md": "# None\n"}
    files["exercises/sums/topic.toml"] = 'title = "Sums"\norder = 10\n' + "".join(
        TASK.format(name=name) for name in TASKS
    )
    for path, form in (("exercises/sums/sums.py", STUB), ("solutions/sums.py", SOLUTION)):
        files[path] = HEAD + "".join(form.format(name=name, formula=text) for name, text in TASKS.items())
    for name, formula in TASKS.items():
        files[f"tests/suites/sums/test_{name}.py"] = SUITE.format(name=name, formula=formula)
        files[f"tests/suites/sums/mistakes/{name}.py"] = MISTAKES.format(name=name, wrong=WRONG[name])
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    return root


def submissions(root: Path, size: int) -> Class:
    """Write so many submissions, all different."""
    names, lines = list(TASKS), ["id,name"]
    for number in range(size):
        wrong = names[number % len(names)] if number % 3 == 0 else ""
        text = HEAD + "".join(
            WORK.format(name=name, formula=WRONG[name] if name == wrong else formula)
            for name, formula in TASKS.items()
        )
        folder = root / "class" / f"s{number:05}"
        folder.mkdir(parents=True)
        (folder / "sums.py").write_text(f"{text}\n\n# {number}\n", encoding="utf-8")
        lines.append(f"s{number:05},Student {number}")
    (root / "roster.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return Class([root / "class"], root / "roster.csv")


def main() -> int:
    """Do what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[50, 200, 1000])
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    runs.adopt_orphans()
    print("size  what   wall s   CPU s   CPU ms each   main MB   largest other MB   exit", flush=True)
    with tempfile.TemporaryDirectory(prefix="class-growth-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        package, failed, peaks = course(folder / "course"), 0, {}
        for size in options.sizes:
            made = submissions(folder / str(size), size)
            words = runs.command(
                made, folder / str(size) / "out", ["sums"], "--jobs", str(options.jobs), "--device", "sim"
            )
            for what in ("first", "again"):
                found = runs.run(words, folder / "tmp", package, folder / "log")
                failed += found.code != 0
                peaks[size, what] = found.main
                print(
                    f"{size:4}  {what}  {found.wall:7.1f} {found.cpu:7.1f} {1000 * found.cpu / size:10.0f} "
                    f"{found.main:11.0f} {found.others:14.0f} {found.code:12}",
                    flush=True,
                )
        for small, large in zip(options.sizes, options.sizes[1:], strict=False):
            grown = 1024 * (peaks[large, "first"] - peaks[small, "first"]) / (large - small)
            print(f"kB of the main process for each submission, {small} to {large}: {grown:.1f}")
        if failed:
            print((folder / "log").read_text(encoding="utf-8")[-3000:])
    return failed


if __name__ == "__main__":
    sys.exit(main())
