"""The page as events come in."""

from __future__ import annotations

import pytest

from grader.learner.code_files import Part, Reading
from grader.learner.progress_changes import Help
from grader.report import Verdict
from grader.watch import events as e
from grader.watch.state import View, still_graded


@pytest.fixture
def failing(page):
    """A page on which `mean` fails, and nothing else was begun."""
    page.read(losses={"mean": "a", "softmax": "", "entropy": ""}, tensors="")
    page.graded("losses.mean", Verdict.FAIL)
    return page


def test_page_turns_to_what_was_saved(failing):
    """The task at hand is the one that somebody works at."""
    assert failing.state.current == "losses.mean"
    failing.read(losses={"mean": "a", "softmax": "b", "entropy": ""}, tensors="")
    assert failing.state.current == "losses.softmax"


def test_page_stays_at_a_task_that_was_changed_with_others(failing):
    """A change of a helper does not lead away from the task at hand."""
    failing.graded("losses.mean", Verdict.PASS)
    failing.read(losses={"mean": "b", "softmax": "b", "entropy": "b"}, tensors="")
    assert failing.state.current == "losses.mean"
    failing.graded("losses.mean", Verdict.PASS)
    failing.graded("losses.softmax", Verdict.FAIL)
    assert failing.state.current == "losses.softmax"


def test_result_is_remembered_with_the_code_it_is_about(failing):
    """Each grading is kept, once."""
    failing.read(losses={"mean": "c", "softmax": "", "entropy": ""}, tensors="")
    failing.graded("losses.mean", Verdict.PASS)
    (keep,) = [effect for effect in failing.effects if isinstance(effect, e.Graded)]
    assert (keep.task_id, keep.mark, keep.report.tasks[0].verdict) == ("losses.mean", "c", Verdict.PASS)
    assert failing.state.progress.of("losses.mean").attempts == 2


def test_file_that_cannot_be_read_is_named_and_the_results_stay(failing):
    """A syntax error is said in the grader's words, and nothing else changes."""
    reading = failing.reading(tensors="")
    broken = Part(
        reading.parts["tensors"].path, failing.state.files["losses"], {}, "losses.py, line 3: syntax error"
    )
    failing.press("l")
    failing.give(e.Read(type(reading)({**reading.parts, "losses": broken})))
    assert failing.state.problems == {"losses": "losses.py, line 3: syntax error"}
    assert failing.state.verdict("losses.mean") is Verdict.FAIL
    assert (failing.state.view, failing.asked) == (View.TASK, [])
    failing.read(losses={"mean": "a", "softmax": "", "entropy": ""}, tensors="")
    assert (failing.state.problems, failing.asked) == ({}, [])


def test_page_begins_with_a_broken_file_as_well(page):
    """A syntax error at the start is named, and its mending is graded."""
    part = page.reading(losses="").parts["losses"]
    page.give(e.Read(Reading({"losses": Part(part.path, part.content, {}, "syntax error")}), "losses"))
    assert (page.state.current, page.asked) == ("losses.mean", [])
    page.read(losses={"mean": "a", "softmax": "", "entropy": ""})
    assert page.asked == ["losses.mean"]


def test_deleted_file_keeps_its_results_until_it_is_back(failing):
    """A file that is gone is named; its tasks are neither graded nor forgotten."""
    failing.read(tensors="")
    assert "losses.py is gone" in failing.state.problems["losses"]
    assert failing.state.verdict("losses.mean") is Verdict.FAIL
    failing.read(losses={"mean": "b", "softmax": "", "entropy": ""}, tensors="")
    assert (failing.state.problems, failing.asked) == ({}, ["losses.mean"])


def test_new_file_brings_its_tasks(page):
    """A topic that is begun later joins in."""
    page.read(tensors="")
    assert [task.id for task in page.state.tasks] == ["tensors.one_hot"]
    page.read(tensors="", losses={"mean": "a", "softmax": "", "entropy": ""})
    assert page.asked == ["losses.mean"]


def test_two_files_of_one_topic_are_named_and_nothing_is_graded(failing):
    """What cannot be told apart is not graded."""
    failing.read(problem="2 files could be losses.py")
    assert (failing.state.problem, failing.asked) == ("2 files could be losses.py", [])
    failing.read(losses={"mean": "b", "softmax": "", "entropy": ""}, tensors="")
    assert (failing.state.problem, failing.asked) == (None, ["losses.mean"])


def test_fault_of_the_grader_is_shown_and_the_next_save_is_graded(failing):
    """The same code is not tried without end, and nothing is remembered of it."""
    failing.read(losses={"mean": "b", "softmax": "", "entropy": ""}, tensors="")
    failing.give(e.Faulted("losses.mean", "b", "a judge ended"))
    assert failing.state.verdict("losses.mean") is Verdict.INTERNAL
    assert "a judge ended" in failing.state.results["losses.mean"].message.got
    assert failing.asked == []
    assert failing.state.progress.of("losses.mean").last is Verdict.FAIL
    failing.read(losses={"mean": "c", "softmax": "", "entropy": ""}, tensors="")
    assert failing.asked == ["losses.mean"]


