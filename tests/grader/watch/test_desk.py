"""Progress, hints and stubs put back, beside the grading."""

from __future__ import annotations

import pytest

from grader.learner import TaskProgress, load
from grader.learner.folder import create
from grader.report import Verdict
from grader.watch import events as e
from grader.watch.background import NAME, Desk, remembered

WHEN = "2026-01-02T03:04:05+00:00"


@pytest.fixture
def folder(course, tmp_path):
    for slug in ("losses", "tensors"):
        (course.exercises / slug / "README.md").write_text(f"# {slug}\n", encoding="utf-8")
    course.datasets.mkdir()
    folder = tmp_path / "mine"
    create(course, folder, None)
    return folder


@pytest.fixture
def told():
    return []


@pytest.fixture
def desk(course, folder, told):
    return Desk(course, folder, told.append)


def test_grading_is_remembered_with_the_code_it_is_about(desk, folder, course, report_of):
    """Another session knows what was graded, as long as the course is the same."""
    desk.keep(e.Keep(report_of("losses.mean", Verdict.FAIL), "losses.mean", "m", WHEN))
    desk.close()
    assert load(folder).progress.of("losses.mean").last is Verdict.FAIL
    assert remembered(folder, course.digest()) == {"losses.mean": "m"}
    assert remembered(folder, "another") == {}


@pytest.mark.parametrize("text", ["", "[]", '{"course": 1}', '{"course": "x", "marks": 3}'])
def test_damaged_memory_is_no_memory(folder, text):
    """What cannot be read is graded once more."""
    (folder / ".torchgrade" / NAME).write_text(text, encoding="utf-8")
    assert remembered(folder, "x") == {}


def test_hint_is_the_next_one_and_counts_as_shown(desk, folder, told):
    """The page and `grade hint` count the same hints."""
    desk.hint(e.LookUpHint("losses.mean", TaskProgress(hints=(1,))))
    desk.close()
    assert told[0].help.number == 2
    assert load(folder).progress.of("losses.mean").hints == (2,)


def test_stub_is_put_back_and_a_copy_is_kept(desk, folder, told):
    """What `grade reset` does, by a key."""
    file = folder / "losses" / "losses.py"
    stub = file.read_text(encoding="utf-8")
    file.write_text(stub.replace('raise NotImplementedError("mean")', "return 1"), encoding="utf-8")
    desk.put_back(e.PutBack("losses.mean"), file)
    desk.close()
    assert file.read_text(encoding="utf-8") == stub
    assert "is kept in" in told[0].text and list((folder / ".torchgrade" / "backups").rglob("losses.py"))


def test_nothing_is_put_back_without_a_folder_for_the_copy(course, folder, told):
    """A file of which no copy can be kept stays as it is."""
    desk = Desk(course, None, told.append)
    desk.put_back(e.PutBack("losses.mean"), folder / "losses" / "losses.py")
    desk.close()
    assert "grade init" in told[0].text


def test_fault_beside_the_grading_is_said_and_ends_nothing(desk, told):
    """A task that is unknown, or a full disk, leaves the page as it is."""
    desk.hint(e.LookUpHint("losses.nothing", TaskProgress()))
    desk.hint(e.LookUpHint("losses.mean", TaskProgress()))
    desk.close()
    assert [type(event) for event in told] == [e.Said, e.Hinted]
