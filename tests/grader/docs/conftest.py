"""The commands of the documentation, and a folder in which they can be typed."""

from __future__ import annotations

import importlib.util
import shutil
import sys
import zipfile
from pathlib import Path

import pytest

spec = importlib.util.spec_from_file_location("documented", Path(__file__).with_name("blocks.py"))
assert spec is not None and spec.loader is not None
documented = sys.modules["documented"] = importlib.util.module_from_spec(spec)
spec.loader.exec_module(documented)

ROSTER = "id,name,email\nalice,Alice Adams,alice@example.org\nbob,Bob Brown,bob@example.org\n"
CANVAS = (
    "Student,ID,SIS User ID,SIS Login ID,Section,Week 1 (101)\n    Points Possible,,,,,2\n"
    '"Adams, Alice",11,alice,alice@example.org,A,\n"Brown, Bob",12,bob,bob@example.org,A,\n'
)


SEMESTER = CANVAS.replace("Week 1 (101)", "Homework 1 (101),Homework 2 (102)").replace(",2\n", ",1,2\n")
POLICY = 'title = "Homework"\nzone = "Europe/Berlin"\ndue = 2026-03-01T23:59:00\n[late]\npercent = 10\n'


def semester(folder):
    """Two assignments as they come from Canvas, the first with a second download."""
    folder.mkdir()
    (folder / "canvas.csv").write_text(SEMESTER)
    for name in ("hw1.toml", "hw2.toml"):
        (folder / name).write_text(POLICY)
    for download, uploads in (
        ("hw1.zip", {"adamsalice_11_900_tensors.py": "solutions/tensors.py"}),
        ("hw1-late.zip", {"brownbob_LATE_12_903_tensors.py": "exercises/tensors/tensors.py"}),
        ("hw2.zip", {"adamsalice_11_950_losses.py": "solutions/losses.py"}),
    ):
        with zipfile.ZipFile(folder / download, "w") as archive:
            for name, file in uploads.items():
                archive.write(documented.ROOT / file, name)


@pytest.fixture(scope="session")
def prepared(tmp_path_factory):
    """What an instructor and an author have: hand-ins, a roster, an export of Canvas, and solutions."""
    folder, root = tmp_path_factory.mktemp("documented"), documented.ROOT
    for student, file in (("alice", "solutions/tensors.py"), ("bob", "exercises/tensors/tensors.py")):
        (folder / "submissions" / student).mkdir(parents=True)
        shutil.copy(root / file, folder / "submissions" / student)
    (folder / "roster.csv").write_text(ROSTER)
    (folder / "canvas.csv").write_text(CANVAS)
    semester(folder / "semester")
    (folder / "solutions").mkdir()
    shutil.copy(root / "solutions" / "losses.py", folder / "solutions")
    return folder
