"""`%load_ext grader.notebook.magic`, then `%grade losses.softmax` in a notebook.

What is graded is what this kernel has been given: the cells in the order in which they were run. A cell that was
changed and run again counts as it was run last; a change that was not run does not count, nor does the saved file.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import escape

from grader.course import Course, CourseError, UnknownTask, load_course
from grader.intake.notebook_document import Cell
from grader.learner.folder import folder_above
from grader.notebook.kernel import CannotGrade, cells_of, defined_in, grade_cells, hint
from grader.render import terminal
from grader.render.html.environment import page
from grader.render.page import drawn
from grader.report import Report
from grader.report.selection import first_failed
from grader.text.escape import one_line
from grader.text.formatting import count, scored, tally

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell


def load_ipython_extension(shell: InteractiveShell) -> None:
    """Give a kernel the magics `%grade` and `%hint`."""
    remembered: list[str] = []

    def grade(line: str) -> None:
        _grade(shell, line, remembered)

    def show_hint(line: str) -> None:
        print(hint(line.split()))

    grade.__doc__ = (
        "Grade tasks, such as `%grade losses.softmax`, a topic, or without a name the last topic again; "
        "behind the names it takes the options of `grade PATH`, such as --seed, -k, --core and --first."
    )
    show_hint.__doc__ = "Show the next hint of a task, such as `%hint losses.softmax`."
    shell.register_magic_function(show_hint, "line", "hint")  # type: ignore[arg-type]  # it is bound to the shell
    shell.register_magic_function(grade, "line", "grade")  # type: ignore[arg-type]  # it is bound to the shell


def unload_ipython_extension(shell: InteractiveShell) -> None:
    """Take the magics away."""
    for name in ("grade", "hint"):
        shell.magics_manager.magics["line"].pop(name, None)


def _grade(shell: InteractiveShell, line: str, remembered: list[str]) -> None:
    """Grade what the kernel has run in another process and show the report, or one line that says why not."""
    try:
        cells = cells_of(shell)
        words, options = split_options(line)
        topic, tasks = tasks_to_grade(words, cells, remembered)
        remembered[:] = [topic]
        report = grade_cells(cells, topic, tasks, options, folder_above(Path.cwd()))
    except CannotGrade as problem:
        print(problem)
        return
    from IPython.display import display

    data: dict[str, Any] = {"text/html": framed(report), "text/plain": plain(report)}
    display(data, raw=True)  # type: ignore[no-untyped-call]


def split_options(line: str) -> tuple[list[str], list[str]]:
    """Return the names of tasks in a line, and the options of `grade PATH` behind them, which it reads itself.

    Raises:
        CannotGrade: a quote is never closed.
    """
    try:
        words = shlex.split(line)
    except ValueError as problem:
        raise CannotGrade(f"%grade {line}: {problem}") from None
    names = list(takewhile(lambda word: not word.startswith("-"), words))
    return names, words[len(names) :]


def tasks_to_grade(words: Sequence[str], cells: Sequence[Cell], remembered: Sequence[str]) -> tuple[str, list[str]]:
    """Return a topic and the ids of its tasks to grade.

    Raises:
        CannotGrade: there is no such task, its cell has not been run, or several topics could be meant.
    """
    try:
        course = load_course()
        defined = defined_in(cells)
        names = list(words) or list(remembered) or [_topic_of(course, defined)]
        tasks = course.select(names)
    except (UnknownTask, CourseError) as problem:
        raise CannotGrade(str(problem)) from None
    topics = {task.topic for task in tasks}
    if len(topics) != 1:
        raise CannotGrade(f"one notebook is one topic: name tasks of one of {', '.join(sorted(topics))}")
    there = [task for task in tasks if task.name in defined]
    if not there:
        missing = ", ".join(task.name for task in tasks[:3])
        raise CannotGrade(f"this kernel has not run a cell that defines {missing}: run it first")
    return there[0].topic, [task.id for task in (tasks if len(tasks) == 1 else there)]


def _topic_of(course: Course, defined: set[str]) -> str:
    """Return the topic that most of the names belong to."""
    counts = {topic.slug: sum(task.name in defined for task in topic.tasks) for topic in course.topics}
    most = max(counts.values(), default=0)
    best = [slug for slug, number in counts.items() if number == most]
    if most and len(best) == 1:
        return best[0]
    example = (best or ["losses"])[0]
    reason = "several topics have such names" if most else "no cell that was run defines a task"
    raise CannotGrade(f"{reason}: say what to grade, such as `%grade {example}`")


# A frame keeps the page's style off the notebook, and `sandbox` keeps scripts off. The line above it is what is left
# in a notebook that is not trusted, which shows no frames.
FRAME = """<p><b>{points}</b>, {tasks}</p>
<iframe sandbox title="What the tests found" srcdoc="{page}"
 style="width: 100%; height: 480px; border: 1px solid #8886; border-radius: 6px; resize: vertical"></iframe>
"""


def framed(report: Report) -> str:
    """Return HTML for the output of a cell; everything that a submission may have written is escaped."""
    points = scored(report.score, report.max_score)
    names = one_line(report.tasks[0].id) if len(report.tasks) == 1 else count(len(report.tasks), "task")
    shown = page(
        "output.html.j2", package=__package__, points=points, report=report, failed=first_failed(report)
    )
    return FRAME.format(points=escape(points), tasks=escape(f"{names}: {tally(report.tasks)}"), page=escape(shown))


def plain(report: Report) -> str:
    """Return the terminal's page without colour, with the commands that a notebook knows."""
    command = re.compile(r"^(Again|Grade)( +)grade .+ --task (\S+)$", re.MULTILINE)
    return command.sub(r"\1\2%grade \3", drawn(lambda console: terminal.show(report, console))).rstrip("\n")
