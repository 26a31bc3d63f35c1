"""Which hint comes next."""

from grader.learner.advice import advice_on
from grader.learner.hints import following, picked
from grader.learner.model import Failure, TaskProgress

NAMED = Failure("test_rows", "each row sums to 1", "ran over the batch", "over_batch")
UNNAMED = Failure("test_rows", "each row sums to 1")


def test_general_hints_rise_and_stop_at_the_strongest(course):
    """Without a failure the hints come one after the other; the last one stays."""
    task = course.task("losses.softmax")
    shown = [following(task, TaskProgress(hints=tuple(range(1, seen + 1)))) for seen in range(3)]
    assert [each.number for each in shown] == [1, 2, 2]
    assert [each.left for each in shown] == [True, False, False]


def test_named_mistake_is_shown_first_and_alone(course):
    """What is known to be wrong needs no general hint beside it."""
    help_ = following(course.task("losses.softmax"), TaskProgress(failure=NAMED), "look at dim")
    assert (help_.failure, help_.number, help_.advice, help_.left) == (NAMED, None, "look at dim", True)
    assert help_.shown == (0,)


def test_general_hints_follow_the_named_mistake(course):
    """Once the mistake was shown, the first general hint is next."""
    help_ = following(course.task("losses.softmax"), TaskProgress(failure=NAMED, hints=(0,)))
    assert (help_.failure, help_.number) == (None, 1)


def test_failed_check_without_a_name_comes_with_the_next_general_hint(course):
    """Where only the check is known, a general hint goes with it."""
    help_ = following(course.task("losses.softmax"), TaskProgress(failure=UNNAMED, hints=(1,)))
    assert (help_.failure, help_.number, help_.shown) == (UNNAMED, 2, (0, 2))


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
