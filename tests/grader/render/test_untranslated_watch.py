"""The page of `grade watch` and its lines have a key for every sentence too."""

from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from grader.course import load_course
from grader.intake import Content
from grader.learner.code_files import Part, Reading
from grader.learner.progress_changes import Help
from grader.render.page import Page
from grader.report import Verdict
from grader.report.selection import Failure
from grader.watch import events as e
from grader.watch.page import body, foot, head
from grader.watch.screen import Plain, _cut
from grader.watch.state import State
from grader.watch.step import after

KEYS = "hnplgrq"


class Watched:
    """A page that events are given to, and all that it and the lines have shown."""

    def __init__(self, course):
        self.state, self.slug = State(course, "MINE", 7), course.topics[0].slug
        self.file = StringIO()
        self.console = Console(file=self.file, width=100, color_system=None, markup=False, emoji=False)
        self.page, self.plain = Page(self.console), Plain(self.console)

    def give(self, event):
        before, self.state = self.state, after(self.state, event, 100.0)[0]
        for part in (head, body, foot):
            part(self.page, self.state)
        self.plain.show(event, before, self.state)

    def read(self, mark="A", problem=None, **parts):
        marks = {task.id: mark for task in self.state.course.topics[0].tasks}
        part = Part(Path("A.PY"), Content("A.PY", mark.encode()), marks, **parts)
        self.give(e.Read(Reading({self.slug: part}, problem)))

    def task(self, report, verdict):
        return replace(report.tasks[0], id=self.state.course.tasks[0].id, verdict=verdict)

    def tell(self, report, verdict):
        task = self.task(report, verdict)
        self.give(e.Partial(task.id, "A", task))
        self.give(e.Partial(task.id, "A", task, named=True))

    def grade(self, report, verdict, mark="A"):
        task = self.task(report, verdict)
        self.give(e.Graded(task.id, mark, replace(report, tasks=(task,)), "2026-01-02T03:04:05+00:00"))


@pytest.fixture
def watched(capitals, data):
    course = load_course()
    return Watched(replace(course, topics=data(course.topics[:1])))


def test_watch_has_no_untranslated_words(watched, reports, data, left):
    """Begun, graded, failed, mended, passed; each key, each question, each answer."""
    report = data(reports["error"]())
    report = replace(report, tasks=report.tasks[1:])
    task_id = watched.state.course.tasks[0].id
    watched.give(e.Starting(watched.slug))
    watched.read(mark="")
    watched.give(e.Ready(watched.slug))
    watched.read()
    watched.give(e.Tick())
    watched.tell(report, Verdict.FAIL)
    watched.grade(report, Verdict.FAIL)
    for key in (*KEYS, "x", "r", "n", "g"):
        watched.give(e.Pressed(key))
    help_ = Help(Failure("T", "THE SUM", "LIKELY", "M", "NEXT"), "ADVICE", None, True)
    watched.give(e.Hinted(task_id, help_))
    watched.read(mark="B", problem=None)
    watched.grade(report, Verdict.PASS, "B")
    watched.give(e.Read(Reading({})))  # the file is gone
    watched.read(mark="B")
    watched.give(e.Faulted(task_id, "B", "REASON"))
    assert "NOT BEGUN" in watched.file.getvalue()
    assert "STILL BEING TESTED" in watched.file.getvalue()
    assert not left(watched.file.getvalue())


@pytest.mark.parametrize(
    "said",
    [
        "LOSSES.MEAN has not been begun: there is nothing to grade.",
        "Nothing was reset.",
        "That did not work: VALUE",
        "This is no course folder, where a copy could be kept: make one with `grade init DIR`.",
        "There is no file of LOSSES to put a stub into.",
        "LOSSES.MEAN stays as it is: REASON.",
        "LOSSES.MEAN is its stub again; A.PY as it was is kept in /COPY.",
        "LOSSES.MEAN is its stub already.",
        "The grader could not get ready: REASON",
    ],
)
def test_what_came_of_a_key_has_no_untranslated_words(watched, said, left):
    """What came of a key, under the page and as a line."""
    watched.give(e.Said(said))
    assert not left(watched.file.getvalue())


def test_low_window_says_in_the_language_what_it_leaves_out(watched, left):
    """The last line of what was cut."""
    state = replace(watched.state, current="A.B")
    assert not left(_cut([""] * 9, 3, state)[-1].plain)
