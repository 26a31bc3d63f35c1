"""What lies in the tree may be packed, and stays what it is wherever it is copied."""

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
MADE = {".git", ".venv", "__pycache__", "build", "dist"}  # by tools, never packed


def links_below(folder):
    for place, folders, files in os.walk(folder):  # which follows no link
        folders[:] = [name for name in folders if name not in MADE]
        yield from (path for name in folders + files if (path := Path(place, name)).is_symlink())


def test_no_link_in_the_tree_leaves_it():
    found = {path.relative_to(ROOT).as_posix(): os.readlink(path) for path in links_below(ROOT)}
    leaving = {
        name: target
        for name, target in found.items()
        if not (ROOT / name).parent.joinpath(target).resolve().is_relative_to(ROOT)
    }
    assert leaving == {}


def test_every_committed_link_is_a_way_to_a_committed_file():
    """A link to a folder sends a walk round in circles, and one to nothing breaks a build."""
    if not (ROOT / ".git").exists():
        pytest.skip("this is no checkout")
    listed = subprocess.run(["git", "ls-files", "-s"], cwd=ROOT, capture_output=True, text=True, check=True)
    links = [line.partition("\t")[2] for line in listed.stdout.splitlines() if line.startswith("120000")]
    assert [name for name in links if not (ROOT / name).resolve().is_file()] == []
