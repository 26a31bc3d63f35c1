"""What a grading, a hint and a solution change in the progress."""

from dataclasses import replace

import pytest

from grader.learner.progress import Progress, TaskProgress
from grader.learner.progress_changes import (
    advice_on,
    after_grading,
    after_hint,
    after_solution,
    following,
    picked,
)
from grader.report import Message, TestReport, Verdict
from grader.report.selection import Failure

MORNING, NOON = "2026-01-01T08:00:00+00:00", "2026-01-01T12:00:00+00:00"


@pytest.fixture
def graded(report_of):
    def grade(progress, verdict, when=MORNING, **more):
        return after_grading(progress, report_of(losses__softmax=verdict, **more), when)

    return grade


def test_first_pass_keeps_its_time_when_the_task_passes_again(graded):
    """The time of the first pass stays."""
    progress = graded(graded(Progress(), Verdict.PASS), Verdict.PASS, NOON)
    assert progress.of("losses.softmax").passed == MORNING
    assert progress.of("losses.softmax").attempts == 2


def test_task_that_is_broken_again_has_passed_at_some_time(graded):
    """What was achieved is kept beside the last verdict."""
    entry = graded(graded(Progress(), Verdict.PASS), Verdict.ERROR).of("losses.softmax")
    assert entry.last == Verdict.ERROR
    assert entry.ever_passed
    assert not entry.is_passed


def test_failure_is_kept_in_its_labels(graded):
    """What was checked, the mistake and what to do next are remembered."""
    failure = graded(Progress(), Verdict.FAIL, mistake="over_batch").of("losses.softmax").failure
    assert failure.mistake == "over_batch"
    assert failure.likely == "this is over_batch"
    assert failure.checked == "each row sums to 1"
    assert failure.next == "grade hint losses.softmax"
    assert failure.test == "test_rows"


def test_failure_is_forgotten_when_the_task_passes(graded):
    """A task that passes has no failure."""
    assert graded(graded(Progress(), Verdict.FAIL), Verdict.PASS).of("losses.softmax").failure is None


def test_right_task_has_passed_and_says_whether_its_code_leaves_details_open(graded):
    """Right is passed: at some time, now, and for what builds on it."""
    entry = graded(Progress(), Verdict.RIGHT).of("losses.softmax")
    assert entry.is_passed and entry.ever_passed and entry.passed == MORNING and entry.open_details
    assert not graded(Progress({"losses.softmax": entry}), Verdict.PASS).of("losses.softmax").open_details


@pytest.mark.parametrize(("open_details", "last"), [(False, Verdict.PASS), (True, Verdict.RIGHT)])
def test_grading_of_the_core_lowers_nothing(report_of, open_details, last):
    """What is known of the details of the same code holds; of other code nothing is known."""
    entry = TaskProgress(last=last, code="a", passed_code="a", open_details=open_details)
    report = report_of(losses__softmax=Verdict.RIGHT)
    left_out = TestReport("test_manners", "", Verdict.SKIPPED, False, 1.0, 0.0, detail=True)
    report = replace(report, tasks=(replace(report.tasks[0], tests=(left_out,)),))
    for code, expected in (("a", last), ("b", Verdict.RIGHT)):
        after = after_grading(Progress({"losses.softmax": entry}), report, NOON, {"losses.softmax": code})
        assert after.of("losses.softmax").last == expected


@pytest.mark.parametrize("verdict", [Verdict.NOT_ATTEMPTED, Verdict.SKIPPED])
def test_untouched_task_counts_no_attempt(graded, verdict):
    """Where there was nothing to judge, no attempt is counted."""
    entry = graded(graded(Progress(), Verdict.FAIL), verdict).of("losses.softmax")
    assert (entry.attempts, entry.last) == (1, verdict)


def test_task_that_nobody_has_begun_has_no_entry(graded):
    """The file holds what was worked on, not the whole course."""
    assert graded(Progress(), Verdict.NOT_ATTEMPTED) == Progress()


