"""A table as another program wrote it: some of its cells change, and all others say what they said."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from grader.classroom.records import Outcome, Standing, Student
from grader.classroom.tables.roster import Roster, roster_key
from grader.text.escape import one_line
from grader.text.formatting import count

STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
NUMBER = re.compile(r"-?\d+(?:[.,]\d+)?%?")
DECIMAL_COMMA = re.compile(r"-?\d+,\d{1,5}")
DECIMAL_POINT = re.compile(r"-?\d+\.\d{1,5}")
SEPARATORS = (",", ";", "\t")
MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
MOST_ROWS_TO_GUESS = 200


def harmless(text: str) -> str:
    """`text` with an apostrophe before it where a spreadsheet would run it as a formula."""
    return f"'{text}" if text.lstrip(" ").startswith(STARTS_A_FORMULA) else text


def has_decimal_comma(cells: list[str]) -> bool:
    """Whether these cells write 12,50 more often than 12.50."""
    commas = sum(bool(DECIMAL_COMMA.fullmatch(cell)) for cell in cells)
    return commas > sum(bool(DECIMAL_POINT.fullmatch(cell)) for cell in cells)


def number_in(cell: str) -> float | None:
    """The number that a cell holds, with a decimal point or a decimal comma; None for anything else."""
    return float(cell.strip("%").replace(",", ".")) if NUMBER.fullmatch(cell) else None


class CannotFill(ValueError):
    """The table cannot be filled in; the message says why, and what to do."""

    exit_code = 2


@dataclass(frozen=True)
class Filled:
    """A table with its new cells, and one sentence for each thing that a person should know."""

    data: bytes
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sheet:
    """The cells of a table, and how it is written."""

    rows: tuple[tuple[str, ...], ...]  # without empty lines
    lines: tuple[int, ...]  # of the file, in which the rows begin
    encoding: str
    separator: str
    line_end: str

    def value(self, row: int, column: int) -> str:
        """What a cell says, without blanks around it; nothing where the row is too short."""
        cells = self.rows[row]
        return cells[column].strip() if column < len(cells) else ""

    def values(self, row: int) -> list[str]:
        """What the cells of a row say."""
        return [cell.strip() for cell in self.rows[row]]

    def filled(self, changes: Mapping[tuple[int, int], str]) -> bytes:
        """The table with new values at (row, column), as bytes in the encoding that it came in."""
        rows = [list(row) for row in self.rows]
        for (row, column), value in changes.items():
            rows[row] += [""] * (column + 1 - len(rows[row]))
            rows[row][column] = value
        text = io.StringIO(newline="")
        csv.writer(text, delimiter=self.separator, lineterminator=self.line_end).writerows(rows)
        return text.getvalue().encode(self.encoding, "replace")


def read_sheet(data: bytes) -> Sheet:
    """Read a table: UTF-8, UTF-16 or an older encoding; separated by comma, semicolon or tab.

    Raises:
        CannotFill: it is empty, or no table.
    """
    text, encoding = _decoded(data)
    if "\0" in text or not text.strip():
        raise CannotFill("the file is no table of text: export it again as CSV")
    try:
        separator = max(SEPARATORS, key=lambda sign: _fitness(list(islice(_rows(text, sign), MOST_ROWS_TO_GUESS))))
        found = list(_rows(text, separator))
    except csv.Error as problem:
        raise CannotFill(f"the file is no table ({problem}): export it again as CSV") from problem
    if not found:
        raise CannotFill("the file has no cell that says anything: export it again as CSV")
    line_end = "\r\n" if "\r\n" in text else "\n"
    return Sheet(tuple(row for _, row in found), tuple(line for line, _ in found), encoding, separator, line_end)


def _decoded(data: bytes) -> tuple[str, str]:
    """The text and its encoding; the last one gives every byte back as it was, whatever the bytes meant."""
    marked = next((name for sign, name in MARKS if data.startswith(sign)), "utf-16-le" if data[1:2] == b"\0" else "")
    for name in (marked,) if marked else ("utf-8", "cp1252", "latin-1"):
        try:
            return data.decode(name), name
        except UnicodeDecodeError:
            continue
    raise CannotFill(f"the file begins as {marked} text and does not go on so: export it again")


def _fitness(rows: list[tuple[int, tuple[str, ...]]]) -> tuple[float, int]:
    """How well a separator fits: the share of rows as wide as the first, and then how wide that is."""
    if not rows:
        return 0.0, 0
    width = len(rows[0][1])
    alike = sum(len(row) == width for _, row in rows) / len(rows)
    return (alike if width > 1 else 0.0, width)


def _rows(text: str, separator: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Yield the rows that are not empty, each with the line in which it begins."""
    reader, line = csv.reader(io.StringIO(text, newline=""), delimiter=separator), 1
    for row in reader:
        if len(row) > 1 or any(cell.strip() for cell in row):
            yield line, tuple(row)
        line = reader.line_num + 1


