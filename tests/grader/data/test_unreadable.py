"""No worker can read a data set, wherever it lies."""

from __future__ import annotations

import os

import pytest

from grader.data.manifest import read_manifest, shipped_folder

FILES = [shipped_folder() / "manifest.toml"]
FILES += [
    entry.folder / file.name for entry in read_manifest().values() for file in entry.files
]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_shipped_file_is_unreadable_in_a_worker(confined, path):
    assert path.read_bytes()  # in the judge it can be read
    assert confined(path.read_bytes) == "EACCES"


@pytest.mark.parametrize("folder", ["", "digits", "mnist"])
def test_the_folders_cannot_be_listed_in_a_worker(confined, folder):
    assert confined(lambda: os.listdir(shipped_folder() / folder)) == "EACCES"
