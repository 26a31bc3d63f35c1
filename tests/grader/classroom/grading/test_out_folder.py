"""Feedback that would come out the same is not made again; whatever it depends on makes it anew."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from grader import storage
from grader.classroom.grading import out_folder
from grader.classroom.grading.out_folder import NotWritten
from grader.classroom.records import ClassResult, HandIn, Outcome, Standing, Student, TaskColumn
from grader.cli.main import cli
from grader.report import Environment, Report, TaskReport, Verdict

ENVIRONMENT = Environment("0.1.0", "3.11", "2.13", "Linux", "cpu", "forked", (), (), "0" * 64)
NOW = datetime(2026, 3, 1, tzinfo=UTC)


def standing(name: str, points: float = 1.0) -> Standing:
    task = TaskReport(
        "tensors.outer", "The outer product", Verdict.PASS if points else Verdict.FAIL, points, 1.0
    )
    student = Student(name, name.title())
    hand_in = HandIn(student, f"class/{name}", {"tensors.py": b"def outer(x, y):\n    return x\n"})
    report = Report(f"class/{name}", 1, ENVIRONMENT, (task,), 0.5)
    return Standing(
        student, Outcome.GRADED, "handed in once", 1.0, hand_in=hand_in, report=report, earned=points
    )


def result(*standings: Standing, run: int = 1) -> ClassResult:
    columns = (TaskColumn("tensors.outer", "The outer product", 1.0),)
    return ClassResult(
        "A class", 1, NOW, "0" * 64, "cpu", "auto", columns, number=run, seconds=1.0, standings=standings
    )  # fmt: skip


def published(made: ClassResult, folder: Path) -> None:
    out_folder.publish(made, folder, {each.student.id: repr(each) for each in made.standings})


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The students whose feedback is made, in order; what is made is short."""
    seen: list[str] = []

    def feedback(standing: Standing, result: ClassResult, now: datetime) -> list[tuple[str, bytes]]:
        seen.append(standing.student.id)
        return [(f"{standing.student.id}.html", f"{standing.score}".encode())]

    monkeypatch.setattr(out_folder, "feedback", feedback)
    return seen


def test_feedback_is_made_once_when_nothing_changes(made: list[str], tmp_path: Path) -> None:
    """A later run with the same standings makes no page, and the files stay as they are."""
    published(result(standing("ann"), standing("ben")), tmp_path)
    published(result(standing("ann"), standing("ben"), run=2), tmp_path)
    assert made == ["ann", "ben"]
    assert {file.name for file in (tmp_path / "feedback").iterdir()} == {"ann.html", "ben.html"}


def test_feedback_is_made_again_when_the_standing_changes(made: list[str], tmp_path: Path) -> None:
    """Other points make the page of that student anew, and only that."""
    published(result(standing("ann"), standing("ben")), tmp_path)
    published(result(standing("ann"), standing("ben", 0.0)), tmp_path)
    assert made == ["ann", "ben", "ben"]
    assert (tmp_path / "feedback/ben.html").read_text() == "0.0"


def test_feedback_is_made_again_when_its_tasks_become_visible(made: list[str], tmp_path: Path) -> None:
    """A task that waited and is shown now changes the page although the standing is the same."""
    shown = result(standing("ann"))
    waits = replace(shown, columns=(replace(shown.columns[0], visibility="hidden"),))
    published(waits, tmp_path)
    published(shown, tmp_path)
    assert made == ["ann", "ann"]


def test_feedback_is_made_again_when_a_file_has_gone(made: list[str], tmp_path: Path) -> None:
    """A page that somebody removed comes back."""
    published(result(standing("ann")), tmp_path)
    (tmp_path / "feedback/ann.html").unlink()
    published(result(standing("ann")), tmp_path)
    assert made == ["ann", "ann"]


@pytest.mark.parametrize("text", ["", "[]", '{"a": 1}', "\0", '{"ann-000.html": []}'])
def test_feedback_is_made_anew_when_the_list_is_damaged(made: list[str], tmp_path: Path, text: str) -> None:
    """A list that cannot be read is no obstacle."""
    published(result(standing("ann")), tmp_path)
    (tmp_path / ".feedback.json").write_text(text)
    published(result(standing("ann")), tmp_path)
    assert made == ["ann", "ann"]


