"""A folder that was made for one way through the course asks for its tasks alone."""

from __future__ import annotations

import pytest

from grader.course import load_course

TOPICS = load_course().on_track("quick")
TASKS = [task.id for topic in TOPICS for task in topic.tasks]


@pytest.fixture
def mine(grade, tmp_path, monkeypatch):
    made = grade("init", str(tmp_path / "mine"), "--track", "quick")
    assert f"{len(TASKS)} tasks in {len(TOPICS)} topics" in made[1]
    monkeypatch.chdir(tmp_path / "mine")
    return tmp_path / "mine"


def test_list_and_next_count_the_tasks_of_the_track(grade, mine):
    assert f"{len(TASKS)} tasks," in grade("list")[1]
    assert f"0 of {len(TASKS)} tasks passed" in grade("next")[1]


def test_grading_is_of_the_tasks_of_the_track(grade, judge, mine):
    """The whole folder, and one of its files, whose other tasks nobody asks for."""
    grade(".")
    assert list(judge.asked["tasks"]) == TASKS
    grade("tensors")
    assert list(judge.asked["tasks"]) == [task for task in TASKS if task.startswith("tensors.")]


def test_task_off_the_track_is_refused_as_the_next(grade, mine):
    refused = grade("next", "tensors.outer")
    assert refused[0] == 2
    assert "tensors.outer is not on the track" in refused[-1]


def test_update_keeps_the_track_and_takes_no_other(grade, mine):
    assert "nothing was changed" in grade("init", ".", "--update")[1]
    assert grade("init", ".", "--update", "--track", "notes")[0] == 2
    assert f"{len(TASKS)} tasks," in grade("list")[1]


def test_unknown_track_is_refused_with_those_that_there_are(grade, tmp_path):
    refused = grade("init", str(tmp_path / "mine"), "--track", "fast")
    assert refused[0] == 2
    assert "notes, quick, transformer" in refused[-1]
