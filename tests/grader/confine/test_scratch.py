"""The folder that a worker may write."""

from __future__ import annotations

import os

import pytest

from grader.process.kernel import in_child
from grader.worker.confine.scratch import sweep


def test_each_worker_starts_in_an_empty_folder(prepared):
    def work(keep):
        prepared.apply(keep)
        before = os.listdir()
        with open("note", "w") as file:
            file.write("for the next one")
        return f"{before} {os.getcwd() == prepared.scratch_of(os.getpid())}"

    for _ in range(2):
        assert in_child(work) == "[] True"
        prepared.sweep()
        assert os.listdir(prepared.policy.scratch) == []


def test_a_tree_deeper_than_a_path_may_be_long_is_swept(scratch, monkeypatch):
    monkeypatch.chdir(scratch)
    for _ in range(500):
        os.mkdir("deeper" * 40)
        os.chdir("deeper" * 40)
    os.chdir(scratch)
    sweep(scratch)
    assert os.listdir(scratch) == []


@pytest.mark.parametrize("name", ["note", "\udcff", "-rf", " ", "*"])
def test_no_name_withstands_sweeping(scratch, name):
    for folder in (scratch / name, scratch / "a" / name, scratch / "b" / name):
        folder.mkdir(parents=True)
        (folder / "file").touch()
    sweep(scratch)
    assert os.listdir(scratch) == []


def test_a_folder_without_rights_is_swept(confined, scratch):
    def work():
        os.mkdir("hidden", 0o300)
        open("hidden/file", "w").close()
        os.mkdir("closed", 0)

    assert confined(work) == "returned None"
    assert os.listdir(scratch) == []


def test_a_link_is_removed_and_not_followed(scratch):
    outside = scratch.parent / "outside"
    outside.mkdir()
    (outside / "kept").touch()
    os.symlink(outside, scratch / "link")
    sweep(scratch)
    assert os.listdir(scratch) == []
    assert os.listdir(outside) == ["kept"]
