"""The digest changes with the course's content and with nothing else."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from grader.course import load_course


def digest(root: Path) -> str:
    return load_course(root / "grader").digest()


@pytest.mark.parametrize(
    "file",
    [
        "exercises/losses/topic.toml",
        "exercises/losses/README.md",
        "solutions/losses.py",
        "tests/suites/losses/test_softmax.py",
        "tests/suites/losses/mistakes/softmax.py",
        "datasets/digits.bin",
    ],
)
def test_digest_changes_when_a_file_changes(root: Path, file: str) -> None:
    before = digest(root)
    with (root / file).open("ab") as opened:
        opened.write(b"\n# more\n")
    assert digest(root) != before


@pytest.mark.parametrize(
    "file",
    [
        "solutions/__pycache__/losses.cpython-311.pyc",
        "tests/suites/losses/.pytest_cache/README.md",
        "datasets/.cache/x",
        "exercises/losses/losses.py",  # learners edit the stub in place
    ],
)
def test_digest_stays_when_a_file_does_not_belong_to_the_course(root: Path, file: str) -> None:
    before = digest(root)
    (root / file).parent.mkdir(exist_ok=True)
    (root / file).write_text("anything")
    assert digest(root) == before


def test_digest_stays_when_the_course_lies_elsewhere(
    root: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    copy = tmp_path_factory.mktemp("elsewhere") / "copy"
    shutil.copytree(root, copy)
    assert digest(copy) == digest(root)


def test_digest_tells_a_moved_byte_between_two_files(root: Path) -> None:
    (root / "datasets" / "a").write_bytes(b"xy")
    (root / "datasets" / "b").write_bytes(b"z")
    before = digest(root)
    (root / "datasets" / "a").write_bytes(b"x")
    (root / "datasets" / "b").write_bytes(b"yz")
    assert digest(root) != before
