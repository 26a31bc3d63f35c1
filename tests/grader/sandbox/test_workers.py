"""What the judge sees of a worker's folder where no volume bounds it, and how it reads the end of a process."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from grader.sandbox import forked
from grader.sandbox.transport import WorkerDied, WorkerGone, WorkerMemory, WorkerScratch, WorkerTimeout
from grader.sandbox.workers import check_folder, check_memory
from grader.worker.confine import Limits

BLOCK = 4096
KILLED = """
    import os
    import signal

    def grow_and_end(mebibytes):
        held = bytearray(mebibytes * 2**20)
        held[::4096] = b"x" * len(held[::4096])
        os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def look(tmp_path: Path) -> Callable[[], None]:
    return partial(check_folder, str(tmp_path), Limits(scratch_size=16 * BLOCK, scratch_files=20))


def test_an_empty_folder_and_a_few_files_are_allowed(look, tmp_path):
    look()
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "file").write_bytes(bytes(BLOCK))
    look()


def test_one_large_file_is_too_much(look, tmp_path):
    (tmp_path / "file").write_bytes(bytes(32 * BLOCK))
    with pytest.raises(WorkerScratch, match="MiB"):
        look()


def test_many_files_are_too_much_together(look, tmp_path):
    for number in range(10):
        (tmp_path / f"{number}").mkdir()
        (tmp_path / f"{number}" / "file").write_bytes(bytes(2 * BLOCK))
    with pytest.raises(WorkerScratch):
        look()


def test_empty_files_and_folders_are_counted(look, tmp_path):
    for number in range(11):
        (tmp_path / f"file-{number}").touch()
        (tmp_path / f"folder-{number}").mkdir()
    with pytest.raises(WorkerScratch, match="more than 20 files"):
        look()


def test_a_file_that_only_claims_its_size_takes_no_room(look, tmp_path):
    with open(tmp_path / "file", "wb") as file:
        file.truncate(2**40)
    look()


def test_a_link_is_not_followed(look, tmp_path):
    (tmp_path / "link").symlink_to("/usr")
    look()


def test_a_folder_that_is_gone_is_no_problem(look, tmp_path):
    tmp_path.rmdir()
    look()


@pytest.mark.skipif(os.geteuid() == 0, reason="root looks into every folder")
def test_a_folder_without_rights_is_refused(look, tmp_path):
    (tmp_path / "closed").mkdir(0)
    with pytest.raises(WorkerScratch, match="cannot be looked into"):
        look()


def test_a_folder_deeper_than_a_path_may_be_long_is_refused(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for _ in range(20):
        os.mkdir("deeper" * 40)
        os.chdir("deeper" * 40)
    with pytest.raises(WorkerScratch, match="cannot be looked into"):
        check_folder(str(tmp_path))


def test_memory_of_this_process_is_seen():
    check_memory(os.getpid(), 1 << 40)
    with pytest.raises(WorkerMemory, match="MiB in use"):
        check_memory(os.getpid(), 1)


@pytest.mark.parametrize(
    ("number", "was_short", "kind"),
    [
        (signal.SIGKILL, False, WorkerDied),
        (signal.SIGKILL, True, WorkerMemory),
        (signal.SIGXCPU, False, WorkerTimeout),
        (signal.SIGSEGV, True, WorkerDied),
    ],
)
def test_only_the_system_ends_a_process_for_its_memory(number, was_short, kind):
    assert type(forked.cause_of(number, was_short)) is kind


@pytest.mark.parametrize(
    ("mebibytes", "kills", "kind"), [(0, 1, WorkerDied), (400, 0, WorkerDied), (400, 1, WorkerMemory)]
)
@pytest.mark.parametrize("workers", ["forked"], indirect=True)
def test_kill_is_for_memory_when_this_worker_took_much_and_the_system_ran_out(
    monkeypatch, opened, mebibytes, kills, kind
):
    """That the system has ended some other process meanwhile is no evidence about this one."""
    counts = iter([5, 5 + kills])
    monkeypatch.setattr(forked, "kills_for_memory", lambda: next(counts))
    submission = opened(KILLED)
    with pytest.raises(WorkerGone) as gone:
        submission.grow_and_end(mebibytes)
    assert type(gone.value) is kind


def test_the_system_counts_its_kills():
    assert forked.kills_for_memory() >= 0
