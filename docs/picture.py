"""Make docs/images/grade.svg: what a terminal shows of a real grading, with one mistake in it.

    python docs/picture.py

Run it from anywhere, in the environment that `pip install -e .` has made.
"""

from __future__ import annotations

import io
import re
import tempfile
from pathlib import Path

from rich.console import Console

from grader.course import load_course
from grader.judge.grading import grade_submission
from grader.render import terminal

HERE = Path(__file__).resolve().parent
FILE = HERE / "images" / "grade.svg"
RIGHT = "e = (x - x.detach().amax(dim, keepdim=True)).exp()\n    return e / e.sum(dim, keepdim=True)"
WRONG = RIGHT.replace("(dim,", "(0,").replace("sum(dim", "sum(0")
TASKS = ("losses.sigmoid", "losses.log_sum_exp", "losses.softmax")
SEED = 7


def main() -> None:
    """Grade a solution whose softmax runs over the batch, and draw the page."""
    solution = load_course().solution_file("losses").read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "losses.py"
        file.write_text(_with_a_mistake(solution), encoding="utf-8")
        report = grade_submission([Path(folder)], tasks=TASKS, seed=SEED, jobs=1)
    console = Console(
        record=True, width=100, file=io.StringIO(), markup=False, emoji=False, highlight=False,
        force_terminal=True, color_system="truecolor",
    )  # fmt: skip
    failed = next((task.first_failure for task in report.tasks if task.first_failure), None)
    if failed is None or failed.message is None or failed.message.likely is None:
        raise SystemExit("no mistake was named: try again when the machine is less busy")
    terminal.show(report, console, paths="exercises/")
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(_without_network(console.export_svg(title="grade exercises/")), encoding="utf-8")


def _without_network(picture: str) -> str:
    """Return a picture that asks nobody for a font: any of fixed width will do."""
    return re.sub(r"@font-face \{.*?\}\s*|<!--.*?-->\s*", "", picture, flags=re.DOTALL)


def _with_a_mistake(solution: str) -> str:
    """Return the solution with another body of softmax."""
    head, _, rest = solution.partition("def softmax(")
    begin, end = rest.index("### BEGIN SOLUTION"), rest.index("### END SOLUTION")
    return f"{head}def softmax({rest[:begin]}{WRONG}\n    {rest[end:]}"


if __name__ == "__main__":
    main()
