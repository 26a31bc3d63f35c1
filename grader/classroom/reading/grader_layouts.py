"""Layouts of other graders: the exports of Gradescope and of Otter, and nbgrader's tree.

Gradescope: a folder submission_<id> for each, and submission_metadata.yml that names the submitters.
nbgrader: submitted/<student>/<assignment>/<files>, with the time in timestamp.txt.
Otter: named after student, notebook and time, alice_losses_2024_01_31T23_59_58_123456.zip.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from grader.classroom.reading import limits
from grader.classroom.reading.claims import Claim, ClaimedWork, Layout, LayoutFindings, Spot, WorkPart
from grader.classroom.reading.name_layouts import claim_of, parts_inside, read_by_name, telling
from grader.classroom.reading.names import label, moment, otter_stamp, short
from grader.classroom.reading.tree import ClassProblem, Folder, Node, Unreadable, reason

METADATA = "submission_metadata.yml"
STAMP = "timestamp.txt"
NEVER = datetime.min.replace(tzinfo=UTC)


def _fits_gradescope(spot: Spot) -> int:
    """Count everything where the list of submitters lies in it."""
    return len(spot.folder.children()) if spot.folder.child(METADATA) else 0


def _find_gradescope(spot: Spot) -> LayoutFindings:
    """Return a hand-in for each submission, with all who submitted it together.

    Raises:
        ClassProblem: the list of submitters is not there or cannot be read.
    """
    known, folders = _metadata(spot), {folder.name: folder for folder in spot.folder.folders()}
    claims = {name: _claims(known.get(name)) for name in sorted({*known, *folders})}
    return LayoutFindings(
        [
            ClaimedWork(whose, tuple(_gradescope_parts(name, folders.get(name), known[name], spot)))
            for name, whose in claims.items()
            if whose
        ],
        notes=[spot.left_out(file) for file in spot.folder.files() if file.name != METADATA],
        unknown=[
            f"{short(spot.at(name))} names no submitter in {METADATA}"
            for name, whose in claims.items()
            if not whose
        ],
    )


def _metadata(spot: Spot) -> dict[str, dict[str, Any]]:
    import yaml  # type: ignore[import-untyped]  # here, as no other layout needs it

    # The C parser where PyYAML has it: about ten times as fast, and as safe.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    file, place = spot.folder.child(METADATA), short(spot.at(METADATA))
    try:
        data = file.read(limits.METADATA) if file else None
        if data is None:
            raise ClassProblem(f"{place} is not there or too large: export the submissions again")
        loaded = yaml.load(data, Loader=loader)  # a safe loader: it makes plain values only
    except Unreadable as problem:
        raise ClassProblem(f"{place}: {problem}") from problem
    except (yaml.YAMLError, ValueError, RecursionError, OverflowError) as error:
        raise ClassProblem(
            f"{place} cannot be read ({reason(error)}): export the submissions again"
        ) from error
    if not isinstance(loaded, dict):
        raise ClassProblem(f"{place} lists no submissions: export the submissions again")
    return {str(name): entry for name, entry in loaded.items() if isinstance(entry, dict)}


def _value(entry: Any, key: str) -> Any:
    """Return a value whose key Ruby wrote with a colon before it."""
    return entry.get(f":{key}", entry.get(key)) if isinstance(entry, dict) else None


def _claims(entry: Any) -> tuple[Claim, ...]:
    submitters = _value(entry, "submitters")
    people = submitters if isinstance(submitters, list) else []
    claims = [_claim(*(_plain_text(_value(person, key)) for key in ("name", "email", "sid"))) for person in people]
    return tuple({claim.id: claim for claim in claims if claim.id}.values())


def _claim(name: str, email: str, number: str) -> Claim:
    ids = {"gradescope": number, "sis": number} if number else {}
    return Claim(number or email or name, name or email or number, name=name, email=email, ids=ids)


def _plain_text(value: Any) -> str:
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**30:
        return str(value)
    return label(value) if isinstance(value, str) else ""


def _gradescope_parts(name: str, folder: Folder | None, entry: dict[str, Any], spot: Spot) -> list[WorkPart]:
    when = _when(_value(entry, "created_at"))
    if folder is None:
        return [WorkPart((), spot.at(name), when, problem="the export holds no files of this submission")]
    return [replace(part, submitted_at=when) for part in parts_inside(folder, spot.at(name))]


def _when(value: Any) -> datetime | None:
    """Return the time of handing in; Gradescope writes it in UTC, and the parser may have dropped the zone."""
    if isinstance(value, datetime):
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value
    return moment(value) if isinstance(value, str) else None


GRADESCOPE = Layout("Gradescope export", _fits_gradescope, _find_gradescope)


def _fits_nbgrader(spot: Spot) -> int:
    """Count students who have an assignment with a time, or an assignment at all under `submitted`."""
    named = spot.folder.name == "submitted"
    return sum(_is_student(folder, named) for folder in spot.folder.folders())


def _find_nbgrader(spot: Spot) -> LayoutFindings:
    """Return each student's assignments as parts, by their times."""
    strays = [spot.left_out(file) for file in spot.folder.files()]
    students = [ClaimedWork((claim_of(one.name),), tuple(_nbgrader_parts(one, spot))) for one in spot.folder.folders()]
    return LayoutFindings(students, strays)


def _is_student(folder: Folder, named: bool) -> bool:
    try:
        return any(named or inner.child(STAMP) for inner in folder.folders())
    except Unreadable:
        return False


def _nbgrader_parts(student: Folder, spot: Spot) -> list[WorkPart]:
    place = spot.at(student.name)
    try:
        nodes = student.children()
    except Unreadable as problem:
        return [WorkPart((), place, problem=str(problem))]
    loose: list[Node] = [node for node in nodes if not isinstance(node, Folder)]
    parts = [WorkPart(tuple(loose), place)] if loose or not nodes else []
    assignments = [_assignment_part(node, f"{place}/{node.name}") for node in nodes if isinstance(node, Folder)]
    if all(part.submitted_at for part in assignments):
        assignments.sort(key=lambda part: (part.submitted_at or NEVER, part.place))
    return parts + assignments


def _assignment_part(assignment: Folder, place: str) -> WorkPart:
    try:
        nodes = assignment.children()
    except Unreadable as problem:
        return WorkPart((), place, problem=str(problem))
    others = tuple(node for node in nodes if node.name != STAMP)
    text = _timestamp_text(assignment)
    when = moment(text) if text else None
    unread = "its timestamp.txt holds no time with a zone that can be read: it counts as handed in at no time"
    return WorkPart(others, place, submitted_at=when, notes=(unread,) if text and when is None else ())


def _timestamp_text(assignment: Folder) -> str:
    try:
        stamp = assignment.child(STAMP)
        data = stamp.read(limits.NOTE) if stamp else b""
    except Unreadable:
        return "?"
    return "?" if data is None else data.decode("utf-8", "replace")


NBGRADER = Layout("nbgrader's submissions", _fits_nbgrader, _find_nbgrader)


def _fits_otter(spot: Spot) -> int:
    """Count the exports that tell their student; those in a student's own folder need not."""
    return sum(
        otter_stamp(node.name) is not None and bool(telling(node, spot.topics))
        for node in spot.folder.files()
    )


OTTER = Layout("Otter exports", _fits_otter, read_by_name)
