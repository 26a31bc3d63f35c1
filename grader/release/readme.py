"""The README.md of what students get."""

from __future__ import annotations

from grader.course import Course
from grader.release.course import StudentCourse

README = """\
# {title}

Stubs to fill in, and `grade`, which says at once what passes and what to do next.

## Begin

{install}

```sh
grade exercises/                      # what passes, and the first thing to do next
grade exercises/ --task {task}
grade hint {task}
grade watch exercises/                # the same at each save
grade doctor                          # what to paste into a question about your machine
```

Open a file in `exercises`, read the docstring of a task, and replace its `raise NotImplementedError` with your code.
{notebooks}
## What is tested here

{visible} tests are in `tests`, for you to read; `grade` runs them. {hidden} more are run by your instructor when you
hand in, on fresh random inputs, so a task that passes here is not yet done: think of shapes, dtypes, extremes and
wrong arguments that its docstring names. Hand in the files of `exercises`.

{table}

`datasets` holds the data, each set with its card.
"""
WITH_WHEEL = """\
You need Python 3.11 or newer. Plain `pip install torch` may fetch gigabytes of CUDA: open "Get started" on PyTorch's
own site, choose *pip* and *CPU*, and run the command it shows, with `.venv/bin/python -m pip` in place of `pip3`,
before the second line. On Windows the folder `bin` is called `Scripts`.

```sh
python3 -m venv .venv
.venv/bin/python -m pip install ./{wheel}
. .venv/bin/activate
```"""
WITHOUT_WHEEL = (
    "You need the package that your instructor gives you, a file that ends in `.whl`; pip installs it."
)
NOTEBOOKS = """\
Who likes notebooks better works in `notebooks` instead, and grades with `grade notebooks/`.
"""


def readme(name: str, course: Course, students: StudentCourse, wheel: str | None, notebooks: bool) -> str:
    """Return the text of a README.md for the folder."""
    rows = []
    for slug in students.slugs:
        tasks = [task for task in students.tasks if task.topic == slug]
        visible, hidden = (
            sum(counts[task.id] for task in tasks)
            for counts in (students.suites.visible, students.suites.hidden)
        )
        link = f"[{course.topic(slug).title}](exercises/{slug}/README.md)"
        rows.append(
            f"| {link} | {len(tasks)} | {sum(task.points for task in tasks)} | {visible} | {hidden} |"
        )
    return README.format(
        title=name,
        install=WITH_WHEEL.format(wheel=wheel) if wheel else WITHOUT_WHEEL,
        task=students.tasks[0].id,
        notebooks=NOTEBOOKS if notebooks else "",
        visible=sum(students.suites.visible.values()),
        hidden=sum(students.suites.hidden.values()),
        table="\n".join(
            ["| topic | tasks | points | visible tests | hidden tests |", "|---|---|---|---|---|", *rows]
        ),
    )
