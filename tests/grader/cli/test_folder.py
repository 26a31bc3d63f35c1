"""Every command has the same answer to which tasks a course folder has, where they lie, and which of them pass."""

from __future__ import annotations

from dataclasses import replace

import pytest

from grader.course import load_course
from grader.learner.progress import load
from grader.learner.progress_changes import record
from grader.report import Verdict

COURSE = load_course()
TOPICS = ("tensors", "losses")
HERE = [task for task in COURSE.tasks if task.topic in TOPICS]


@pytest.fixture
def mine(grade, judge, tmp_path, monkeypatch):
    """A folder of two topics, in which everything has passed."""
    grade("init", str(tmp_path / "mine"), "--topic", "tensors", "--topic", "losses")
    monkeypatch.chdir(tmp_path / "mine")
    one = judge.report.tasks[0]
    everything = tuple(replace(one, id=task.id) for task in HERE)
    assert record(tmp_path / "mine", replace(judge.report, tasks=everything)) is None
    return tmp_path / "mine"


def absent(judge, topic):
    """Let the judge find no file of a topic."""
    one = judge.report.tasks[0]
    tasks = [
        replace(one, id=task.id, verdict=Verdict.NOT_ATTEMPTED, tests=()) for task in COURSE.topic(topic).tasks
    ]
    judge.report = replace(judge.report, tasks=tuple(tasks))


def test_folder_is_graded_and_reported_on_its_topics(grade, judge, mine, tmp_path):
    grade(".")
    assert judge.asked["tasks"] == TOPICS
    grade("report", ".", "--html", str(tmp_path / "page.html"))
    assert judge.asked["tasks"] == TOPICS


@pytest.mark.parametrize("inside", [False, True])
def test_part_of_a_folder_is_graded_on_the_topics_that_lie_there(grade, judge, mine, monkeypatch, inside):
    if inside:
        monkeypatch.chdir(mine / "tensors")
    grade("." if inside else "tensors")
    assert judge.asked["tasks"] == ("tensors",)


def test_list_shows_the_tasks_of_the_folder(grade, mine):
    _, out, _ = grade("list")
    assert f"{len(HERE)} tasks" in out and "mlp." not in out
    assert f"{len(COURSE.topic('losses').tasks)} tasks" in grade("list", "losses")[1]


def test_list_says_which_topic_a_folder_was_made_without(grade, mine):
    code, _, err = grade("list", "resnet")
    assert code == 2
    assert "was made without resnet" in err


def test_next_does_not_say_that_everything_passes_when_a_file_has_gone(grade, mine):
    (mine / "tensors/tensors.py").rename(mine / "tensors/mine.txt")
    code, out, _ = grade("next")
    assert code == 0 and "Every task passes." not in out
    assert "has no file of tensors" in out.replace("\n", " ")
    assert f"{len(COURSE.topic('losses').tasks)} of {len(HERE)} tasks passed" in out


def test_progress_of_a_topic_is_back_when_its_file_is(grade, judge, mine):
    """A grading without the file says nothing about its tasks."""
    file = mine / "tensors/tensors.py"
    file.rename(mine / "tensors/away.txt")
    absent(judge, "tensors")
    grade(".")
    (mine / "tensors/away.txt").rename(file)
    assert "Every task passes." in grade("next")[1]


def test_grading_in_a_kernel_is_remembered_in_the_folder_that_it_names(grade, judge, mine, tmp_path):
    """What `%grade` starts: a file elsewhere, and the folder that keeps the progress."""
    elsewhere = tmp_path / "kernel"
    elsewhere.mkdir()
    (elsewhere / "losses.py").write_text("def softmax(x, dim):\n    return x\n")
    one = judge.report.tasks[0]
    judge.report = replace(judge.report, tasks=(replace(one, verdict=Verdict.FAIL),))
    grade(str(elsewhere / "losses.py"), "--task", "losses.softmax", "--progress", str(mine))
    assert load(mine).progress.of("losses.softmax").last is Verdict.FAIL


def test_reset_opens_the_task_again(grade, mine):
    file = mine / "losses/losses.py"
    file.write_text(file.read_text().replace('raise NotImplementedError("softmax")', "return x"))
    grade("reset", "softmax")
    _, out, _ = grade("next")
    assert "losses.softmax" in out and f"{len(HERE) - 1} of {len(HERE)} tasks passed" in out
    assert load(mine).progress.of("losses.softmax").ever_passed
