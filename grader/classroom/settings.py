"""What an instructor asked for, and what follows from it before anything is graded; needs no torch."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path

from grader.classroom.model import Intake
from grader.classroom.policy import Policy, moments_of, read_policy
from grader.classroom.reading import read_class
from grader.classroom.roster import read_roster
from grader.course import load_course
from grader.course.stub import stub_of

POLICY = "course.toml"
BOOK = "gradebook.sqlite"


@dataclass(frozen=True)
class Asked:
    """The command line of a class run."""

    paths: tuple[Path, ...]
    out: Path
    roster: Path | None = None
    policy: Path | None = None
    layout: str = "auto"
    tasks: tuple[str, ...] = ()
    students: tuple[str, ...] = ()
    seed: int | None = None
    jobs: int | None = None
    scheduler: str | None = None
    sandbox: str = "auto"
    device: str = "auto"
    canvas: Path | None = None
    assignment: str | None = None
    moodle: Path | None = None
    scale: bool = False
    diff: bool = False

    @property
    def book(self) -> Path:
        """Where the gradebook lies."""
        return self.out / BOOK


def read_intake(asked: Asked) -> Intake:
    """Read what was handed in, and whose it is."""
    course = load_course()
    topics = tuple(dict.fromkeys(task.topic for task in course.select(asked.tasks)))
    roster = read_roster(asked.roster) if asked.roster else None
    return read_class(
        asked.paths, course.slugs, roster, asked.layout, asked=topics, stub=partial(stub_of, course),
        moments=partial(moments_of, policy_of(asked), topics),
    )  # fmt: skip


def policy_of(asked: Asked) -> Policy:
    """Read the course's policy: the file that is named, or the one beside the roster, or none."""
    beside = asked.roster.parent / POLICY if asked.roster else None
    return read_policy(asked.policy or (beside if beside and beside.is_file() else None))