def test_skipped_task_remembers_what_it_waits_for(report_of):
    """Why a task was not tested is kept in place of what was checked."""
    report = report_of(losses__softmax=Verdict.SKIPPED)
    message = Message("Probabilities", got="losses.mean has not passed", next="grade hint losses.mean")
    report = replace(report, tasks=(replace(report.tasks[0], message=message),))
    failure = after_grading(Progress(), report, MORNING).of("losses.softmax").failure
    assert failure.checked == "losses.mean has not passed"
    assert (failure.test, failure.next) == (None, "grade hint losses.mean")


def test_fault_of_the_grader_changes_nothing(graded):
    """An internal failure says nothing about the learner."""
    before = graded(Progress(), Verdict.PASS)
    assert graded(before, Verdict.INTERNAL) == before


def test_hint_about_the_failure_is_new_when_the_failure_is_another(graded):
    """General hints stay seen; that about the failure is open again for another mistake."""
    progress = graded(Progress(), Verdict.FAIL, mistake="one")
    progress = after_hint(after_hint(progress, "losses.softmax", 1), "losses.softmax", 0)
    assert graded(progress, Verdict.FAIL, mistake="one").of("losses.softmax").hints == (0, 1)
    assert graded(progress, Verdict.FAIL, mistake="two").of("losses.softmax").hints == (1,)


def test_solution_before_passing_is_giving_up(graded):
    """Only who looks before the task has ever passed has given up, and that stays."""
    gave_up = after_solution(Progress(), "losses.softmax", MORNING)
    assert gave_up.of("losses.softmax").given_up
    assert graded(gave_up, Verdict.PASS).of("losses.softmax").given_up
    passed = after_solution(graded(Progress(), Verdict.PASS), "losses.softmax", NOON)
    assert not passed.of("losses.softmax").given_up
    assert passed.of("losses.softmax").solution == NOON


NAMED = Failure("test_rows", "each row sums to 1", "ran over the batch", "over_batch")
UNNAMED = Failure("test_rows", "each row sums to 1")


def test_general_hints_rise_and_stop_at_the_strongest(course):
    """Without a failure the hints come one after the other; the last one stays."""
    task = course.task("losses.softmax")
    shown = [following(task, TaskProgress(hints=tuple(range(1, seen + 1)))) for seen in range(3)]
    assert [each.number for each in shown] == [1, 2, 2]
    assert [each.left for each in shown] == [True, False, False]


def test_advice_on_a_named_mistake_is_shown_first_and_alone(course):
    """What is advised for this very mistake needs no general hint beside it."""
    help_ = following(course.task("losses.softmax"), TaskProgress(failure=NAMED), "look at dim")
    assert (help_.failure, help_.number, help_.advice, help_.left) == (NAMED, None, "look at dim", True)
    assert help_.shown == (0,)


def test_general_hints_follow_the_named_mistake(course):
    """Once the mistake was shown, the first general hint is next."""
    help_ = following(course.task("losses.softmax"), TaskProgress(failure=NAMED, hints=(0,)))
    assert (help_.failure, help_.number) == (None, 1)


@pytest.mark.parametrize("failure", [NAMED, UNNAMED])
def test_failure_without_advice_comes_with_the_next_general_hint(course, failure):
    """What the grading has said before is not all that a hint says."""
    help_ = following(course.task("losses.softmax"), TaskProgress(failure=failure, hints=(1,)))
    assert (help_.failure, help_.number, help_.shown) == (failure, 2, (0, 2))


def test_picked_hint_is_that_one_whatever_was_seen(course):
    """A number asks for one hint."""
    help_ = picked(course.task("losses.softmax"), 1)
    assert (help_.failure, help_.number, help_.left) == (None, 1, True)


def test_advice_is_read_from_the_suite_without_executing_it(course):
    """The text beside a known mistake is found by the name of its variant."""
    task = course.task("losses.softmax")
    file = course.mistakes_file(task)
    file.parent.mkdir(parents=True)
    file.write_text(
        'raise RuntimeError\n\n\n@mistake("over the batch", hint="print the shape of the sum")\n'
        'def over_batch(x, dim):\n    ...\n\n\n@mistake("other")\ndef other(x, dim):\n    ...\n'
    )
    assert advice_on(course, task, "over_batch") == "print the shape of the sum"
    assert advice_on(course, task, "other") is None
    assert advice_on(course, task, "absent") is None
    assert advice_on(course, course.task("losses.mean"), "over_batch") is None
