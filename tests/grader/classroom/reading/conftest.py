"""Reading a class in one line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from grader.classroom.reading.read import read_class
from grader.classroom.records import ClassIntake, HandIn
from grader.classroom.tables.roster import Roster
from grader.classroom.tables.roster_files import read_roster

TOPICS = ("tensors", "losses", "cnn")


@pytest.fixture
def read() -> Callable[..., ClassIntake]:
    """Return what is read under some paths for three topics, with the roster at a path."""

    def read(*paths: Path, roster: Path | Roster | None = None, layout: str = "auto") -> ClassIntake:
        known = read_roster(roster) if isinstance(roster, Path) else roster
        return read_class(paths, TOPICS, known, layout)

    return read


@pytest.fixture
def only(read: Callable[..., ClassIntake]) -> Callable[..., HandIn]:
    """Return the one hand-in under a path."""

    def only(*paths: Path, **options: str) -> HandIn:
        intake = read(*paths, **options)
        assert len(intake.hand_ins) == 1, [(each.student.id, each.place) for each in intake.hand_ins]
        return intake.hand_ins[0]

    return only
