"""What an instructor asked for: paths, policy, and whom a run is about; needs no torch."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from grader.classroom.gradebook.book import Gradebook
from grader.classroom.policy.course_policy import Policy
from grader.classroom.policy.course_toml import read_policy
from grader.classroom.policy.worth import moments_of
from grader.classroom.reading.read import read_class
from grader.classroom.reading.tree import ClassProblem
from grader.classroom.records import ClassIntake, Outcome, Student
from grader.classroom.tables.roster_files import read_roster
from grader.course import Task, load_course
from grader.course.stub import stub_of
from grader.course.suggestions import suggestions
from grader.text.formatting import count

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

    @property
    def book(self) -> Path:
        """Where the gradebook lies."""
        return self.out / BOOK


def read_intake(asked: Asked) -> ClassIntake:
    """Read what was handed in, and whose it is."""
    course = load_course()
    topics = tuple(dict.fromkeys(task.topic for task in course.select(asked.tasks)))
    roster = read_roster(asked.roster) if asked.roster else None
    return read_class(
        asked.paths, course.slugs, roster, asked.layout, asked=topics, stub=partial(stub_of, course),
        moments=partial(moments_of, policy_of(asked)),
    )  # fmt: skip


def policy_of(asked: Asked) -> Policy:
    """Read the course's policy: the file that is named, or the one beside the roster, or none."""
    beside = asked.roster.parent / POLICY if asked.roster else None
    return read_policy(asked.policy or (beside if beside and beside.is_file() else None))


def with_earlier(intake: ClassIntake, book: Gradebook, tasks: Collection[Task]) -> ClassIntake:
    """Return an intake with the hand-ins of those students of the last run of whom this one has none.

    Only a run over the same tasks counts: another one is of another assignment.
    """
    here = {hand_in.student.id for hand_in in intake.hand_ins}
    last = book.last()
    same = last is not None and {column.id for column in last.columns} == {task.id for task in tasks}
    stood = book.handed_in(last.number) if last and same else ()
    others = [each for each in stood if each.student.id not in here]
    kept = [hand_in for each in others if each.outcome is not Outcome.UNKNOWN for hand_in in each.hand_ins]
    with_work = {hand_in.student.id for hand_in in kept}
    gone = [each.student for each in others if each.outcome is Outcome.MISSING]
    missing = {student.id: student for student in (*gone, *intake.missing)}
    who = count(len(with_work), "student")
    note = f"{who} of the last run handed in nothing here: what is in the gradebook stands"
    return replace(
        intake,
        hand_ins=(*intake.hand_ins, *kept),
        missing=tuple(student for name, student in sorted(missing.items()) if name not in with_work),
        notes=(*intake.notes, *([note] if with_work else [])),
    )


def only(intake: ClassIntake, wanted: Sequence[str]) -> ClassIntake:
    """Return what some students handed in; of the others nothing is said, so that they stay as they are.

    Args:
        intake: of everybody.
        wanted: ids, names or addresses.

    Raises:
        ClassProblem: nobody, or more than one, is called so.
    """
    if not wanted:
        return intake
    students = {hand_in.student.id: hand_in.student for hand_in in intake.hand_ins}
    chosen = {_one(name, [*students.values(), *intake.missing]).id for name in wanted}
    return replace(
        intake,
        hand_ins=tuple(hand_in for hand_in in intake.hand_ins if hand_in.student.id in chosen),
        missing=tuple(student for student in intake.missing if student.id in chosen),
        unknown=(),
    )


def _one(wanted: str, students: Sequence[Student]) -> Student:
    found = [
        each for each in students if wanted.casefold() in {name.casefold() for name in (each.id, each.name, each.email)}
    ]
    if len(found) == 1:
        return found[0]
    names = [name for each in students for name in (each.id, each.name, each.email) if name]
    if found:
        ids = ", ".join(each.id for each in found)
        raise ClassProblem(f"--student {wanted!r}: {ids} are called so: give one of these ids")
    near = suggestions(wanted, names)
    remedy = f"did you mean {near[0]!r}?" if near else "`--dry-run` shows who there is"
    raise ClassProblem(f"--student {wanted!r}: nobody is called so: {remedy}")
