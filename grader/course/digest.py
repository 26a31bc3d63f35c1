"""One number for the course's content: the same in a checkout and in an installed wheel."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from grader.course.files import ANY, add_files, files_under

TEXT = (".md", ".toml")
SOURCE = (*TEXT, ".py")
TRANSLATION = re.compile(r"(\w+)/\1\.[^/]+\.toml")  # a grading does not depend on the language


def digest_of(exercises: Path, solutions: Path, suites: Path, datasets: Path) -> str:
    """Return the sha256 over sorted relative paths and bytes.

    The stubs are left out: learners edit them in place, and they follow from the solutions.
    """
    total = hashlib.sha256()
    parts = {
        "exercises": (exercises, TEXT),
        "solutions": (solutions, SOURCE),
        "suites": (suites, SOURCE),
        "datasets": (datasets, ANY),
    }
    for label, (folder, suffixes) in parts.items():
        files = files_under(folder, suffixes)
        add_files(
            total, ((f"{label}/{name}", file) for name, file in files if not TRANSLATION.fullmatch(name))
        )
    return total.hexdigest()
