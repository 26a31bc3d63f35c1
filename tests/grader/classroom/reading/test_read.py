"""Where only some tasks are graded, a hand-in is told of the files of their topics and of no others."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from grader.classroom.grading.asked import Asked, read_intake
from grader.classroom.reading.read import read_class
from grader.classroom.records import HandIn
from grader.course import UnknownTask

TOPICS = ("tensors", "losses", "cnn")
Of = Callable[..., HandIn]


@pytest.fixture
def of(layouts: ModuleType, tmp_path: Path) -> Of:
    """Return what is read of al's files where only losses is graded."""

    def of(files: dict[str, str]) -> HandIn:
        layouts.tree(tmp_path / "class" / "al", files)
        layouts.tree(tmp_path / "class" / "bo", {"losses.py": ""})
        return read_class([tmp_path / "class"], TOPICS, asked=("losses",)).hand_ins[0]

    return of


@pytest.mark.parametrize("files", [{}, {"readme.txt": ""}])
def test_hand_in_without_a_topic_file_is_told_of_the_topics_that_are_graded(
    files: dict[str, str], of: Of
) -> None:
    """It is asked for losses.py, and not for the files of the whole course."""
    problem = str(of(files).problem)
    assert "losses.py" in problem and "tensors" not in problem and "cnn" not in problem


def test_near_name_of_a_topic_that_is_not_graded_is_not_mentioned(of: Of) -> None:
    """Only what would be graded is to be renamed."""
    assert of({"losses.py": "x", "tensor.py": "y"}).notes == ()


def test_file_of_a_topic_that_is_not_graded_is_no_stranger(of: Of) -> None:
    """It is read as before and nothing is said about it."""
    found = of({"losses.py": "x", "cnn.py": "y"})
    assert found.files == {"losses.py": b"x", "cnn.py": b"y"} and not found.notes


def test_trouble_with_a_topic_that_is_not_graded_is_a_note(of: Of) -> None:
    """Two files of it are not what keeps a hand-in from being graded; that is the missing one."""
    found = of({"cnn.py": "x", "old/cnn.py": "y"})
    assert "looked for losses.py" in str(found.problem) and "could be cnn" not in str(found.problem)
    assert any("could be cnn" in note for note in found.notes)


def test_layout_is_told_by_all_topics(layouts: ModuleType, tmp_path: Path) -> None:
    """Files that tell student and topic are students', also those of a topic that is not graded."""
    layouts.tree(tmp_path, {"al_cnn.py": "x", "bo_losses.py": "y"})
    intake = read_class([tmp_path], TOPICS, asked=("losses",))
    assert [each.student.id for each in intake.hand_ins] == ["al", "bo"] and not intake.unknown


def test_tasks_that_are_chosen_choose_the_topics(layouts: ModuleType, tmp_path: Path) -> None:
    """`--task losses.softmax` looks for losses.py; without a task every topic is looked for."""
    path = layouts.tree(tmp_path / "class", {"al/readme.txt": "", "bo/losses.py": ""})
    chosen = read_intake(Asked((path,), tmp_path / "out", tasks=("losses.softmax",)))
    every = read_intake(Asked((path,), tmp_path / "out"))
    assert "looked for losses.py, and" in str(chosen.hand_ins[0].problem)
    assert "tensors.py" in str(every.hand_ins[0].problem)


def test_task_that_is_not_known_is_refused(layouts: ModuleType, tmp_path: Path) -> None:
    """A misspelt task is said before anything is read."""
    with pytest.raises(UnknownTask):
        read_intake(Asked((tmp_path,), tmp_path / "out", tasks=("losses.softmx",)))
