"""The grading worksheet that was downloaded from Moodle, with grades and comments, ready to be uploaded again.

The column `Last modified (grade)` stays as it was: by it Moodle sees that nobody has graded in the meantime.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from html import escape

from grader.classroom.policy.columns import hidden_tasks
from grader.classroom.records import ClassResult, Standing
from grader.classroom.tables.moodle_columns import CHANGED, NO, MoodleColumns, find_columns, number_of
from grader.classroom.tables.sheet import (
    EMAIL,
    OWN,
    Filled,
    Filling,
    Key,
    Sheet,
    has_decimal_comma,
    name_key_of,
    number_in,
    read_sheet,
    score_of,
    written,
)
from grader.report import Report, Verdict
from grader.report.selection import first_failed
from grader.text.escape import one_line
from grader.text.formatting import count, earned, number

OURS = "torchgrade:"  # a comment that begins so may be written anew
LONGEST = 300
LOCKED = "the grade is locked in Moodle; unlock it there and download the worksheet again"
ON_A_SCALE = (
    "it is graded on a scale ({options}) and ours are points: set its grade type to points, or grade by hand"
)


def comment_of(standing: Standing, hidden: Collection[str] = ()) -> str:
    """One line: the score, how it came about, and what to mend first; safe where it is read as HTML.

    Of tasks that are hidden, by their ids, it says nothing.
    """
    parts = [f"{earned(standing.score, standing.max_score)} of {number(standing.max_score)} points"]
    if standing.penalty:
        parts.append(f"{number(standing.penalty)} taken for being late")
    if standing.adjusted:
        parts.append(f"{standing.adjusted:+.2f} by hand")
    if standing.report is not None:
        shown = [task for task in standing.report.tasks if task.id not in hidden]
        parts += [_tasks(replace(standing.report, tasks=tuple(shown)))] if shown else []
    return escape(f"{OURS} {'; '.join(part for part in parts if part)}.", quote=False)


def _tasks(report: Report) -> str:
    passed = sum(task.verdict is Verdict.PASS for task in report.tasks)
    text = f"{passed} of {count(len(report.tasks), 'task')} passed"
    failed = first_failed(report)
    if failed is None:
        return text
    test = failed.first_failure
    message = (test.message if test else None) or failed.message
    checked = one_line(message.checked).rstrip(".")[:LONGEST] if message else failed.title
    return f"{text}; mend first {one_line(failed.id)} ({checked})"


def fill_moodle(worksheet: bytes, result: ClassResult, *, scale: bool = False) -> Filled:
    """Write each student's score, and a short comment, into a grading worksheet.

    Args:
        worksheet: the file as Moodle gave it, in any language.
        result: the class.
        scale: turn the score into points of the worksheet's maximum grade, where that is not ours.

    Raises:
        CannotFill: this is no grading worksheet.
    """
    sheet = read_sheet(worksheet)
    columns = find_columns(sheet)
    if columns.is_scale:
        options = " / ".join(sheet.value(1, columns.most).split())
        return Filled(worksheet, ("nothing is filled in: " + ON_A_SCALE.format(options=options),))
    filling = Filling(result.standings)
    hidden = hidden_tasks(result.columns, datetime.now(UTC))
    rows = range(1, len(sheet.rows))
    comma = has_decimal_comma([sheet.value(row, column) for column in (columns.most, columns.grade) for row in rows])
    for row in rows:
        who = " ".join(sheet.values(row)[columns.identifier : columns.identifier + 2])
        standing = filling.find(who, _keys(sheet, columns, row))
        if standing is None:
            continue
        most = number_in(sheet.value(row, columns.most))
        points = score_of(standing, most, scale=scale)
        if standing.grade is None:
            filling.left(standing)
        elif _is_locked(sheet, columns, row):
            filling.kept(standing, LOCKED)
        elif most is not None and points > most + 1e-9:
            more = f"{number(standing.score)} points are more than the {number(most)} that Moodle takes"
            filling.kept(standing, more)
        else:
            filling.changes[row, columns.grade] = written(points, comma=comma)
            _comment(filling, sheet, columns, row, standing, hidden)
    _note_headers(filling, sheet, columns)
    return Filled(sheet.filled(filling.changes), filling.notes())


def _is_locked(sheet: Sheet, columns: MoodleColumns, row: int) -> bool:
    return columns.changeable is not None and sheet.value(row, columns.changeable).casefold() in NO


def _comment(
    filling: Filling, sheet: Sheet, columns: MoodleColumns, row: int, standing: Standing, hidden: Collection[str]
) -> None:
    """Write a comment where there is none, or one of ours."""
    if columns.comments is None:
        return
    before = sheet.value(row, columns.comments)
    if before and not before.startswith(OURS):
        filling.kept(standing, "a person's comment is kept")
    else:
        filling.changes[row, columns.comments] = comment_of(standing, hidden)


def _keys(sheet: Sheet, columns: MoodleColumns, row: int) -> Iterator[Key]:
    """What a row calls its participant: the number, an address, another system's number, the name."""
    yield "moodle", number_of(sheet.value(row, columns.identifier))
    first = columns.identifier + 1
    identities = [sheet.value(row, column) for column in range(first, columns.grade)]
    yield from ((EMAIL, cell) for cell in identities if "@" in cell)
    for column in range(first + 1, columns.grade):
        if _differs(sheet, column):  # a status or a group could be somebody's number by chance
            yield from ((kind, sheet.value(row, column)) for kind in (OWN, "sis", "login"))
    yield from map(name_key_of, identities[:1])


def _differs(sheet: Sheet, column: int) -> bool:
    """Whether no two rows say the same in a column."""
    cells = [cell for row in range(1, len(sheet.rows)) if (cell := sheet.value(row, column))]
    return len(set(cells)) == len(cells)


def _note_headers(filling: Filling, sheet: Sheet, columns: MoodleColumns) -> None:
    names = sheet.values(0)
    if columns.modified is None:
        filling.remarks.append(
            "no column `Last modified (grade)` was found: Moodle does not import without it"
        )
    elif names[columns.modified].casefold() not in CHANGED:
        told = f"{names[columns.grade]!r} as the grade, {names[columns.most]!r} as its maximum"
        filling.remarks.append(f"this language is not known here; by place and content, {told}")
