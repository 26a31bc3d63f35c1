"""`grade list`, `grade hint` and `grade stubs`."""

import json

import pytest

from grader.course import load_course
from grader.report import Verdict

COURSE = load_course()
TASK = COURSE.tasks[0]


def test_list_names_every_task(grade):
    code, out, _ = grade("list")
    assert code == 0
    for task in COURSE.tasks:
        assert task.id in out
    assert f"{len(COURSE.tasks)} tasks" in out


def test_list_as_json_has_ids_points_and_needs(grade):
    _, out, _ = grade("list", "--format", "json")
    topics = json.loads(out)
    assert [topic["slug"] for topic in topics] == list(COURSE.slugs)
    tasks = [task for topic in topics for task in topic["tasks"]]
    assert [task["id"] for task in tasks] == [task.id for task in COURSE.tasks]
    assert sum(task["points"] for task in tasks) == sum(task.points for task in COURSE.tasks)


def test_list_as_json_gives_no_hint_away(grade):
    _, out, _ = grade("list", "--format", "json")
    assert TASK.hints[-1] not in out


@pytest.mark.parametrize("name", [TASK.id, TASK.name])
def test_hint_is_the_gentlest_and_says_how_many_there_are(grade, name):
    code, out, _ = grade("hint", name)
    assert code == 0
    assert f"Hint 1/{len(TASK.hints)}" in out
    assert " ".join(TASK.hints[0].split()) in " ".join(out.split())
    assert f"grade hint {TASK.id} 2" in out
    assert TASK.hints[1] not in " ".join(out.split())


def test_last_hint_says_that_it_is_the_last(grade):
    _, out, _ = grade("hint", TASK.id, str(len(TASK.hints)))
    assert "This is the strongest hint there is." in out


@pytest.mark.parametrize(
    ("arguments", "naming"),
    [
        ((TASK.id, "99"), f"has {len(TASK.hints)} hints: there is no hint 99"),
        ((TASK.id, "0"), "0 is not in the range"),
        ((TASK.id[:-1] + "z",), f"did you mean {TASK.id}"),
        ((TASK.topic,), "is a topic: name one of its tasks"),
        ((), "Missing argument 'TASK'"),
    ],
)
def test_hint_that_there_is_not_is_a_wrong_call(grade, arguments, naming):
    code, out, err = grade("hint", *arguments)
    assert (code, out) == (2, "")
    assert naming in err


def test_broken_course_is_ours(grade, monkeypatch):
    from grader.course import CourseNotFound

    def broken():
        raise CourseNotFound("no course found")

    monkeypatch.setattr("grader.course.load_course", broken)
    code, _, err = grade("list")
    assert code == 3
    assert "no course found" in err


def test_stubs_says_what_it_wrote(grade, monkeypatch):
    monkeypatch.setattr("grader.course.stub.write_stubs", lambda course: (course.stub_file("losses"),))
    code, out, _ = grade("stubs")
    assert code == 0
    assert "losses.py" in out


def test_stubs_says_when_there_is_nothing_to_do(grade, monkeypatch):
    monkeypatch.setattr("grader.course.stub.write_stubs", lambda course: ())
    assert grade("stubs")[1] == "every stub is up to date\n"


@pytest.fixture
def mine(grade, tmp_path, monkeypatch):
    """A course folder of one topic."""
    grade("init", str(tmp_path / "mine"), "--topic", "losses")
    monkeypatch.chdir(tmp_path / "mine")
    return tmp_path / "mine"


def test_hint_is_the_next_one_where_it_is_remembered(grade, mine):
    task = COURSE.task("losses.softmax")
    pages = [grade("hint", "softmax")[1] for _ in range(len(task.hints) + 1)]
    shown = [min(number for number in range(1, 9) if f"Hint {number}/" in page) for page in pages]
    assert shown == [1, 2, 3, 3]
    assert "grade hint losses.softmax\n" in pages[0]
    assert "strongest" in pages[-1]


def test_hint_begins_with_what_went_wrong(grade, mine, report_with):
    from grader.learner.progress_changes import record

    record(mine, report_with(Verdict.FAIL))
    first, second = grade("hint", "softmax")[1], grade("hint", "softmax")[1]
    assert "the sum of each row" in first
    assert "Hint 1/" in first
    assert "the sum of each row" not in second
    assert "Hint 2/" in second


def test_hint_shows_a_named_mistake_with_its_advice_and_then_general_hints(
    grade, mine, report_with, monkeypatch
):
    from dataclasses import replace

    from grader.learner.progress_changes import record

    monkeypatch.setattr("grader.learner.progress_changes.advice_on", lambda course, task, name: f"on {name}")
    report = report_with(Verdict.FAIL)
    task = report.tasks[0]
    message = replace(task.tests[0].message, likely="it ran over the batch", mistake="over_batch")
    test = replace(task.tests[0], message=message)
    record(mine, replace(report, tasks=(replace(task, tests=(test,)),)))
    first, second = grade("hint", "softmax")[1], grade("hint", "softmax")[1]
    assert "Likely    it ran over the batch\n" in first
    assert "Advice    on over_batch\n" in first
    assert "Hint 1/" not in first
    assert "Hint 1/" in second
    assert "Likely" not in second
