"""`grade next`, and `grade list` where progress is known."""

import json
from dataclasses import replace

import pytest

from grader.course import load_course
from grader.learner.progress_changes import record
from grader.report import Verdict

TASKS = load_course().topic("losses").tasks
FIRST = TASKS[0]


@pytest.fixture
def mine(grade, tmp_path, monkeypatch):
    grade("init", str(tmp_path / "mine"), "--topic", "losses")
    monkeypatch.chdir(tmp_path / "mine")
    return tmp_path / "mine"


@pytest.fixture
def graded(mine, report_with):
    """Remember verdicts of tasks, by their names."""

    def keep(**verdicts):
        one = report_with(Verdict.FAIL).tasks[0]
        tasks = []
        for name, verdict in verdicts.items():
            test = report_with(verdict).tasks[0].tests[0]
            tasks.append(replace(one, id=f"losses.{name}", verdict=verdict, tests=(test,)))
        assert record(mine, replace(report_with(Verdict.PASS), tasks=tuple(tasks))) is None

    return keep


def everything(but=()):
    return {task.name: Verdict.PASS for task in TASKS if task.name not in but}


def test_next_is_the_first_task_with_its_place_and_its_command(grade, mine):
    """A new folder begins with the first task, and says where it lies and how to grade it."""
    code, out, _ = grade("next")
    lines = (mine / "losses/losses.py").read_text().splitlines()
    line = next(number for number, text in enumerate(lines, 1) if text.startswith(f"def {FIRST.name}("))
    assert code == 0
    assert f"{FIRST.id}: {FIRST.title}" in out
    assert f"losses/losses.py:{line}\n" in out
    assert f"grade . --task {FIRST.id}" in out
    assert f"0 of {len(TASKS)} tasks passed" in out


def test_next_shows_what_the_last_grading_said(grade, graded):
    """A task that was tried says how it stands."""
    graded(**everything(but=("softmax",)), softmax=Verdict.FAIL)
    _, out, _ = grade("next")
    assert "losses.softmax" in out
    assert "fail after 1 attempt" in out
    assert "the sum of each row" in out


def test_next_names_open_prerequisites_and_blocks_nobody(grade, graded):
    """Where only a task with open needs is left among those asked for, it is shown with them."""
    graded(**everything(but=("mse_loss", "huber_loss")))
    assert "losses.mse_loss" in grade("next")[1]
    _, out, _ = grade("next", "huber_loss")
    assert "Builds on losses.mse_loss" in out
    assert "begin here all the same" in out


def test_next_says_when_everything_passes(grade, graded):
    """After the last task there is nothing to do."""
    graded(**everything())
    assert "Every task passes." in grade("next")[1]


def test_next_passes_over_what_is_right(grade, graded):
    """A task whose core passes is no open one, and satisfies what builds on it."""
    states = everything()
    graded(**{**states, next(iter(states)): Verdict.RIGHT})
    out = grade("next")[1]
    assert "Every task is right." in out and out.rstrip().endswith(", 1 right")


def test_next_outside_of_a_course_folder_says_how_to_make_one(grade, work):
    """Nobody has to guess what a course folder is."""
    code, _, err = grade("next")
    assert code == 2
    assert "grade init DIR" in err


def test_folder_may_be_named(grade, mine, monkeypatch, tmp_path):
    """--progress takes the place of the current folder."""
    monkeypatch.chdir(tmp_path)
    code, out, _ = grade("next", "--progress", "mine")
    assert code == 0
    assert f"grade mine --task {FIRST.id}" in out


def test_list_shows_verdicts_and_open_needs(grade, graded):
    """Each task has its sign, and says what it builds on that is still open."""
    graded(sigmoid=Verdict.PASS, softmax=Verdict.FAIL)
    out = grade("list", "losses")[1]
    lines = out.splitlines()
    row = {name: next(line for line in lines if f"losses.{name} " in line) for name in ("sigmoid", "softmax")}
    assert row["sigmoid"].startswith("✓")
    assert row["softmax"].startswith("✗")
    assert "1 passed" in out
    assert "losses.log_sum_exp, still open)" in out


@pytest.mark.parametrize(
    ("flags", "wanted"),
    [
        (("losses",), [task.id for task in TASKS]),
        (("--open", "losses"), [task.id for task in TASKS if task.name != "sigmoid"]),
    ],
)
def test_list_can_be_narrowed(grade, graded, flags, wanted):
    """By topic, and to what is left."""
    graded(sigmoid=Verdict.PASS, softmax=Verdict.FAIL)
    topics = json.loads(grade("list", *flags, "--format", "json")[1])
    assert [task["id"] for topic in topics for task in topic["tasks"]] == wanted


def test_list_by_state_without_progress_is_a_wrong_call(grade, work):
    """Where nothing is remembered, nothing can be open."""
    code, _, err = grade("list", "--open")
    assert code == 2
    assert "no progress is known" in err


def test_damaged_progress_is_a_word_and_no_failure(grade, mine):
    """A broken file is mentioned, and the list is shown all the same."""
    (mine / ".torchgrade/progress.json").write_text("{")
    code, out, err = grade("list")
    assert code == 0
    assert FIRST.id in out
    assert "counts as empty" in err


def test_grading_in_a_course_folder_is_remembered(grade, mine, judge):
    """What passes is known to the next command."""
    grade(".")
    assert f"1 of {len(TASKS)} tasks passed" in grade("next")[1]


def test_grading_some_tests_of_a_task_is_not_remembered(grade, mine, judge):
    """A keyword leaves tests out, and what is left says nothing about the task."""
    grade(".", "-k", "rows")
    assert not (mine / ".torchgrade/progress.json").exists()


def test_grading_elsewhere_leaves_nothing_behind(grade, work, judge):
    """A folder that `grade init` did not make stays as it is, unless it is named."""
    before = sorted(work.rglob("*"))
    grade("exercises")
    assert sorted(work.rglob("*")) == before
    grade("exercises", "--progress", ".")
    assert (work / ".torchgrade/progress.json").exists()


def test_grading_is_reported_when_progress_cannot_be_kept(grade, mine, judge, monkeypatch):
    """The report and its exit code are as ever, with a word on the other stream."""

    def refuse(file, data):
        raise PermissionError(13, "Permission denied", str(file))

    monkeypatch.setattr("grader.learner.progress.atomic_write", refuse)
    code, out, err = grade(".")
    assert code == 0
    assert "Everything passes." in out
    assert "progress is not kept" in err
