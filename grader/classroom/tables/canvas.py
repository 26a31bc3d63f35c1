"""The gradebook that was exported from Canvas, with one column filled in and everything else as it was."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from grader.classroom.records import ClassResult
from grader.classroom.tables.sheet import (
    EMAIL,
    OWN,
    CannotFill,
    Filled,
    Filling,
    Key,
    Sheet,
    name_key_of,
    number_in,
    read_sheet,
)
from grader.course.suggestions import suggestions
from grader.text.formatting import number

WITH_ID = re.compile(r"(?P<title>.*\S)\s*\((?P<id>\d+)\)", re.DOTALL)
TOTALS = re.compile(r"(?:Current|Final|Override) (?:Score|Points|Grade|Status)\b")
# What Canvas calls a student, in the order in which its own import looks: the id, the SIS ids, then the name. Its own
# id is compared with no other number: a class list's numbers may be the same by chance.
IDENTITIES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("ID", ("canvas",)),
    ("SIS User ID", ("sis", OWN)),
    ("SIS Login ID", ("login", EMAIL, OWN)),
    ("Integration ID", ("integration", "sis")),
)
NO_GRADEBOOK = (
    "no Canvas gradebook: its first row begins with Student (or LastName, FirstName) and ID, and has a column Section;"
    " export it with Grades, Export, and give that file"
)
KEPT = ("EX", "N/A")  # excused, and not assigned to this student: a grade is no answer to either
TEST_STUDENT = ("Student, Test", "Test Student")


@dataclass(frozen=True)
class CanvasHeader:
    """The columns of an exported gradebook, and the row from which students stand."""

    names: tuple[str, ...]
    first_assignment: int  # the column behind Section
    points_row: int | None  # the row `Points Possible`
    students: range

    def keys(self, sheet: Sheet, row: int) -> Iterator[Key]:
        """What a row calls its student, the surest first."""
        for title, kinds in IDENTITIES:
            if title in self.names[: self.first_assignment]:
                value = sheet.value(row, self.names.index(title))
                yield from ((kind, value) for kind in kinds)
        if self.names[0] == "LastName":
            yield name_key_of(f"{sheet.value(row, 1)} {sheet.value(row, 0)}")
        else:
            yield name_key_of(sheet.value(row, 0))


def read_header(sheet: Sheet) -> CanvasHeader:
    """Read the first rows.

    Raises:
        CannotFill: they are not those of a Canvas gradebook.
    """
    names = tuple(sheet.values(0))
    in_one = "Student" in names[0] and len(names) > 3 and "ID" in names[1]
    in_two = names[:3] == ("LastName", "FirstName", "ID")
    if not (in_one or in_two) or "Section" not in names:
        raise CannotFill(NO_GRADEBOOK)
    points = [row for row in range(1, len(sheet.rows)) if "Points Possible" in sheet.value(row, 0)]
    first = points[0] + 1 if points else 1
    return CanvasHeader(
        names, names.index("Section") + 1, points[0] if points else None, range(first, len(sheet.rows))
    )


def assignment_column(sheet: Sheet, header: CanvasHeader, wanted: str) -> int:
    """Return the column of the assignment with this id, this title, or this whole header.

    Raises:
        CannotFill: there is none (Canvas would make a new assignment of it), or several, or it is read-only.
    """
    wanted = wanted.strip()
    names = {column: header.names[column] for column in _assignments(sheet, header)}
    by_id = [column for column, name in names.items() if _parts(name)[1] == wanted]
    by_name = [column for column, name in names.items() if name == wanted]
    by_title = [column for column, name in names.items() if _parts(name)[0].casefold() == wanted.casefold()]
    found = by_id or by_name or by_title
    if not found:
        raise CannotFill(f"the gradebook has no assignment {wanted!r}: {_remedy(list(names.values()), wanted)}")
    if len(found) > 1:
        listed = ", ".join(names[column] for column in found)
        raise CannotFill(f"{len(found)} assignments are called {wanted!r}: {listed}: give the id in brackets")
    return found[0]


def _assignments(sheet: Sheet, header: CanvasHeader) -> Iterator[int]:
    """The columns that grades can go to: neither a custom column nor a total."""
    for column in range(header.first_assignment, len(header.names)):
        points = sheet.value(header.points_row, column) if header.points_row is not None else ""
        name = header.names[column]
        takes_grades = WITH_ID.fullmatch(name) or (points and not TOTALS.search(name))
        if takes_grades and "read only" not in points.lower():
            yield column


def _parts(name: str) -> tuple[str, str]:
    """The title and the id of `Homework 1 (4711)`."""
    found = WITH_ID.fullmatch(name)
    return (found["title"], found["id"]) if found else (name, "")


def _remedy(names: list[str], wanted: str) -> str:
    titles = {_parts(name)[0]: name for name in names}
    if near := suggestions(wanted, titles, most=3, cutoff=0.5):
        return f"did you mean {' or '.join(repr(titles[title]) for title in near)}?"
    if names:
        return f"it has {', '.join(map(repr, names[:10]))}"
    return "it has no column that takes grades; make the assignment in Canvas first"


def fill_canvas(exported: bytes, result: ClassResult, assignment: str, *, scale: bool = False) -> Filled:
    """Write each student's score into the column of an assignment.

    Args:
        exported: the file as Canvas exported it.
        result: the class.
        assignment: the assignment's id, its title, or the whole header `Title (id)`.
        scale: turn the score into the points of the assignment, where these are not ours.

    Raises:
        CannotFill: this is no Canvas gradebook, or has no such assignment.
    """
    sheet = read_sheet(exported)
    header = read_header(sheet)
    column = assignment_column(sheet, header, assignment)
    numbers = [value for row in range(1, len(sheet.rows)) for value in sheet.values(row)]
    filling = Filling(sheet, result.standings, numbers, scale=scale)
    points = None if header.points_row is None else number_in(sheet.value(header.points_row, column))
    for row in header.students:
        name = sheet.value(row, 0)
        if name in TEST_STUDENT or not any(sheet.values(row)):
            continue
        standing = filling.find(name, header.keys(sheet, row))
        if standing is None:
            continue
        cell = sheet.value(row, column)
        if cell.upper() in KEPT:
            filling.kept(standing, f"{cell} is kept")
        elif standing.grade is None:
            filling.left(standing)
        else:
            filling.grade(row, column, filling.points_of(standing, points))
    most = {standing.max_score for standing in result.standings}
    if points and not scale and most and most != {points}:
        worth = f"{header.names[column]} is worth {number(points)} points in Canvas"
        ours = " or ".join(number(each) for each in sorted(most))
        filling.remarks.append(f"{worth} and {ours} here: not scaled")
    return filling.filled()
