"""What a standing judge does once, so that none of the children that grade has to do it again."""

from __future__ import annotations

import gc
from collections.abc import Sequence

from grader.course import Course, Task
from grader.intake import Content, Submission
from grader.judge.intake import take_in
from grader.judge.plugin import load_shared
from grader.judge.references import References

GARBAGE_THRESHOLDS = (20_000, 20, 20)  # a child is short-lived, as a worker is


def get_ready(references: References, tasks: Sequence[Task], course: Course) -> None:
    """Load now what each child would otherwise load again."""
    topics = dict.fromkeys(task.topic for task in tasks)
    for slug in topics:
        references.stub(slug), references.tree(slug), references.signatures(slug)
        if (file := course.suites / slug / "shared.py").is_file():
            load_shared(file)
    for task in tasks:
        references.mistakes(task)
    for slug in topics:
        _read_like_a_submission(references, [task for task in tasks if task.topic == slug], course)
    gc.collect()
    gc.freeze()  # so that a child's collection does not copy every page
    gc.set_threshold(*GARBAGE_THRESHOLDS)
    gc.enable()


def _read_like_a_submission(references: References, tasks: Sequence[Task], course: Course) -> None:
    """Read a topic's reference as if it were handed in: its bindings and those of the stub are then known."""
    slug = tasks[0].topic
    content = Content(f"{slug}.py", course.solution_file(slug).read_bytes())
    take_in(course, references, Submission({slug: content}, ""), tasks)