def test_publish_removes_files_that_a_killed_run_left(made: list[str], tmp_path: Path) -> None:
    """A half-written file of an hour ago goes; one that is being written now stays."""
    old, new = tmp_path / ".old.1.part", tmp_path / "feedback/.new.1.part"
    new.parent.mkdir()
    for file in (old, new):
        file.touch()
    os.utime(old, (0, 0))
    published(result(standing("ann")), tmp_path)
    assert not old.exists() and new.exists()


def test_write_leaves_an_equal_file_alone(tmp_path: Path) -> None:
    """A file that holds the same already is not replaced."""
    file = tmp_path / "grades.csv"
    out_folder.write(file, b"a,b\n")
    os.utime(file, (1, 1))
    out_folder.write(file, b"a,b\n")
    assert file.stat().st_mtime == 1
    out_folder.write(file, b"a,c\n")
    assert file.read_bytes() == b"a,c\n"


@pytest.mark.parametrize("function", ["fsync", "replace"])
def test_full_disk_is_said_and_what_was_whole_stays(
    function: str, made: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file that finds no room is named, nothing half lies there, and with room the rest follows."""
    published(result(standing("ann")), tmp_path)
    before = {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()}

    def full(*names: object, **more: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(storage.os, function, full)
        with pytest.raises(NotWritten, match=r"grades.csv cannot be written \(No space left on device\): make room"):
            published(result(standing("ann", 0.0), standing("ben")), tmp_path)
    assert {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()} == before
    published(result(standing("ann", 0.0), standing("ben")), tmp_path)
    assert made == ["ann", "ann", "ben"]


def test_folder_that_cannot_be_made_is_a_wrong_call(tmp_path: Path) -> None:
    """`--out` below a file, or where nothing may be written, is said before anything is graded."""
    (tmp_path / "file").write_text("")
    (tmp_path / "class" / "al").mkdir(parents=True)
    (tmp_path / "class" / "al" / "tensors.py").write_text("x = 1")
    call = [str(tmp_path / "class"), "--task", "tensors.outer", "--out", str(tmp_path / "file" / "out")]
    done = CliRunner().invoke(cli, ["class", *call])
    assert (done.exit_code, "cannot be made (Not a directory): name another folder" in done.output) == (2, True)


def test_second_run_into_one_folder_is_refused_while_the_first_goes_on(tmp_path: Path) -> None:
    """Nothing is graded; when the first is killed, the folder is free at once."""
    (tmp_path / "class" / "al").mkdir(parents=True)
    (tmp_path / "class" / "al" / "tensors.py").write_text("x = 1")
    out = tmp_path / "out"
    hold = (
        "import sys, time; from pathlib import Path; from grader.classroom.grading.out_folder import only_run\n"
        "with only_run(Path(sys.argv[1])): print('held', flush=True); time.sleep(600)"
    )
    call = [str(tmp_path / "class"), "--out", str(out)]
    with subprocess.Popen([sys.executable, "-c", hold, str(out)], stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None and other.stdout.readline() == "held\n"
        done = CliRunner().invoke(cli, ["class", *call])
        other.kill()
    assert done.exit_code == 2 and not (out / "gradebook.sqlite").exists()
    assert f"another run is writing into {out}: wait" in done.output
    with out_folder.only_run(out):
        pass


def test_folder_that_cannot_be_locked_is_a_wrong_call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A network disk without locks, or one that is read-only, is said with what to do."""

    def locks(*_: object, **__: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(out_folder.FileLock, "acquire", locks)
    with (
        pytest.raises(NotWritten, match=r"cannot be locked \(No locks available\).* a folder of a local disk"),
        out_folder.only_run(tmp_path),
    ):
        pass


def test_feedback_is_made_again_when_the_zone_changes(made: list[str], tmp_path: Path) -> None:
    """Times are shown in the zone of the course."""
    published(result(standing("ann")), tmp_path)
    published(replace(result(standing("ann")), zone="Asia/Tokyo"), tmp_path)
    assert made == ["ann", "ann"]
