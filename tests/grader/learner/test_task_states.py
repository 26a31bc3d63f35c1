"""The next task, and the filters of the list."""


from grader.learner.progress import Progress, TaskProgress
from grader.learner.task_states import in_turn, open_needs
from grader.report import Verdict

PASS, FAIL = TaskProgress(last=Verdict.PASS), TaskProgress(last=Verdict.FAIL)


def names(tasks):
    return [task.name for task in tasks]


def test_tasks_come_in_the_order_of_the_course(course):
    """Without any progress the first task of the course is next."""
    assert names(in_turn(course.tasks, Progress())) == ["one_hot", "mean", "softmax"]


def test_task_whose_needs_are_open_comes_last_and_is_not_left_out(course):
    """A task that builds on an open one waits for it, but is still there."""
    tasks = tuple(reversed(course.tasks))
    assert names(in_turn(tasks, Progress())) == ["mean", "one_hot", "softmax"]
    assert open_needs(course.task("losses.softmax"), Progress()) == ("losses.mean",)
    assert open_needs(course.task("losses.softmax"), Progress({"losses.mean": PASS})) == ()


def test_task_that_broke_again_is_open(course):
    """What passed once and fails now is to be done again."""
    broken = TaskProgress(passed="2026-01-01T08:00:00+00:00", last=Verdict.FAIL)
    assert "mean" in names(in_turn(course.tasks, Progress({"losses.mean": broken})))
