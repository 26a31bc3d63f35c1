"""The page of one student: the score, and what may be seen of it by now."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from grader.classroom.pages.class_page import class_page
from grader.classroom.pages.feedback import feedback_page
from grader.classroom.records import Outcome
from grader.report import Message, Verdict
from grader.text.formatting import clock

HIDDEN = "losses.log_softmax"


def text_of(page):
    body = re.sub(r"<(style|script)>.*?</\1>", "", page, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body))


@pytest.fixture
def standing(class_result):
    """A student who failed some tasks, was late, and was given points."""
    return class_result.standings[3]


def with_visibility(result, visibility, task=HIDDEN, shown_from=None):
    columns = [
        replace(each, visibility=visibility, shown_from=shown_from) if each.id == task else each
        for each in result.columns
    ]
    return replace(result, columns=tuple(columns))


def test_score_and_how_it_came_about_are_told(class_result, standing):
    """Earned, taken for being late, given and taken by whom and why, and the sum."""
    text = text_of(feedback_page(standing, class_result))
    assert f"{standing.score:g} of 38 points" in text
    for part in (
        "earned 35.32",
        "late −1.5",
        "Dr Ng +2 explained the proof orally",
        "Dr Ng −0.5 counted twice",
    ):
        assert part.replace(" ", "") in text.replace(" ", "")


def test_failed_task_shows_its_first_failure(class_result, standing):
    """The verdict, which test it was, and what to do next."""
    text = text_of(feedback_page(standing, class_result))
    failed = next(task for task in standing.report.tasks if task.verdict is Verdict.FAIL)
    assert f"test 2 of 3, {failed.first_failure.name}" in text
    assert failed.first_failure.message.next in text


def test_hidden_test_shows_no_expected_value(class_result, standing):
    """Of a hidden test there is the sentence and the diagnosis; of an exception the place and the class."""
    page = text_of(feedback_page(standing, class_result))
    assert "0.988707" not in page and "0.977619" not in page and "x (2, 3, 2, 2)" not in page
    assert "NameError" in page and "is not defined" not in page


def test_hidden_test_shows_no_output_that_may_hold_its_inputs(class_result, standing):
    """Code can print what it was called with, and what repeats the call is made of it."""
    secret = "tensor([0.977619])"
    tasks = [replace(task, tests=tuple(replace(test, printed=secret, repeat=secret) for test in task.tests))
             for task in standing.report.tasks]  # fmt: skip
    shown = replace(standing, report=replace(standing.report, tasks=tuple(tasks)))
    page = text_of(feedback_page(shown, class_result))
    visible = [test for task in tasks for test in task.tests if test.visible and test.verdict is not Verdict.PASS]
    assert page.count(secret) == 2 * len(visible)


def test_visible_test_shows_all_six_labels(class_result, standing):
    """Of a visible test nothing is kept back."""
    tasks = [
        replace(task, tests=tuple(replace(test, visible=True) for test in task.tests))
        for task in standing.report.tasks
    ]
    shown = replace(standing, report=replace(standing.report, tasks=tuple(tasks)))
    text = text_of(feedback_page(shown, class_result))
    for part in (
        "Checked",
        "Expected 0.988707",
        "Got 0.977619",
        "Where x (2, 3, 2, 2)",
        "name 'dim'".replace("'", "&#39;"),
    ):
        assert part in text


@pytest.mark.parametrize("visibility", ["hidden", "after_due_date", "after_published", "a word of tomorrow"])
def test_task_that_waits_shows_nothing_and_no_total(class_result, standing, visibility):
    """Neither the task nor any number that its result could be computed from is in the page."""
    result = with_visibility(class_result, visibility)
    noted = replace(standing, reason="35.32 earned", notes=("35.32 counted",))
    page = feedback_page(noted, result)
    text = text_of(page)
    assert "1 task is shown later" in text
    assert HIDDEN not in page and "log_softmax" not in page
    assert "35.32" not in text and "−1.5" not in text and "of 38 points" not in text
    assert "losses.softmax" in page


def test_note_of_a_hand_in_stands_once(class_result, standing):
    """A report has the notes of its hand-in; of one that cannot be graded they are shown all the same."""
    note = "losses-1.py is read as losses.py"
    hand_in = replace(standing.hand_in, notes=(note,))
    shown = replace(standing, hand_in=hand_in, report=replace(standing.report, notes=(note,)))
    broken = replace(standing, hand_in=hand_in, report=None, outcome=Outcome.UNREADABLE)
    for each in (shown, broken):
        assert text_of(feedback_page(each, class_result)).count(note) == 1


def test_result_of_a_task_that_waits_changes_nothing_in_the_page(class_result, standing):
    """Two students who differ in the hidden task alone get the same page."""
    result = with_visibility(class_result, "hidden")
    passed = [
        replace(task, verdict=Verdict.PASS, points=task.max_points, tests=()) if task.id == HIDDEN else task
        for task in standing.report.tasks
    ]
    report = replace(standing.report, tasks=tuple(passed))
    other = replace(standing, report=report, earned=report.score)
    assert feedback_page(standing, result) == feedback_page(other, result)


@pytest.mark.parametrize("visibility", ["after_due_date", "after_published"])
def test_task_is_shown_once_its_time_has_come(class_result, standing, visibility):
    """A task waits until the date that the policy gave its column."""
    moment = class_result.started
    result = with_visibility(class_result, visibility, shown_from=moment)
    assert HIDDEN not in feedback_page(standing, result, now=moment - timedelta(seconds=1))
    assert HIDDEN in feedback_page(standing, result, now=moment)
    assert "35.32" in feedback_page(standing, result, now=moment)


def test_task_that_is_skipped_for_a_hidden_one_waits_with_it(class_result, standing):
    """That a task was skipped would tell that the hidden one it builds on has not passed."""
    result = with_visibility(class_result, "hidden", "cnn.BatchNorm2d")
    said = Message("A small network", got="cnn.BatchNorm2d has not passed, and this task builds on it")
    tasks = [
        replace(task, verdict=Verdict.SKIPPED, tests=(), message=said) if task.id == "cnn.LeNet" else task
        for task in standing.report.tasks
    ]
    page = feedback_page(replace(standing, report=replace(standing.report, tasks=tuple(tasks))), result)
    assert "2 tasks are shown later" in text_of(page)
    assert "BatchNorm2d" not in page and "LeNet" not in page


@pytest.mark.parametrize(
    "outcome", [Outcome.MISSING, Outcome.UNREADABLE, Outcome.INCOMPLETE, Outcome.UNKNOWN]
)
def test_other_outcomes_say_why(class_result, outcome):
    """Who has no grade reads the reason, and no points; whoever fits nobody has those of the work."""
    standing = next(each for each in class_result.standings if each.outcome is outcome)
    text = text_of(feedback_page(standing, class_result))
    assert outcome.value.capitalize() in text
    assert standing.reason.split(";")[0] in text
    assert ("of 38 points" in text) == (standing.grade is not None)


def test_untouched_task_is_closed_and_failed_task_is_open(class_result, standing):
    """What was tried and went wrong is read first; what was not attempted takes one line."""
    page = feedback_page(standing, class_result)
    for task in standing.report.tasks:
        part = page[page.index(f'id="task-{task.id}"') :].split("</li>")[0]
        wrong = task.verdict not in (Verdict.PASS, Verdict.NOT_ATTEMPTED)
        assert ("<details open>" in part) == wrong


def test_pages_show_every_time_in_the_zone_of_the_course(class_result):
    """A time of the class page and of a student's stands in one zone, which is named."""
    tokyo = replace(class_result, zone="Asia/Tokyo")
    pages = [class_page(tokyo), *(feedback_page(each, tokyo) for each in tokyo.standings)]
    for shown in pages:
        assert clock(tokyo.started, "Asia/Tokyo") in shown and " JST" in shown
        assert " UTC" not in shown and " CET" not in shown
    for each in tokyo.standings:
        if each.hand_in and each.hand_in.submitted_at:
            assert clock(each.hand_in.submitted_at, "Asia/Tokyo") in feedback_page(each, tokyo)
    assert "All times are in Asia/Tokyo." in pages[0] and "All times are in UTC." in class_page(class_result)
