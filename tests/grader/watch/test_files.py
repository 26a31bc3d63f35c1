"""Saves, as editors make them, are noticed."""

from __future__ import annotations

import os
import shutil
from queue import Empty, SimpleQueue

import pytest

from grader.learner.code_files import Reader
from grader.watch import files as module
from grader.watch.files import Files, newest

PATIENCE = 20.0  # seconds in which a notice has to come; a quick machine needs a twentieth of one
CODE = "def mean(x):\n    return {}\n"


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "losses.py").write_text(CODE.format(0), encoding="utf-8")
    return folder


@pytest.fixture
def watched(course, folder):
    """Watch a path, and wait for what a save leads to."""
    running = []

    def watch(path=folder):
        events = SimpleQueue()
        reader = Reader(course, path)
        running.append(Files(reader, reader.read(), events.put))

        def until(holds):
            """Return the first reading for which it holds, past those on the way."""
            while True:
                reading = events.get(timeout=PATIENCE).reading
                if holds(reading):
                    return reading

        until.events = events
        return until

    yield watch
    for files in running:
        files.close()
        files._thread.join(PATIENCE)


def holds(number):
    return lambda reading: (
        reading.parts and f"return {number}" in reading.parts["losses"].content.data.decode()
    )


def write(file, number):
    file.write_text(CODE.format(number), encoding="utf-8")


@pytest.mark.parametrize("name", ["", "losses.py"], ids=["folder", "file"])
def test_save_in_place_by_rename_and_in_two_steps_is_noticed(watched, folder, name):
    """Whatever way an editor saves, the new text is read."""
    until, file = watched(folder / name), folder / "losses.py"
    write(file, 1)
    until(holds(1))
    write(folder / ".losses.py.tmp", 2)
    os.replace(folder / ".losses.py.tmp", file)
    until(holds(2))
    file.rename(folder / "losses.py~")
    write(file, 3)
    until(holds(3))
    file.write_bytes(b"")
    write(file, 4)
    until(holds(4))


def test_file_that_is_empty_for_a_moment_is_not_read_as_empty(watched, folder):
    """An editor that truncates first and writes later shows no fault in between."""
    until, file = watched(), folder / "losses.py"
    with open(file, "w", encoding="utf-8") as stream:
        stream.flush()
        os.fsync(stream.fileno())
        stream.write(CODE.format(5))
    first = until.events.get(timeout=PATIENCE).reading
    assert holds(5)(first)


def test_file_that_is_deleted_and_one_that_is_new_are_noticed(watched, folder, monkeypatch):
    """Files come and go, also in new folders."""
    monkeypatch.setattr(module, "LOOK", 100)
    until = watched()
    (folder / "tensors").mkdir()
    (folder / "tensors" / "tensors.py").write_text("def one_hot(x):\n    return x\n", encoding="utf-8")
    until(lambda reading: set(reading.parts) == {"losses", "tensors"})
    (folder / "losses.py").unlink()
    until(lambda reading: set(reading.parts) == {"tensors"})


def test_folder_that_goes_and_comes_back_is_watched_on(watched, folder, monkeypatch):
    """A folder that is restored is followed."""
    monkeypatch.setattr(module, "LOOK", 100)
    monkeypatch.setattr(module, "WITHOUT_NOTICES", 0.1)
    until = watched()
    shutil.rmtree(folder)
    until(lambda reading: reading.problem is not None)
    folder.mkdir()
    write(folder / "losses.py", 6)
    until(holds(6))
    write(folder / "losses.py", 7)
    until(holds(7))


def test_folder_that_is_replaced_at_once_is_watched_on(watched, folder, tmp_path):
    """A copy that takes the place of a folder is followed."""
    until = watched()
    shutil.copytree(folder, tmp_path / "copy")
    write(tmp_path / "copy" / "losses.py", 6)
    folder.rename(tmp_path / "old")
    (tmp_path / "copy").rename(folder)
    until(holds(6))
    write(folder / "losses.py", 7)
    until(holds(7))


def test_saves_are_seen_when_the_system_gives_no_notices(watched, folder, monkeypatch):
    """Where a limit of the system is reached, the files are looked at."""

    def watch(*_, **__):
        raise OSError("the limit of watches is reached")

    monkeypatch.setattr("watchfiles.watch", watch)
    monkeypatch.setattr(module, "WITHOUT_NOTICES", 0.05)
    until = watched()
    write(folder / "losses.py", 8)
    until(holds(8))


def test_clock_that_is_set_back_hides_no_save(watched, folder):
    """It is the content that counts, and not its time."""
    until, file = watched(), folder / "losses.py"
    write(file, 9)
    os.utime(file, (1, 1))
    until(holds(9))


def test_other_files_are_none_of_our_business(watched, folder):
    """Notes beside the tasks lead to nothing."""
    until = watched()
    (folder / "notes.py").write_text("x = 1\n", encoding="utf-8")
    with pytest.raises(Empty):
        until.events.get(timeout=0.3)


def test_newest_file_is_the_one_to_begin_with(course, folder):
    """Somebody who comes back goes on where they were."""
    (folder / "tensors.py").write_text("def one_hot(x):\n    return x\n", encoding="utf-8")
    os.utime(folder / "tensors.py", (1, 1))
    reader = Reader(course, folder)
    assert newest(reader.read()) == "losses"
