"""The tasks of a course as columns, and when students see them."""

from dataclasses import replace

import pytest

from grader.classroom.policy.columns import columns_of, is_shown
from grader.classroom.policy.course_policy import (
    Dates,
    Extension,
    Policy,
    PolicyProblem,
    Visibility,
    extensions_of_nobody,
)
from grader.classroom.policy.course_toml import parse_policy


def columns(made, text):
    return {column.id: column for column in columns_of(made.course(), parse_policy(text))}


def test_columns_are_the_tasks_in_their_order_when_nothing_is_said(made):
    """Without a policy each task counts, is worth what its topic.toml says, and is seen."""
    found = columns_of(made.course(), Policy())
    assert [column.id for column in found] == [column.id for column in made.columns]
    assert [column.max_points for column in found] == [2.0, 3.0, 1.0, 4.0]
    assert {(column.visibility, column.counts, column.bonus) for column in found} == {
        ("visible", True, False)
    }


def test_tasks_are_named_by_id_topic_or_bare_name(made):
    """A topic stands for all of its tasks."""
    found = columns(made, 'drop = ["losses", "outer"]\nbonus = ["tensors.matmul"]\n[points]\nmatmul = 2.5')
    assert [name for name, column in found.items() if column.counts] == ["tensors.matmul"]
    assert (found["tensors.matmul"].bonus, found["tensors.matmul"].max_points) == (True, 2.5)


def test_visibility_of_a_task_wins_over_its_topic_and_that_over_all(made):
    """The more is said about a task, the more it counts."""
    found = columns(
        made, '[visibility]\n"losses.entropy" = "visible"\nall = "hidden"\nlosses = "after_published"'
    )
    assert [column.visibility for column in found.values()] == [
        "after_published",
        "visible",
        "hidden",
        "hidden",
    ]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('drop = ["losse"]', "drop: 'losse' is no task and no topic: did you mean losses?"),
        ('bonus = ["tensors.outr"]', "bonus: 'tensors.outr' is no task and no topic: did you mean tensors.outer or"),
        ("[points]\nlosses = 3", "points.losses is a topic: name one of its tasks"),
        ("[visibility]\nlosse = 'hidden'", "visibility: 'losse' is no task and no topic"),
        ("[visibility]\nall = 'after_due_date'", "visibility of losses.softmax is 'after_due_date', and nothing says"),
    ],
)  # fmt: skip
def test_name_that_the_course_does_not_have_is_refused(made, text, says):
    """A rule about a task that does not exist would be lost in silence."""
    with pytest.raises(PolicyProblem) as problem:
        columns(made, text)
    assert str(problem.value).startswith(f"course.toml: {says}")


def column_of(made, visibility, policy):
    """The column of a task under a policy that hides it so."""
    return columns_of(made.course(), replace(policy, visibility={"all": Visibility(visibility)}))[0]


def test_hidden_task_is_never_seen_and_a_visible_one_always(made):
    """These two do not depend on the time."""
    assert is_shown(column_of(made, "visible", Policy()), made.due)
    assert not is_shown(column_of(made, "hidden", Policy(published=True)), made.due)


def test_task_is_seen_after_the_last_moment_to_hand_it_in(made):
    """It is hidden as long as somebody may still hand it in, and that moment itself included."""
    policy = Policy(dates=Dates(made.due), extensions={"bob": Extension(made.due + made.day)})
    column = column_of(made, "after_due_date", policy)
    assert not is_shown(column, made.due + made.day)
    assert is_shown(column, made.due + made.day + made.second)


def test_task_is_seen_once_results_are_published(made):
    """They are when the policy says so, or from the moment on that it names."""
    column = column_of(made, "after_published", Policy(published_at=made.due))
    assert [is_shown(column, made.due - made.second), is_shown(column, made.due)] == [False, True]
    assert is_shown(column_of(made, "after_published", Policy(published=True)), made.due)
    assert not is_shown(column_of(made, "after_published", Policy()), made.due)


def test_extension_of_nobody_is_told_with_the_student_who_may_be_meant(made):
    """A slip in an id does not leave a student waiting."""
    given = dict.fromkeys(("alise", "bob", "zzz"), Extension(made.due))
    assert extensions_of_nobody(Policy(extensions=given), ["bob", "alice"]) == (
        "course.toml: extensions.alise is nobody of this class: did you mean alice?",
        "course.toml: extensions.zzz is nobody of this class",
    )
