"""The volume over the folder of workers."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from grader.process.kernel import in_child
from grader.worker.confine import Limits
from grader.worker.confine import scratch as module

LIMITS = Limits(scratch_size=1 << 20, scratch_files=20)


def mounted(folder: Path, task) -> str:
    """What `task` returns in a child that has a volume over the folder, or the error that it meets."""

    def work(keep):
        if not module.mount(folder, LIMITS):
            return "no volume"
        os.chdir(folder)
        try:
            return str(task())
        except OSError as problem:
            return errno.errorcode[problem.errno]

    answer = in_child(work)
    if answer == "no volume":
        pytest.skip("this system mounts nothing for this user")
    return answer


def write(size: int) -> None:
    with open("file", "wb") as file:
        file.write(bytes(size))


def hide(count: int) -> None:
    for _ in range(count):
        kept = open("file", "wb")  # noqa: SIM115 - it stays open on purpose
        kept.write(bytes(1 << 17))
        kept.flush()
        os.remove("file")
        os.dup(kept.fileno())


def test_what_fits_is_written(scratch):
    assert mounted(scratch, lambda: write(1 << 19)) == "None"


def test_the_size_of_all_files_is_bounded(scratch):
    assert mounted(scratch, lambda: write(1 << 21)) == "ENOSPC"


def test_removed_files_that_are_open_count(scratch):
    assert mounted(scratch, lambda: hide(20)) == "ENOSPC"


def test_the_number_of_files_is_bounded(scratch):
    assert mounted(scratch, lambda: [open(f"{n}", "w").close() for n in range(30)]) == "ENOSPC"


def test_nobody_else_sees_it_and_nothing_stays(scratch):
    assert mounted(scratch, lambda: write(10)) == "None"
    assert os.listdir(scratch) == []


def test_unmounting_shows_the_folder_again(scratch):
    (scratch / "below").touch()

    def work():
        before = os.listdir(scratch)
        module.unmount(scratch)
        return before, os.listdir(scratch)

    assert mounted(scratch, work) == "([], ['below'])"


def test_who_this_is_stays_the_same(scratch):
    assert mounted(scratch, os.getuid) == str(os.getuid())


def test_a_system_that_refuses_is_no_error(scratch, monkeypatch):
    def refuse(flags):
        raise PermissionError(errno.EPERM, "refused")

    monkeypatch.setattr(module.kernel, "unshare", refuse)
    assert module.mount(scratch, LIMITS) is False
