"""From what a person types to tasks."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from grader.course import AmbiguousTask, Course, Task, Topic, UnknownTask


def a_topic(slug: str, *names: str) -> Topic:
    return Topic(slug, slug, 10, tuple(Task(f"{slug}.{n}", slug, n, n, 1, (), ("h",)) for n in names))


TOPICS = (
    a_topic("tensors", "one_hot", "norm", "accuracy"),
    a_topic("losses", "softmax", "log_softmax", "norm"),
)
COURSE = Course(Path(), Path(), Path(), Path(), TOPICS)


def ids(*patterns: str) -> list[str]:
    return [task.id for task in COURSE.select(patterns)]


def test_select_returns_every_task_when_there_is_no_pattern() -> None:
    assert len(ids()) == 6


def test_select_takes_an_id_a_topic_or_a_unique_name() -> None:
    assert ids("losses.softmax") == ["losses.softmax"]
    assert ids("losses") == ["losses.softmax", "losses.log_softmax", "losses.norm"]
    assert ids("accuracy") == ["tensors.accuracy"]


def test_select_keeps_the_order_of_the_course_and_names_each_task_once() -> None:
    assert ids("losses.softmax", "tensors.one_hot", "softmax") == ["tensors.one_hot", "losses.softmax"]


def test_select_refuses_a_name_of_two_topics() -> None:
    with pytest.raises(
        AmbiguousTask, match=r"'norm' is a task of several topics.*tensors\.norm or losses\.norm"
    ):
        COURSE.select(["norm"])


@pytest.mark.parametrize(
    ("typed", "near"),
    [
        ("losses.softmx", "losses.softmax"),
        ("softmx", "losses.softmax"),
        ("SOFTMAX", "losses.softmax"),
        ("loses", "losses"),
        ("Tensors.one_hot", "tensors.one_hot"),
    ],
)
def test_unknown_task_names_what_comes_near(typed: str, near: str) -> None:
    with pytest.raises(UnknownTask) as error:
        COURSE.select([typed])
    assert near in error.value.near
    assert f"{typed!r} is no task and no topic: did you mean" in str(error.value)


def test_unknown_task_points_to_the_list_when_nothing_comes_near() -> None:
    with pytest.raises(UnknownTask, match="'zzz' is no task and no topic: `grade list` shows them all"):
        COURSE.select(["zzz"])


def test_near_names_are_at_most_three_and_differ() -> None:
    near = COURSE.near_names("norm")
    assert len(near) <= 3
    assert len(set(near)) == len(near)


def test_find_task_and_topic_refuse_what_is_not_exact() -> None:
    assert COURSE.task("losses.norm").name == "norm"
    assert COURSE.topic("losses").slug == "losses"
    with pytest.raises(UnknownTask, match=r"losses\.softmax"):
        COURSE.task("softmax")
    with pytest.raises(UnknownTask, match="is no topic: did you mean losses"):
        COURSE.topic("losess")


@pytest.mark.parametrize(
    "problem",
    [UnknownTask("loses", ("losses",), "is no topic"), UnknownTask("x"), AmbiguousTask("a", ("b.a", "c.a"))],
)
def test_unknown_name_keeps_its_text_in_another_process(problem: UnknownTask) -> None:
    copied = pickle.loads(pickle.dumps(problem))
    assert (type(copied), str(copied), copied.near) == (type(problem), str(problem), problem.near)