@pytest.fixture
def grading(failing):
    """A page on which a save of `mean` is graded, and has failed so far."""
    failing.read(losses={"mean": "b", "softmax": "", "entropy": ""}, tensors="")
    failing.told("losses.mean", Verdict.ERROR)
    return failing


def test_what_is_known_meanwhile_is_no_result(grading):
    """Verdicts, progress and what is to be done stay as they were before the save."""
    assert still_graded(grading.state, "losses.mean").so_far.verdict is Verdict.ERROR
    assert grading.effects == () and grading.state.results["losses.mean"].verdict is Verdict.FAIL
    assert grading.state.progress.of("losses.mean").last is Verdict.FAIL
    assert still_graded(grading.state, "losses.softmax") is None


@pytest.mark.parametrize(
    "end",
    [
        lambda page: page.graded("losses.mean", Verdict.PASS),
        lambda page: page.give(e.Faulted("losses.mean", "b", "a judge ended")),
        lambda page: page.give(e.GivenUp()),
        lambda page: page.told("losses.mean", None),
    ],
)
def test_what_is_known_meanwhile_ends_with_its_grading(grading, end):
    """Whatever ends a grading, or begins it once more, leaves nothing of what was known."""
    end(grading)
    running = still_graded(grading.state, "losses.mean")
    assert running is None or running.so_far is None


def test_save_ends_what_is_known_of_the_code_before(grading):
    """A failure of code that is gone is not shown, whether it is told before the save is read or after it."""
    grading.read(losses={"mean": "c", "softmax": "", "entropy": ""}, tensors="")
    assert still_graded(grading.state, "losses.mean") is None
    grading.told("losses.mean", Verdict.ERROR, mark="b")
    assert still_graded(grading.state, "losses.mean") is None
    grading.graded("losses.mean", Verdict.FAIL, "b")
    assert grading.asked == ["losses.mean"]
    grading.told("losses.mean", Verdict.ERROR, mark="b")
    assert still_graded(grading.state, "losses.mean").so_far is None


def test_next_and_previous_go_round_the_open_tasks(failing):
    """What passes is passed over."""
    failing.read(losses={"mean": "b", "softmax": "", "entropy": ""}, tensors="")
    failing.graded("losses.mean", Verdict.PASS)
    seen = []
    for key in ("n", "n", "n", "p", "down", "up"):
        failing.press(key)
        seen.append(failing.state.current)
    names = ["softmax", "entropy", "one_hot", "entropy", "one_hot", "entropy"]
    assert [task_id.partition(".")[2] for task_id in seen] == names


def test_hint_is_looked_up_and_the_next_key_gets_the_stronger_one(failing):
    """It is known at once which hint was shown."""
    failing.press("h")
    (look,) = failing.effects
    assert (look.task_id, look.entry.hints, look.entry.failure.likely) == (
        "losses.mean", (), "divided by the wrong sum",
    )  # fmt: skip
    failing.give(e.Hinted("losses.mean", Help(None, None, 1, True)))
    assert failing.state.view is View.HINT
    (look,) = failing.press("h")
    assert look.entry.hints == (1,)


@pytest.mark.parametrize("key, reset", [("y", True), ("n", False), ("q", False), ("enter", False)])
def test_reset_asks_first_and_only_yes_is_yes(failing, key, reset):
    """No single key takes anything away."""
    assert failing.press("r") == ()
    assert failing.state.view is View.RESET
    assert failing.press(key) == ((e.PutBack("losses.mean"),) if reset else ())
    assert failing.state.view is View.TASK and not failing.state.over


def test_save_answers_no_to_the_question_about_the_stub(failing):
    """A question about older code is withdrawn."""
    failing.press("r")
    failing.read(losses={"mean": "b", "softmax": "", "entropy": ""}, tensors="")
    assert failing.press("y") == ()


def test_key_grades_the_task_again(failing):
    """The same code gets another grading when somebody asks for it."""
    failing.press("g")
    assert failing.asked == ["losses.mean"]


def test_task_that_nobody_began_is_not_graded_by_a_key(failing):
    """There is nothing to grade, and that is said."""
    failing.press("n", "g")
    assert failing.asked == [] and "has not been begun" in failing.state.said


def test_list_is_shown_and_left_by_the_same_key(failing):
    """The list stays while one moves in it."""
    failing.press("l", "n")
    assert failing.state.view is View.LIST
    failing.press("l")
    assert failing.state.view is View.TASK


@pytest.mark.parametrize("event", [e.Pressed("q"), e.Stop()])
def test_end_is_the_end(failing, event):
    """Nothing more is graded after it."""
    failing.read(losses={"mean": "b", "softmax": "b", "entropy": ""}, tensors="")
    failing.give(event)
    assert failing.state.over and failing.effects == ()


def test_key_without_a_meaning_changes_nothing(failing):
    """Typing beside the keys is harmless."""
    before = failing.state
    assert failing.press("x", "") == () and failing.state == before
