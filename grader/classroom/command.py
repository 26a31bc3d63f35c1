"""A class run from the command line on: what was asked for, whom it is about, and a finished run with its files."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import partial
from pathlib import Path

from grader.classroom import executors
from grader.classroom.class_run import ClassRun, OpenExecutor, Watcher, grade_class
from grader.classroom.gradebook import Gradebook
from grader.classroom.jobs import Settings
from grader.classroom.outputs import Filled, fill_canvas, fill_moodle
from grader.classroom.policy import Policy, moments_of, read_policy, seed_for
from grader.classroom.publish import only_run, publish, write
from grader.classroom.reading import ClassProblem, read_class
from grader.classroom.records import ClassResult, HandIn, Intake, Outcome, Standing, Student
from grader.classroom.roster import read_roster
from grader.course import Task, load_course
from grader.course.stub import stub_of
from grader.judge.accelerator import NoSuchDevice, accelerator_for
from grader.judge.errors import UsageProblem
from grader.judge.processors import processors
from grader.judge.scoring import without_needs
from grader.render.words import count

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


def with_earlier(intake: Intake, book: Gradebook, tasks: Collection[Task]) -> Intake:
    """Return an intake with the hand-ins of those students of the last run of whom this one has none.

    Only a run over the same tasks counts: another one is of another assignment.
    """
    last = _last(book, tasks)
    here = {hand_in.student.id for hand_in in intake.hand_ins}
    others = [each for each in last.standings if each.student.id not in here] if last else []
    kept = [hand_in for each in others for hand_in in _handed_in(each)]
    with_work = {hand_in.student.id for hand_in in kept}
    missing = {student.id: student for student in (*_missing(others), *intake.missing)}
    return replace(
        intake,
        hand_ins=(*intake.hand_ins, *kept),
        missing=tuple(student for name, student in sorted(missing.items()) if name not in with_work),
        notes=(*intake.notes, *_note(len(with_work))),
    )


def only(intake: Intake, wanted: Sequence[str]) -> Intake:
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


def _last(book: Gradebook, tasks: Collection[Task]) -> ClassResult | None:
    finished = [entry.number for entry in book.runs() if entry.finished]
    last = book.result(finished[-1]) if finished else None
    same = last is not None and {column.id for column in last.columns} == {task.id for task in tasks}
    return last if same else None


def _handed_in(standing: Standing) -> list[HandIn]:
    if standing.outcome is Outcome.UNKNOWN or standing.hand_in is None:
        return []
    return [standing.hand_in, *(attempt.hand_in for attempt in standing.attempts)]


def _missing(standings: Sequence[Standing]) -> list[Student]:
    return [each.student for each in standings if each.outcome is Outcome.MISSING]


def _note(students: int) -> tuple[str, ...]:
    if not students:
        return ()
    return (f"{count(students, 'student')} of the last run handed in nothing here: what is in the gradebook stands",)


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
    near = get_close_matches(wanted, names, n=1)
    remedy = f"did you mean {near[0]!r}?" if near else "`--dry-run` shows who there is"
    raise ClassProblem(f"--student {wanted!r}: nobody is called so: {remedy}")


def run_class(asked: Asked, watcher: Watcher) -> tuple[ClassResult, tuple[str, ...]]:
    """Grade a class, write everything, and return the result with what is to be said about filled-in tables."""
    intake, policy = only(read_intake(asked), asked.students), policy_of(asked)
    with only_run(asked.out, policy.zone):
        with Gradebook(asked.book) as book:
            run = _class_run(asked, policy, _seed(asked, policy, book))
            result = grade_class(with_earlier(intake, book, run.settings.tasks), run, book, watcher)
        publish(result, asked.out)
        return result, _fill(asked, result)


def _class_run(asked: Asked, policy: Policy, seed: int) -> ClassRun:
    course = load_course()
    course.require_solutions()
    try:
        accelerator = accelerator_for(asked.device)
    except NoSuchDevice as problem:
        raise UsageProblem(str(problem)) from None
    tasks = course.select(asked.tasks)
    settings = Settings(
        course=course,
        tasks=tasks if policy.needs else without_needs(tasks),
        accelerator=accelerator,
        sandbox=asked.sandbox,
        seconds=policy.seconds,
        seed_of=lambda student: seed_for(policy, seed, student),
    )
    title = policy.title or asked.paths[0].resolve().name
    return ClassRun(title, seed, settings, policy, _executor(asked))


def _executor(asked: Asked) -> OpenExecutor:
    address, jobs = asked.scheduler, asked.jobs or processors()
    if address is not None:
        return lambda most: executors.on_cluster(address)
    return lambda most: executors.here(min(jobs, most), most)


def _seed(asked: Asked, policy: Policy, book: Gradebook) -> int:
    """Return the seed that is asked for, or the last run's: a class that is graded again meets the same inputs."""
    if asked.seed is not None:
        return asked.seed
    if policy.seed is not None:
        return policy.seed
    runs = book.runs()
    return runs[-1].facts.seed if runs else secrets.randbits(63)


def _fill(asked: Asked, result: ClassResult) -> tuple[str, ...]:
    notes: list[str] = []
    if asked.canvas and asked.assignment:
        filled = fill_canvas(asked.canvas.read_bytes(), result, asked.assignment, scale=asked.scale)
        notes += _written(filled, asked.out / "canvas.csv")
    if asked.moodle:
        filled = fill_moodle(asked.moodle.read_bytes(), result, scale=asked.scale)
        notes += _written(filled, asked.out / "moodle.csv")
    return tuple(notes)


def _written(filled: Filled, path: Path) -> list[str]:
    write(path, filled.data)
    return [f"{path.name}: {note}" for note in filled.notes] + [f"{path} is filled in."]
