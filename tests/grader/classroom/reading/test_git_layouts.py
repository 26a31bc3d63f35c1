"""A repository is read by its committed objects alone: nothing that it configures is run or followed."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import ModuleType

import pytest

from grader.classroom.reading import git_repository, limits
from grader.classroom.reading.read import read_class
from grader.classroom.reading.tree import ClassProblem
from grader.classroom.records import ClassIntake, HandIn

Only = Callable[..., HandIn]
Read = Callable[..., ClassIntake]


@pytest.fixture
def clone(tmp_path: Path, layouts: ModuleType) -> Path:
    """Return a student's clone with one commit."""
    repository: Path = layouts.commit(tmp_path / "class" / "al", layouts.ALICE)
    return repository


def test_clone_gives_what_was_committed_last(clone: Path, only: Only, layouts: ModuleType) -> None:
    """Not what lies in the folder, which nobody handed in; the time is that of the commit."""
    (clone / "losses.py").write_text("not committed")
    found = only(clone.parent)
    assert found.files["losses.py"] == b"a = 1\n" and found.submitted_at == layouts.NOON


def test_clone_that_is_packed_or_bare_is_read(clone: Path, only: Only, layouts: ModuleType) -> None:
    """Packed objects, packed references and a bare repository are the same hand-in."""
    expected = only(clone.parent).files
    layouts.git(clone, "gc", "-q")
    assert only(clone.parent).files == expected
    (clone / ".git").rename(clone.parent.parent / "al.git")
    for path in sorted(clone.parent.rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()
    (clone.parent.parent / "al.git").rename(clone.parent / "al.git")
    found = only(clone.parent)
    assert (found.student.id, found.files) == ("al", expected)


def test_configuration_of_a_repository_runs_nothing(
    clone: Path, only: Only, layouts: ModuleType, tmp_path: Path
) -> None:
    """Hooks, filters, monitors, pagers, signature programs and includes stay unread."""
    touched = tmp_path / "touched"
    touch = f"touch {touched.as_posix()}"
    names = (
        "core.fsmonitor",
        "core.sshCommand",
        "core.pager",
        "gpg.program",
        "filter.x.smudge",
        "diff.x.textconv",
    )
    for name in names:
        layouts.git(clone, "config", name, touch)
    layouts.git(clone, "config", "log.showSignature", "true")
    layouts.git(clone, "config", "include.path", "/dev/stdin")
    (clone / ".gitattributes").write_text("*.py filter=x diff=x\n")
    hook = clone / ".git" / "hooks" / "post-checkout"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\n{touch}\n")
    hook.chmod(0o755)
    assert only(clone.parent).files["losses.py"] == b"a = 1\n"
    assert not touched.exists()


@pytest.mark.parametrize("name", ["commondir", "objects/info/alternates"])
def test_repository_that_borrows_is_refused(name: str, clone: Path, only: Only, tmp_path: Path) -> None:
    """A store that points into another one could hand in what lies there."""
    path = clone / ".git" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(str(tmp_path))
    assert "borrows from another one" in str(only(clone.parent).problem)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no links and pipes on this system")
@pytest.mark.parametrize("kind", ["link", "pipe", "hidden pipe"])
def test_store_with_a_link_or_a_pipe_is_refused(kind: str, clone: Path, only: Only, tmp_path: Path) -> None:
    """git would follow the one and wait for the other."""
    place = clone / ".git" / "objects" / "pack"
    if kind == "link":
        (place / "pack-1.idx").symlink_to(tmp_path)
    else:
        os.mkfifo(place / "pack-1.idx")
    if kind == "hidden pipe":
        (place / "pyvenv.cfg").touch()
    assert "its git store holds pack-1.idx" in str(only(clone.parent).problem)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no links on this system")
def test_repository_that_lies_elsewhere_is_no_clone(only: Only, layouts: ModuleType, tmp_path: Path) -> None:
    """A .git that is a file or a link leads to somebody else's commits, so the files are read as they lie."""
    other = layouts.commit(tmp_path / "other", layouts.BOB)
    work = layouts.tree(tmp_path / "class" / "al", {"losses.py": "mine", ".git": f"gitdir: {other}/.git\n"})
    assert only(work.parent).files == {"losses.py": b"mine"}
    (work / ".git").unlink()
    (work / ".git").symlink_to(other / ".git")
    assert "its .git is a link" in str(only(work.parent).problem)


def test_link_that_was_committed_is_refused(only: Only, layouts: ModuleType, tmp_path: Path) -> None:
    """A committed link's target is not what was handed in."""
    work = layouts.tree(tmp_path / "class" / "al", {"a.txt": "x"})
    (work / "losses.py").symlink_to("/etc/passwd")
    layouts.commit(work, layouts.ALICE, files={})
    assert "losses.py is a link" in str(only(work.parent).problem)


@pytest.mark.parametrize("head", ["ref: refs/heads/none", "ref: ../../x", "nonsense", "f" * 40, ""])
def test_repository_without_a_commit_says_so(head: str, clone: Path, only: Only) -> None:
    """A clone whose HEAD leads nowhere is a problem with what to do about it."""
    (clone / ".git" / "HEAD").write_text(head + "\n")
    problem = str(only(clone.parent).problem)
    assert "git" in problem and ("push" in problem or "clone it anew" in problem)


@pytest.mark.parametrize("way", ["cut", "noise", "gone"])
def test_damaged_store_is_a_problem(way: str, clone: Path, only: Only) -> None:
    """Objects that are broken or missing end in a sentence."""
    for path in (clone / ".git" / "objects").glob("??/*"):
        path.chmod(0o644)
        data = path.read_bytes()
        if way == "gone":
            path.unlink()
        else:
            path.write_bytes(data[:5] if way == "cut" else b"\0" * len(data))
    assert "damaged" in str(only(clone.parent).problem)


def test_large_file_in_a_repository_is_refused(
    only: Only, layouts: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The size is asked before the content."""
    monkeypatch.setattr(limits, "CODE", 1000)
    layouts.commit(tmp_path / "class" / "al", layouts.ALICE, files={"losses.py": "#" * 1001, "cnn.py": "x"})
    assert list(only(tmp_path / "class").files) == ["cnn.py"]


def test_git_that_is_not_there_is_said(clone: Path, read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the program the instructor is told, and no student is blamed."""
    monkeypatch.setattr(git_repository.shutil, "which", lambda name: None)
    with pytest.raises(ClassProblem, match="git is not installed"):
        read(clone.parent)


def test_git_that_takes_too_long_is_ended(clone: Path, only: Only, monkeypatch: pytest.MonkeyPatch) -> None:
    """A store that keeps git busy is given up, with the student's name on it."""
    monkeypatch.setattr(limits, "GIT_SECONDS", 0)
    assert "reading it took too long" in str(only(clone.parent).problem)


HOUR = timedelta(hours=1)


@pytest.fixture
def pushed(tmp_path: Path, layouts: ModuleType) -> Callable[..., Path]:
    """Return a class with one clone: each of its commits is so many hours after noon, with these files."""

    def pushed(*commits: tuple[int, dict[str, str]]) -> Path:
        for hours, files in commits:
            layouts.commit(tmp_path / "c" / "al", replace(layouts.ALICE, when=layouts.NOON + hours * HOUR), files=files)
        return tmp_path / "c"

    return pushed


def attempts(path: Path, *hours: int, layouts: ModuleType) -> list[tuple[object, object]]:
    """Return what is handed in where the dates are so many hours after noon: the hour and the content."""
    dates = [layouts.NOON + hour * HOUR for hour in hours]
    intake = read_class([path], ("losses", "cnn"), moments=lambda student: dates)
    return [
        ((each.submitted_at - layouts.NOON) / HOUR, each.files.get("losses.py")) for each in intake.hand_ins
    ]


def test_clone_hands_in_what_it_held_at_each_date(pushed: Callable[..., Path], layouts: ModuleType) -> None:
    """The last commit before a date is a hand-in of its own, so that a later one takes nothing from it."""
    path = pushed(*((hour, {"losses.py": f"{hour}"}) for hour in (0, 1, 5, 9)))
    assert attempts(path, layouts=layouts) == [(9, b"9")]
    assert attempts(path, 3, layouts=layouts) == [(1, b"1"), (9, b"9")]
    assert attempts(path, 1, 8, layouts=layouts) == [(1, b"1"), (5, b"5"), (9, b"9")]
    assert attempts(path, 2, 3, 20, layouts=layouts) == [(1, b"1"), (9, b"9")]
    assert attempts(path, -1, layouts=layouts) == [(9, b"9")]


def test_clone_is_as_old_as_its_topic_files(pushed: Callable[..., Path], layouts: ModuleType) -> None:
    """A commit that changes a README after the deadline makes nothing late."""
    path = pushed((0, {"README.md": "x"}), (1, {"losses.py": "1"}), (5, {"README.md": "y"}))
    assert attempts(path, 3, layouts=layouts) == [(1, b"1")]
    assert attempts(path, layouts=layouts) == [(1, b"1")]
    other = layouts.NOON + 8 * HOUR
    layouts.commit(path / "al", replace(layouts.ALICE, when=other), files={"plots.ipynb": "{}", "losses_plot.py": ""})
    assert attempts(path, 3, layouts=layouts) == [(1, b"1")]


def test_clone_that_is_shallow_is_what_it_holds(
    pushed: Callable[..., Path], layouts: ModuleType, tmp_path: Path
) -> None:
    """Commits that were not cloned are not there, and that is no fault."""
    origin = pushed((0, {"losses.py": "0"}), (5, {"losses.py": "5"})) / "al"
    (tmp_path / "s").mkdir()
    layouts.git(tmp_path, "clone", "-q", "--depth", "1", origin.as_uri(), str(tmp_path / "s" / "al"))
    assert attempts(tmp_path / "s", 3, layouts=layouts) == [(5, b"5")]
