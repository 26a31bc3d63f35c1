"""What is graded, and in which order."""

from __future__ import annotations

from grader.learner.progress import Progress, TaskProgress
from grader.report import Verdict
from grader.watch import events as e
from grader.watch.state import PATIENCE, UNKNOWN, known


def test_only_the_task_whose_code_changed_is_graded(page):
    """A save grades what it changed, not its file."""
    page.read(losses={"mean": "a", "softmax": "b", "entropy": ""})
    assert page.asked == ["losses.mean"]
    page.graded("losses.mean", Verdict.PASS)
    assert page.asked == ["losses.softmax"]
    page.graded("losses.softmax", Verdict.PASS)
    page.read(losses={"mean": "a", "softmax": "b2", "entropy": ""})
    assert page.asked == ["losses.softmax"]


def test_nothing_is_graded_when_a_save_changes_no_code(page):
    """A comment in a file grades nothing."""
    page.read(losses={"mean": "a", "softmax": "", "entropy": ""})
    page.graded("losses.mean", Verdict.PASS)
    assert page.read(losses={"mean": "a", "softmax": "", "entropy": ""}) == ()


def test_untouched_tasks_are_not_graded(page):
    """A new folder grades nothing, and lets a judge of the first topic get ready."""
    page.read(losses="", tensors="")
    assert page.effects == (e.Warm("tensors"),)


def test_task_that_is_put_back_to_its_stub_is_graded_once_more(page):
    """What was begun and is not any more gets its verdict, too."""
    page.read(losses={"mean": "a", "softmax": "", "entropy": ""})
    page.graded("losses.mean", Verdict.FAIL)
    page.read(losses="")
    assert page.asked == ["losses.mean"]


def test_code_that_comes_back_before_it_was_graded_is_not_graded_again(page):
    """An undone change needs no grading."""
    page.read(losses={"mean": "a", "softmax": "b", "entropy": ""})
    page.read(losses={"mean": "a", "softmax": "", "entropy": ""})
    page.graded("losses.mean", Verdict.PASS)
    assert page.asked == []


def test_what_changed_last_is_graded_first(page):
    """A save goes before what still waits."""
    page.read(losses={"mean": "a", "softmax": "a", "entropy": ""}, tensors="")
    page.read(losses={"mean": "a", "softmax": "a", "entropy": "c"}, tensors="")
    page.graded("losses.mean", Verdict.PASS)
    assert page.asked == ["losses.entropy"]


def test_result_of_code_that_was_saved_over_is_not_shown(page):
    """A save during a grading counts, and not the older result."""
    page.read(losses={"mean": "a", "softmax": "", "entropy": ""})
    page.read(losses={"mean": "a2", "softmax": "", "entropy": ""})
    assert page.asked == []
    page.graded("losses.mean", Verdict.FAIL, mark="a")
    assert page.state.results == {}
    assert page.effects == (e.Grade("losses.mean", "a2", {"losses": page.state.files["losses"]}),)


def test_grading_of_older_code_is_given_up_when_it_takes_long(page):
    """A loop that never ends does not hold up the code that mends it."""
    page.read(losses={"mean": "loop", "softmax": "", "entropy": ""})
    page.read(losses={"mean": "mended", "softmax": "", "entropy": ""})
    page.now += PATIENCE / 2
    assert page.give(e.Tick()) == ()
    page.now += PATIENCE
    assert page.give(e.Tick()) == (e.GiveUp(),)
    assert page.give(e.Tick()) == ()
    page.give(e.GivenUp())
    assert page.asked == ["losses.mean"]


def test_grading_is_given_more_time_where_a_judge_needs_more_to_get_ready(page):
    """A slow machine does not end judges that a new one would only replace later."""
    page.give(e.Ready("losses", 4 * PATIENCE))
    page.read(losses={"mean": "a", "softmax": "", "entropy": ""})
    page.read(losses={"mean": "b", "softmax": "", "entropy": ""})
    page.now += 2 * PATIENCE
    assert page.give(e.Tick()) == ()


def test_grading_of_the_code_as_it_is_now_is_never_given_up(page):
    """However long it takes, nobody wants another."""
    page.read(losses={"mean": "a", "softmax": "", "entropy": ""})
    page.now += 100 * PATIENCE
    assert page.give(e.Tick()) == ()


def test_task_that_builds_on_one_that_passes_now_is_graded_again(page):
    """Only what has not passed, and only when that changes its standing."""
    page.read(losses={"mean": "", "softmax": "a", "entropy": "a"})
    page.graded("losses.softmax", Verdict.FAIL)
    page.graded("losses.entropy", Verdict.SKIPPED)
    page.read(losses={"mean": "", "softmax": "b", "entropy": "a"})
    page.graded("losses.softmax", Verdict.FAIL)
    assert page.asked == []
    page.read(losses={"mean": "", "softmax": "c", "entropy": "a"})
    page.graded("losses.softmax", Verdict.PASS)
    assert page.asked == ["losses.entropy"]


def test_task_that_passes_is_not_graded_again_for_the_sake_of_another(page):
    """What has passed keeps its verdict whatever it builds on."""
    page.read(losses={"mean": "", "softmax": "a", "entropy": "a"})
    page.graded("losses.softmax", Verdict.PASS)
    page.graded("losses.entropy", Verdict.PASS)
    page.read(losses={"mean": "", "softmax": "b", "entropy": "a"})
    page.graded("losses.softmax", Verdict.FAIL)
    assert page.asked == []


def test_grading_hears_how_the_tasks_stand_that_it_builds_on(page):
    """A need that has not passed makes a failure a skipped task, as in a grading of all."""
    page.read(losses={"mean": "", "softmax": "", "entropy": "a"})
    (order,) = page.effects
    assert [(need.id, need.verdict) for need in order.needs] == [("losses.softmax", Verdict.NOT_ATTEMPTED)]


def test_verdicts_of_earlier_days_hold_when_their_code_is_still_there():
    """Whatever command graded it; code that is not known, or another state of the course, is graded once more."""
    kept = {"a.x": ("pass", "m", "c"), "a.y": ("fail", None, None), "a.z": ("not_attempted", "n", "c")}
    kept["b.x"] = ("pass", "m", "another")
    progress = Progress(
        {name: TaskProgress(last=Verdict(last), code=code, course=on) for name, (last, code, on) in kept.items()}
    )
    assert known(progress, "c") == {"a.x": "m", "a.y": UNKNOWN, "b.x": UNKNOWN}