NAME, EMAIL, OWN = "name", "email", "id"  # kinds of keys beside those in `Student.ids`
SURE = ("canvas", "moodle")  # a system's own number: who has another one is somebody else, whatever the name
Key = tuple[str, str]  # kind and value
WHY_LEFT = {
    Outcome.INCOMPLETE: "the grading is incomplete, by a fault of ours",
    Outcome.UNREADABLE: "the upload could not be read",
    Outcome.MISSING: "nothing was handed in",
}
MOST_NAMED = 20


def name_key_of(name: str) -> Key:
    """Return the key of a name, which may be written as `Lovelace, Ada`."""
    last, comma, first = name.partition(",")
    return NAME, f"{first.strip()} {last.strip()}" if comma else name


class Filling:
    """The changes to a table, and the students of a class that were found in it by what other systems call them."""

    def __init__(self, sheet: Sheet, standings: Iterable[Standing], numbers: list[str], *, scale: bool) -> None:
        """Begin a table for a class; `numbers` tell how it writes them.

        With `scale` a score is turned into the points of the table, where these are not ours.
        """
        self._sheet, self._comma, self._scale = sheet, has_decimal_comma(numbers), scale
        self.changes: dict[tuple[int, int], str] = {}
        self.remarks: list[str] = []
        self._standings = {standing.student.id: standing for standing in standings}
        self._roster = Roster(tuple(standing.student for standing in self._standings.values()))
        self._seen: set[str] = set()
        self._without: list[str] = []  # rows that nobody of the class fits
        self._left: dict[Outcome, list[str]] = {}

    def find(self, name: str, keys: Iterable[Key]) -> Standing | None:
        """Return the student of a row, by its first key that fits; remember which row fits nobody or two."""
        value, found = self._fitting(keys)
        if not found:
            self._without.append(_shown(name))
        elif len(found) > 1:
            why = one_line(f"{value!r} fits {' and '.join(student.id for student in found[:2])}")
            self.remarks.append(f"the row of {_shown(name)} is left as it was: {why}")
        elif found[0].id in self._seen:
            self.remarks.append(f"{_shown(name)} is a second row of {_shown(found[0].id)} and is left as it was")
        else:
            self._seen.add(found[0].id)
            return self._standings[found[0].id]
        return None

    def _fitting(self, keys: Iterable[Key]) -> tuple[str, list[Student]]:
        """Return the first value by which anybody is called, and who is called so."""
        sure: dict[str, str] = {}  # of the row, a system's own numbers

        def is_another(student: Student) -> bool:
            return any(roster_key(kind, student.ids.get(kind, "") or value) != value for kind, value in sure.items())

        for kind, value in keys:
            if kind in SURE and value.strip():
                sure[kind] = roster_key(kind, value)
            if found := [each for each in self._roster.all_with(kind, value) if not is_another(each)]:
                return value, found
        return "", []

    def points_of(self, standing: Standing, most: float | None) -> float:
        """Return a student's points, or where that is asked for what they are of the `most` that the table gives."""
        if not self._scale or not most or not standing.max_score:
            return standing.score
        return standing.score * most / standing.max_score

    def grade(self, row: int, column: int, points: float) -> None:
        """Write points with two decimals, with the sign that the table uses."""
        text = f"{points:.2f}"
        self.changes[row, column] = text.replace(".", ",") if self._comma else text

    def filled(self) -> Filled:
        """Return the table with all changes, and what a person should know."""
        return Filled(self._sheet.filled(self.changes), self._notes())

    def kept(self, standing: Standing, why: str) -> None:
        """Say why the cell of a student stays as it was."""
        self.remarks.append(f"{_who(standing)}: {one_line(why)}")

    def left(self, standing: Standing) -> None:
        """Remember a student who gets no grade; no zero is written that a person has not decided."""
        self._left.setdefault(standing.outcome, []).append(_who(standing))

    def _notes(self) -> tuple[str, ...]:
        absent = [_who(standing) for name, standing in self._standings.items() if name not in self._seen]
        notes = [f"{count(len({row for row, _ in self.changes}), 'row')} filled in", *self.remarks]
        for outcome, names in self._left.items():
            notes.append(f"no grade for {_listed(names)}: {WHY_LEFT.get(outcome, outcome.value)}")
        if self._without:
            rows = "the row of" if len(self._without) == 1 else f"{len(self._without)} rows:"
            notes.append(f"nobody of the class fits {rows} {_listed(self._without)}")
        if absent:
            notes.append(f"the table has no row for {_listed(absent)}")
        return tuple(notes)


def _listed(names: list[str]) -> str:
    rest = len(names) - MOST_NAMED
    return ", ".join(names[:MOST_NAMED]) + (f" and {rest} more" if rest > 0 else "")


def _who(standing: Standing) -> str:
    return _shown(standing.student.named)


def _shown(name: str) -> str:
    return one_line(name)[:100] or "an empty name"
