"""Progress, hints and stubs put back, beside the grading."""

from __future__ import annotations

import pytest

from grader.learner.folder import create
from grader.learner.progress import TaskProgress, load
from grader.report import Verdict
from grader.watch import events as e
from grader.watch.background import Background
from grader.watch.state import UNKNOWN, known

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
def background(course, folder, told):
    return Background(course, folder, told.append)


def test_grading_is_remembered_with_the_code_it_is_about(background, folder, report_of):
    """Another session knows what was graded, as long as the course is the same."""
    report = report_of("losses.mean", Verdict.FAIL)
    background.do(e.Graded("losses.mean", "m", report, WHEN))
    background.close()
    progress = load(folder).progress
    assert progress.of("losses.mean").last is Verdict.FAIL
    assert known(progress, report.environment.course_digest) == {"losses.mean": "m"}
    assert known(progress, "another") == {"losses.mean": UNKNOWN}


def test_hint_is_the_next_one_and_counts_as_shown(background, folder, told):
    """The page and `grade hint` count the same hints."""
    background.do(e.LookUpHint("losses.mean", TaskProgress(hints=(1,))))
    background.close()
    assert told[0].help.number == 2
    assert load(folder).progress.of("losses.mean").hints == (2,)


def test_stub_is_put_back_and_a_copy_is_kept(background, folder, told):
    """What `grade reset` does, by a key."""
    file = folder / "losses" / "losses.py"
    stub = file.read_text(encoding="utf-8")
    file.write_text(stub.replace('raise NotImplementedError("mean")', "return 1"), encoding="utf-8")
    background.do(e.PutBack("losses.mean"), file)
    background.close()
    assert file.read_text(encoding="utf-8") == stub
    assert "is kept in" in told[0].text and list((folder / ".torchgrade" / "backups").rglob("losses.py"))


def test_nothing_is_put_back_without_a_folder_for_the_copy(course, folder, told):
    """A file of which no copy can be kept stays as it is."""
    background = Background(course, None, told.append)
    background.do(e.PutBack("losses.mean"), folder / "losses" / "losses.py")
    background.close()
    assert "grade init" in told[0].text


def test_fault_beside_the_grading_is_said_and_ends_nothing(background, told):
    """A task that is unknown, or a full disk, leaves the page as it is."""
    background.do(e.LookUpHint("losses.nothing", TaskProgress()))
    background.do(e.LookUpHint("losses.mean", TaskProgress()))
    background.close()
    assert [type(event) for event in told] == [e.Said, e.Hinted]
