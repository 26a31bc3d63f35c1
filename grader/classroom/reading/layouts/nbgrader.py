"""nbgrader's tree of submissions: submitted/<student>/<assignment>/<files>, with the time in timestamp.txt."""

from __future__ import annotations

from datetime import UTC, datetime

from grader.classroom.reading import limits
from grader.classroom.reading.found import Found, Layout, Part, Reading, Spot
from grader.classroom.reading.layouts.by_name import claim_of
from grader.classroom.reading.names import short
from grader.classroom.reading.problems import Unreadable
from grader.classroom.reading.stamps import moment
from grader.classroom.reading.tree import Folder, Node

STAMP = "timestamp.txt"
NEVER = datetime.min.replace(tzinfo=UTC)


def _fits_nbgrader(spot: Spot) -> int:
    """Count students who have an assignment with a time, or an assignment at all under `submitted`."""
    named = spot.folder.name == "submitted"
    return sum(_is_student(folder, named) for folder in spot.folder.folders())


def _find_nbgrader(spot: Spot) -> Reading:
    """Return each student's assignments as parts, by their times."""
    found, reading = list[Found](), Reading()
    for node in spot.folder.children():
        if isinstance(node, Folder):
            found.append(Found((claim_of(node.name),), tuple(_nbgrader_parts(node, spot))))
        else:
            reading.notes.append(f"{short(spot.at(node.name))} belongs to nobody: it is left out")
    reading.found = found
    return reading


def _is_student(folder: Folder, named: bool) -> bool:
    try:
        return any(named or inner.child(STAMP) for inner in folder.folders())
    except Unreadable:
        return False


def _nbgrader_parts(student: Folder, spot: Spot) -> list[Part]:
    place = spot.at(student.name)
    try:
        nodes = student.children()
    except Unreadable as problem:
        return [Part((), place, problem=str(problem))]
    loose: list[Node] = [node for node in nodes if not isinstance(node, Folder)]
    parts = [Part(tuple(loose), place)] if loose or not nodes else []
    assignments = [_assignment_part(node, f"{place}/{node.name}") for node in nodes if isinstance(node, Folder)]
    if all(part.submitted_at for part in assignments):
        assignments.sort(key=lambda part: (part.submitted_at or NEVER, part.place))
    return parts + assignments


def _assignment_part(assignment: Folder, place: str) -> Part:
    try:
        nodes = assignment.children()
    except Unreadable as problem:
        return Part((), place, problem=str(problem))
    others = tuple(node for node in nodes if node.name != STAMP)
    text = _timestamp_text(assignment)
    when = moment(text) if text else None
    unread = "its timestamp.txt holds no time with a zone that can be read: it counts as handed in at no time"
    return Part(others, place, submitted_at=when, notes=(unread,) if text and when is None else ())


def _timestamp_text(assignment: Folder) -> str:
    try:
        stamp = assignment.child(STAMP)
        data = stamp.read(limits.NOTE) if stamp else b""
    except Unreadable:
        return "?"
    return "?" if data is None else data.decode("utf-8", "replace")


NBGRADER = Layout("nbgrader's submissions", _fits_nbgrader, _find_nbgrader)
