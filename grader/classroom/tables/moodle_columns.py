"""Which column of a Moodle grading worksheet is which, whatever language its header is in.

Moodle writes the columns in a fixed order: identifier, name, further identities, status, grade, maximum grade or scale,
whether the grade can be changed, times, comments. The identifier is known by its content (one word, then a number), the
maximum by being the same number in every row, or by its name. Words of Moodle's language packs, in lower case, only
confirm what the places and the contents say; a language that is not among them is recognised all the same, and the
notes say by what.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from grader.classroom.tables.sheet import CannotFill, Sheet, number_in

WORDS = {
    what: frozenset(words)
    for what, words in tomllib.loads(
        Path(__file__).with_name("moodle_words.toml").read_text(encoding="utf-8")
    ).items()
}
CHANGED, NO, YES = WORDS["changed"], WORDS["no"], WORDS["yes"]
IDENTIFIER = re.compile(r"(?P<word>[^\d\s][^\d]*?)\s*(?P<number>\d+)")
NO_WORKSHEET = "no Moodle grading worksheet: "
REMEDY = "; download it with Grading, Download grading worksheet, and give that file as it is"
LONGEST_WAY = 3  # columns from the maximum to `Grade can be changed`


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
    """Find the columns by content, place and known words.

    Raises:
        CannotFill: this is no grading worksheet.
    """
    if len(sheet.rows) < 2:
        raise CannotFill(NO_WORKSHEET + "it has no row of a participant" + REMEDY)
    names = [name.casefold() for name in sheet.values(0)]
    identifier = _identifier(sheet)
    most, is_scale = _most(sheet, names, identifier)
    changeable = _changeable(sheet, most)
    modified = _known(names, CHANGED, after=most) or _last_time(sheet, names, changeable or most)
    comments = _known(names, WORDS["comments"], after=most)
    if comments is None and modified is not None and modified + 1 < len(names):
        comments = modified + 1
    return MoodleColumns(identifier, most - 1, most, is_scale, changeable, modified, comments)


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


def _most(sheet: Sheet, names: list[str], identifier: int) -> tuple[int, bool]:
    """The column of the maximum grade, or of the scale, and whether it is a scale."""
    for words, is_scale in ((WORDS["most"], False), (WORDS["scale"], True)):
        column = _known(names, words, after=identifier + 1)
        if column is not None:
            return column, is_scale
    for column in range(identifier + 2, len(names)):
        cells = _cells(sheet, column)
        same = len(cells) == len(sheet.rows) - 1 and len(set(cells)) == 1
        if same and (number_in(cells[0]) or 0) > 0 and _holds_grades(sheet, column - 1):
            return column, False
        if same and "\n" in cells[0]:
            return column, True
    raise CannotFill(NO_WORKSHEET + "no column holds the maximum grade, the same number in each row" + REMEDY)


def _changeable(sheet: Sheet, most: int) -> int | None:
    for column in range(most + 1, min(most + 1 + LONGEST_WAY, len(sheet.rows[0]))):
        cells = {cell.casefold() for cell in _cells(sheet, column)}
        if cells and cells <= YES | NO:
            return column
    return None


def _last_time(sheet: Sheet, names: list[str], before: int) -> int | None:
    """The last column of times; one that was never graded holds a dash."""
    found = [
        column
        for column in range(before + 1, len(names))
        if (cells := _cells(sheet, column)) and all(cell == "-" or _is_time(cell) for cell in cells)
    ]
    return found[-1] if found else None


def _is_time(cell: str) -> bool:
    return bool(re.search(r"\b\d{4}\b|\d{4}年", cell) and re.search(r"\d{1,2}[:.時时h]\d{2}", cell))


def _holds_grades(sheet: Sheet, column: int) -> bool:
    return all(number_in(cell) is not None for cell in _cells(sheet, column))


def _known(names: list[str], words: Collection[str], after: int) -> int | None:
    return next((column for column, name in enumerate(names) if column >= after and name in words), None)


def _cells(sheet: Sheet, column: int) -> list[str]:
    """What the rows of participants say in a column, without the empty ones."""
    values = (sheet.value(row, column) for row in range(1, len(sheet.rows)))
    return [value for value in values if value]
