"""The course of this repository keeps its own rules."""

from __future__ import annotations

from grader.course import load_course
from grader.course.layout import layout_problems
from grader.course.stub import stale_stubs
from grader.intake import Source, TaskState, check_task, read_source


def test_every_stub_follows_from_its_solution() -> None:
    assert stale_stubs(load_course()) == ()


def test_the_layout_has_no_problem() -> None:
    assert [str(problem) for problem in layout_problems(load_course())] == []


def test_every_task_is_defined_in_its_solution_and_not_attempted_in_its_stub() -> None:
    course = load_course()
    for topic in course.topics:
        solution = read_source(course.solution_file(topic.slug))
        stub = read_source(course.stub_file(topic.slug))
        assert isinstance(solution, Source)
        assert isinstance(stub, Source)
        for task in topic.tasks:
            solved = check_task(solution.tree, solution.tree, task.name, stub.tree)
            untouched = check_task(stub.tree, solution.tree, task.name, stub.tree)
            assert solved.state is TaskState.DEFINED, task.id
            assert untouched.state is TaskState.NOT_ATTEMPTED, task.id
