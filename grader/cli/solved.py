"""What the commands that show a reference share: who asks for which task, and the reference itself."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from grader.cli.faults import WrongCall
from grader.cli.learner import learners_course, needed_folder, one_task, progress_in, remember

if TYPE_CHECKING:
    from grader.course import Course, Task


@dataclass(frozen=True)
class Asked:
    """A task whose reference is asked for in a course folder."""

    course: Course
    task: Task
    folder: Path
    has_passed: bool  # at any time

    def reference(self) -> str:
        """Return the code of the solution, or refuse where the course was handed out without."""
        file = self.course.solution_file(self.task.topic)
        if not file.is_file():
            raise WrongCall(f"this course was handed out without its solutions: there is no {file.name}")
        return self.code_in(file.read_text(encoding="utf-8")) or ""

    def code_in(self, text: str) -> str | None:
        """Return the definition of the task in a module, None where there is none."""
        from grader.learner.source import source_of

        others = {each.name for each in self.course.topic(self.task.topic).tasks} - {self.task.name}
        return source_of(text, self.task.name, others)

    def remember(self) -> None:
        """Keep in the folder's progress that the reference was shown."""
        from grader.learner.step import after_solution
        from grader.learner.store import now

        remember(self.folder, lambda known: after_solution(known, self.task.id, now()))


def asked_for(name: str, folder: Path | None, language: str | None) -> Asked:
    """Return what the task `name` is in a language, and whether it has passed in a folder or the nearest one."""
    course = learners_course(language)
    task, place = one_task(course, name), needed_folder(folder)
    progress = progress_in(place)
    return Asked(course, task, place, progress is not None and progress.of(task.id).ever_passed)
