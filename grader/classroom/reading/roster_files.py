"""Reading a class list: our own CSV file, or what Canvas, Moodle and Gradescope export."""

from __future__ import annotations

import codecs
import csv
import io
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from grader.classroom.records import Student
from grader.classroom.roster import COLUMNS, SYSTEMS, Roster, roster_key
from grader.intake.submission_folder import shown

OURS = frozenset(COLUMNS) - {"id"}  # columns that no export has beside one called ID
DELIMITERS = (",", ";", "\t")
MOST_BYTES = 20_000_000


class RosterProblem(ValueError):
    """The class list cannot be used; the message says where and what to change."""


def read_roster(path: Path) -> Roster:
    """Read a class list.

    Raises:
        RosterProblem: it cannot be read, has no column `id`, or two students share what must be their own.
    """
    try:
        with open(path, "rb") as file:
            data = file.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        raise RosterProblem(f"{shown(path)} cannot be read ({getattr(error, 'strerror', error)})") from error
    if len(data) > MOST_BYTES:
        raise RosterProblem(f"{shown(path)} is larger than {MOST_BYTES // 1_000_000} MB: it is no class list")
    try:
        students = list(_students(data, shown(path.name)))
    except csv.Error as error:
        raise RosterProblem(f"{shown(path.name)} is not a CSV file ({error}): save it as CSV") from error
    if not students:
        raise RosterProblem(f"{shown(path.name)} lists no student below its header")
    return Roster(tuple(sorted(students, key=lambda student: student.id)))


def _text(data: bytes) -> str:
    """Decode what spreadsheets write: UTF-8 with or without a mark, UTF-16, or a Western code page."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings = ["utf-16"]
    elif data[1:2] == b"\0":
        encodings = ["utf-16-le"]
    else:
        encodings = ["utf-8-sig", "cp1252"]
    for encoding in encodings:
        try:
            return unicodedata.normalize("NFC", data.decode(encoding))
        except UnicodeError:
            continue
    return unicodedata.normalize("NFC", data.decode("latin-1"))


def _students(data: bytes, name: str) -> Iterator[Student]:
    owners: dict[tuple[str, str], int] = {}
    for line, row in _own_or_exported(data, name):
        if not row.get("id"):
            raise RosterProblem(
                f"{name}, line {line}: there is no id: {shown(', '.join(filter(None, row.values())))[:80]}"
            )
        _refuse_shared(row, line, owners, name)
        ids = {system: row[system] for system in SYSTEMS if row.get(system)}
        yield Student(row["id"], row.get("name", ""), row.get("email", ""), ids)


def _own_or_exported(data: bytes, name: str) -> Iterable[tuple[int, Mapping[str, str]]]:
    """Return the rows of a list with our columns, or else of a system's export."""
    rows = list(_rows(_text(data)))
    header = [cell.strip().casefold() for cell in rows[0][1]] if rows else []
    if not ("id" in header and OURS.intersection(header)) and len(header) > 1:
        from grader.classroom.reading.roster_exports import exported_rows

        if (exported := exported_rows(data)) is not None:
            return exported
    if "id" not in header:
        found = ", ".join(shown(cell) for cell in header if cell)[:200] or "none"
        raise RosterProblem(
            f"{name} has no column `id`; its columns are: {found}. Add one that is unique, or give the file that "
            "Canvas, Moodle or Gradescope exports, as it is"
        )
    for column in COLUMNS:
        if header.count(column) > 1:
            raise RosterProblem(f"{name} has {header.count(column)} columns `{column}`: keep one")
    return [(line, _row(header, cells)) for line, cells in rows[1:]]


def _row(header: Sequence[str], cells: Sequence[str]) -> dict[str, str]:
    return {column: cell.strip() for column, cell in zip(header, cells, strict=False) if column in COLUMNS}


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield rows that hold anything, with their lines; the delimiter is the one that the header is split by."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(DELIMITERS, key=lambda each: _recognised(first, each))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    for cells in reader:
        if any(cell.strip() for cell in cells):
            yield reader.line_num, cells


def _recognised(header: str, delimiter: str) -> int:
    cells: Iterable[str] = next(csv.reader([header], delimiter=delimiter), [])
    return sum(cell.strip().casefold() in COLUMNS for cell in cells)


def _refuse_shared(row: Mapping[str, str], line: int, owners: dict[tuple[str, str], int], name: str) -> None:
    """Refuse a value that two students have where it must be one's own; only names may be shared."""
    for column, value in row.items():
        key = (column, roster_key(column, value))
        if column == "name" or not key[1]:
            continue
        if key in owners:
            raise RosterProblem(
                f"{name}, lines {owners[key]} and {line}: both have the {column} {shown(value)}: "
                "each student needs one of their own"
            )
        owners[key] = line
