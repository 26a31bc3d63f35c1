"""The gradebook that was exported from Canvas, with one column filled in and everything else as it was."""

from __future__ import annotations

from collections.abc import Callable

from grader.classroom.model import ClassResult, Standing
from grader.classroom.outputs.canvas_header import Header, assignment_column, read_header
from grader.classroom.outputs.cells import has_decimal_comma, number_in, written
from grader.classroom.outputs.fill import Filling
from grader.classroom.outputs.match import Matcher
from grader.classroom.outputs.sheet import Filled, Sheet, read_sheet
from grader.render.words import number

KEPT = ("EX", "N/A")  # excused, and not assigned to this student: a grade is no answer to either
TEST_STUDENT = ("Student, Test", "Test Student")


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
    filling = Filling(Matcher(result.standings))
    points = _points(sheet, header, column)
    text = _text_of(sheet, points, scale)
    for row in header.students:
        name = sheet.value(row, 0)
        if name in TEST_STUDENT or not any(sheet.values(row)):
            continue
        standing = filling.find(name, header.keys(sheet, row))
        if standing is not None:
            _fill_row(filling, sheet, row, column, standing, text)
    _note_points(filling, result, header.names[column], points, scale)
    return Filled(sheet.filled(filling.changes), filling.notes(result.standings))


def _fill_row(
    filling: Filling, sheet: Sheet, row: int, column: int, standing: Standing, text: Callable[[Standing], str]
) -> None:
    cell = sheet.value(row, column)
    if cell.upper() in KEPT:
        filling.kept(standing, f"{cell} is kept")
    elif standing.grade is not None:
        filling.changes[row, column] = text(standing)
    else:
        filling.left(standing)


def _points(sheet: Sheet, header: Header, column: int) -> float | None:
    return number_in(sheet.value(header.points_row, column)) if header.points_row is not None else None


def _text_of(sheet: Sheet, points: float | None, scale: bool) -> Callable[[Standing], str]:
    """How a score is written: with the decimal sign of the table, and scaled where that is asked for."""
    comma = has_decimal_comma([value for row in range(1, len(sheet.rows)) for value in sheet.values(row)])

    def text(standing: Standing) -> str:
        factor = points / standing.max_score if scale and points and standing.max_score else 1.0
        return written(standing.score * factor, comma=comma)

    return text


def _note_points(
    filling: Filling, result: ClassResult, title: str, points: float | None, scale: bool
) -> None:
    most = {standing.max_score for standing in result.standings}
    if points and not scale and most and most != {points}:
        ours = " or ".join(number(each) for each in sorted(most))
        filling.remarks.append(
            f"{title} is worth {number(points)} points in Canvas and {ours} here: not scaled"
        )
