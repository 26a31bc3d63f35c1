"""Kinds, hours and ways through the course: what topic.toml says of them, and what the course has."""

from __future__ import annotations

from textwrap import dedent

import pytest

from grader.course import load_course
from grader.course.course import KINDS, TopicFileError
from grader.course.topics import read_topic

COURSE = load_course()


def topic(tmp_path, task, head=""):
    file = tmp_path / "losses" / "topic.toml"
    file.parent.mkdir()
    body = 'title = "Losses"\norder = 30\n{}\n[[tasks]]\nname = "mean"\ntitle = "Mean"\npoints = 1\nhints = ["a"]\n'
    file.write_text(body.format(head) + dedent(task))
    return read_topic(file)


def test_task_has_kind_minutes_difficulty_and_the_tracks_of_its_topic(tmp_path):
    """What is said once for a topic holds for each of its tasks."""
    task = 'kind = "debug"\nminutes = 20\ndifficulty = 2\ntracks = ["quick"]'
    (read,) = topic(tmp_path, task, 'tracks = ["notes"]').tasks
    assert (read.kind, read.minutes, read.difficulty, read.tracks) == ("debug", 20, 2, ("notes", "quick"))


def test_task_that_says_nothing_is_an_exercise_without_figures(tmp_path):
    (read,) = topic(tmp_path, "").tasks
    assert (read.kind, read.minutes, read.difficulty, read.tracks) == ("exercise", 0, 0, ())


@pytest.mark.parametrize("line", ['kind = "riddle"', "difficulty = 4", "difficulty = true", "minutes = 0", "kind = 1"])
def test_value_that_no_rule_knows_is_refused_with_what_is_allowed(tmp_path, line):
    with pytest.raises(TopicFileError, match=f"{line.partition(' ')[0]} is .*it must be"):
        topic(tmp_path, line)


def test_every_task_of_the_course_says_how_long_and_how_hard_it_is():
    assert [task.id for task in COURSE.tasks if not (task.minutes and task.difficulty)] == []


@pytest.mark.parametrize("track", COURSE.tracks)
def test_track_holds_whatever_its_tasks_need(track):
    """Nobody meets a task that waits for one that the folder does not ask for."""
    on_it = {task.id: task for one in COURSE.on_track(track) for task in one.tasks}
    assert {task.id: need for task in on_it.values() for need in task.needs if need not in on_it} == {}


def test_three_tracks_are_there_and_quick_is_about_forty_tasks_in_twelve_hours():
    assert COURSE.tracks == ("notes", "quick", "transformer")
    quick = [task for one in COURSE.on_track("quick") for task in one.tasks]
    assert 35 <= len(quick) <= 45
    assert 10 <= sum(task.minutes for task in quick) / 60 <= 13
    assert "cnn.train_cnn" in {task.id for task in quick}


def test_tasks_of_every_kind_are_there():
    assert {task.kind for task in COURSE.tasks} == set(KINDS)
