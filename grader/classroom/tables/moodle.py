"""The grading worksheet that was downloaded from Moodle, with grades and comments, ready to be uploaded again.

The identifier is known by its content (one word, then a number), the other columns by what Moodle's language packs call
them. The column `Last modified (grade)` stays as it was: by it Moodle sees that nobody has graded in the meantime.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from html import escape
from pathlib import Path

from grader.classroom.policy.columns import hidden_tasks
from grader.classroom.records import ClassResult, Standing
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
from grader.report import Report
from grader.report.selection import first_failed
from grader.text.escape import one_line
from grader.text.formatting import count, earned, number

WORDS = {
    what: frozenset(words)
    for what, words in tomllib.loads(
        Path(__file__).with_name("moodle_words.toml").read_text(encoding="utf-8")
    ).items()
}
NO, YES = WORDS["no"], WORDS["yes"]
IDENTIFIER = re.compile(r"(?P<word>[^\d\s][^\d]*?)\s*(?P<number>\d+)")
NO_WORKSHEET = "no Moodle grading worksheet: "
REMEDY = (
    "; download it with Grading, Download grading worksheet, and give that file as it is; download it in English where"
    " its language is not known here"
)


@dataclass(frozen=True)
class MoodleColumns:
    """The places of a worksheet's columns; None for what it does not have."""

    identifier: int
    grade: int
    most: int  # the maximum grade, or the scale
    is_scale: bool
    changeable: int | None
    modified: int | None  # `Last modified (grade)`
    comments: int | None


def find_columns(sheet: Sheet) -> MoodleColumns:
    """Find the columns by their names.

    Raises:
        CannotFill: this is no grading worksheet.
    """
    if len(sheet.rows) < 2:
        raise CannotFill(NO_WORKSHEET + "it has no row of a participant" + REMEDY)
    names = [name.casefold() for name in sheet.values(0)]

    def called(what: str) -> int | None:
        return next((column for column, name in enumerate(names) if name in WORDS[what]), None)

    identifier, most, scale = _identifier(sheet), called("most"), called("scale")
    place = most if most is not None else scale
    if not place:
        raise CannotFill(NO_WORKSHEET + "no column is called `Maximum grade`" + REMEDY)
    answers = (column for column in range(place + 1, len(names)) if _holds_answers(sheet, column))
    return MoodleColumns(
        identifier, place - 1, place, most is None, next(answers, None), called("changed"), called("comments")
    )


def number_of(cell: str) -> str:
    """The number of `Participant 12`."""
    found = IDENTIFIER.fullmatch(cell)
    return found["number"] if found else ""


def _identifier(sheet: Sheet) -> int:
    for column in range(len(sheet.rows[0])):
        found = [IDENTIFIER.fullmatch(cell) for cell in _cells(sheet, column)]
        if found and all(found) and len({match["word"] for match in found if match}) == 1:
            return column
    fault = "no column holds the identifier, a word and a number such as `Participant 12`"
    raise CannotFill(NO_WORKSHEET + fault + REMEDY)


def _holds_answers(sheet: Sheet, column: int) -> bool:
    """Whether a column says yes and no."""
    return bool(cells := _cells(sheet, column)) and all(cell.casefold() in YES | NO for cell in cells)


def _cells(sheet: Sheet, column: int) -> list[str]:
    """What the rows of participants say in a column, without the empty ones."""
    values = (sheet.value(row, column) for row in range(1, len(sheet.rows)))
    return [value for value in values if value]


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
    passed = sum(task.verdict.is_right for task in report.tasks)
    text = f"{passed} of {count(len(report.tasks), 'task')} passed"
    failed = first_failed(report)
    if failed is None:
        return text
    message = failed.what_failed
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
    numbers = [*_cells(sheet, columns.most), *_cells(sheet, columns.grade)]
    filling = Filling(sheet, result.standings, numbers, scale=scale)
    hidden = hidden_tasks(result.columns, datetime.now(UTC))
    for row in range(1, len(sheet.rows)):
        who = " ".join(sheet.values(row)[columns.identifier : columns.identifier + 2])
        standing = filling.find(who, _keys(sheet, columns, row))
        if standing is None:
            continue
        most = number_in(sheet.value(row, columns.most))
        points = filling.points_of(standing, most)
        if standing.grade is None:
            filling.left(standing)
        elif columns.changeable is not None and sheet.value(row, columns.changeable).casefold() in NO:
            filling.kept(standing, LOCKED)
        elif most is not None and points > most + 1e-9:
            more = f"{number(standing.score)} points are more than the {number(most)} that Moodle takes"
            filling.kept(standing, more)
        else:
            filling.grade(row, columns.grade, points)
            _comment(filling, sheet, columns, row, standing, hidden)
    if columns.modified is None:
        filling.remarks.append("no column `Last modified (grade)` was found: Moodle does not import without it")
    return filling.filled()


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
        cells = _cells(sheet, column)
        if len(set(cells)) == len(cells):  # a status or a group could be somebody's number by chance
            yield from ((kind, sheet.value(row, column)) for kind in (OWN, "sis", "login"))
    yield from map(name_key_of, identities[:1])
