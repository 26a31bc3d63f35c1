"""The commands of the documentation, and a folder in which they can be typed."""

from __future__ import annotations

import importlib.util
import shutil
import sys
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


@pytest.fixture(scope="session")
def prepared(tmp_path_factory):
    """What an instructor and an author have: hand-ins, a roster, an export of Canvas, and solutions."""
    folder, root = tmp_path_factory.mktemp("documented"), documented.ROOT
    for student, file in (("alice", "solutions/tensors.py"), ("bob", "exercises/tensors/tensors.py")):
        (folder / "submissions" / student).mkdir(parents=True)
        shutil.copy(root / file, folder / "submissions" / student)
    (folder / "roster.csv").write_text(ROSTER)
    (folder / "canvas.csv").write_text(CANVAS)
    (folder / "solutions").mkdir()
    shutil.copy(root / "solutions" / "losses.py", folder / "solutions")
    return folder
